"""Votes as DPO, KTO and SFT rows: what makes a row, in both forms, and what makes none and why."""

from __future__ import annotations

import json

from workbench.domain.evaluation.preferences import PreferenceExport, PromptText
from workbench.domain.evaluation.votes import Choice, Vote, VoteAnswer, VotePair
from workbench.evaluation.preferences import export_votes

PROMPT = PromptText(messages=(("system", "Be kind."), ("user", "Size L came.")))
OTHER = PromptText(messages=(("user", "Size L came."),))


def vote(number: int, choice: Choice, a: str = " Sorry.", b: str = "No.") -> Vote:
    pair = VotePair(
        case=str(number),
        a=VoteAnswer(variant="warm", key=f"w{number}", text=a, run_id=number),
        b=VoteAnswer(variant="short", key=f"s{number}", text=b),
        seed=7,
        set_name="Reply tone",
    )
    return Vote(vote_id=number, pair_id=number, pair=pair, choice=choice, reasons=("tone",))


def export(votes: list[Vote], *args: str, **prompts: PromptText) -> PreferenceExport:
    known = {answer.key: PROMPT for each in votes for answer in (each.pair.a, each.pair.b)}
    return export_votes(votes, known | prompts, *args)  # type: ignore[arg-type]


def rows(found: PreferenceExport) -> list[dict[str, object]]:
    return [json.loads(line) for line in found.lines.splitlines()]


def test_a_decided_vote_is_a_dpo_row_without_a_template_and_the_rest_is_known_apart() -> None:
    found = export([vote(1, "a")], "dpo", s1=OTHER)
    assert rows(found) == [
        {
            "prompt": [
                {"role": "system", "content": "Be kind."},
                {"role": "user", "content": "Size L came."},
            ],
            "chosen": [{"role": "assistant", "content": " Sorry."}],
            "rejected": [{"role": "assistant", "content": "No."}],
        }
    ]
    (about,) = [json.loads(line) for line in found.about_lines.splitlines()]
    assert about["chosen"] == {"variant": "warm", "model": "", "run_id": 1}
    assert (about["case"], about["seed"], about["reasons"]) == ("1", 7, ["tone"])
    assert found.different_prompts == 1
    assert export([vote(1, "a")], "dpo").different_prompts == 0


def test_texts_keep_the_leading_space_of_a_completion() -> None:
    (row,) = rows(export([vote(1, "b")], "dpo", "text"))
    assert row == {"prompt": "Be kind.\n\nSize L came.", "chosen": "No.", "rejected": " Sorry."}


def test_ties_and_both_bad_make_no_dpo_row_and_both_bad_two_kto_rows() -> None:
    votes = [vote(1, "a"), vote(2, "tie"), vote(3, "both_bad"), vote(4, "skipped"), vote(5, "b")]
    dpo, kto = export(votes, "dpo"), export(votes, "kto", "text")
    assert dpo.sentence == "2 DPO rows from decided votes."
    assert dpo.left_out_sentence == (
        "Left out: 1 because a tie prefers no answer; "
        "1 because both were bad, so none is preferred."
    )
    assert [(row["completion"], row["label"]) for row in rows(kto)] == [
        (" Sorry.", False),
        ("No.", False),
    ]
    assert [each.count for each in kto.left_out] == [3]


def test_empty_identical_repeated_and_promptless_pairs_are_left_out_and_counted() -> None:
    broken = PromptText(reason="several calls made the answer, so no one prompt leads to it")
    votes = [vote(1, "a"), vote(2, "a"), vote(3, "a", b=" \n"), vote(4, "a", "x", "x")]
    votes += [vote(5, "b", "one", "two")]
    found = export(votes, "dpo", s5=broken)
    assert len(found.rows) == 1
    assert {each.reason: each.count for each in found.left_out} == {
        "the same row is there already": 1,
        "an answer is empty": 1,
        "both answers are the same text": 1,
        broken.reason: 1,
    }


def test_an_sft_row_is_an_answer_that_no_vote_found_worse() -> None:
    again = vote(1, "b")  # the same answers, preferred and not
    votes = [vote(1, "a"), again, vote(2, "a"), vote(3, "tie"), vote(4, "both_bad")]
    found = export(votes, "sft")
    assert [row["completion"] for row in rows(found)] == [
        [{"role": "assistant", "content": " Sorry."}]
    ]
    assert {each.reason: each.count for each in found.left_out} == {
        "another vote found the answer worse or bad": 2,
        "no vote preferred the answer": 5,
    }
