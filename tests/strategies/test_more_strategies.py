"""Best of N, least to most, self-refine, mixture, few-shot and forced direct: what is special."""

from __future__ import annotations

import pytest

from workbench.domain.errors import UsageError
from workbench.domain.parameters import build
from workbench.domain.runs.effects import Completion, Generate
from workbench.domain.runs.events import (
    BestUpdated,
    NodeAdded,
    NoteAdded,
    Parsed,
    ParseFailed,
    Pruned,
    Scored,
    Selected,
    StateVerified,
    Voted,
)
from workbench.domain.text import Token
from workbench.engine.constraints.grammar import check_grammar
from workbench.strategies import STRATEGIES, shapes
from workbench.strategies.search.reading import parse_score
from workbench.strategies.search.voting import is_decided

from .driving import drive, problem

TARGET = "Numbers: 2 3 7\nTarget: 12"


def run(name: str, answers, question: str = "2 + 2?", **params):
    entry = STRATEGIES.get(name)
    return drive(entry.run(problem(question), build(entry.params, params, entry.title)), answers)


def roles(record) -> list[str]:
    return [call.role for batch in record.batches for call in batch]


@pytest.mark.parametrize(
    ("force", "text"), [("number", "-12.5"), ("yes_no", "Yes"), ("choice", "B")]
)
def test_a_forced_answer_is_held_by_a_grammar_and_it_is_said(force, text):
    record = run("direct", lambda call: [text], force=force)
    call = record.batches[0][0]
    check_grammar(call.grammar)
    assert call.max_tokens == 24
    assert record.outcome.answer == text
    assert record.of(Parsed)[0].rule == "whole output"
    assert record.of(NoteAdded)[0].text.startswith("Forced direct")
    assert run("direct", lambda call: ["4"]).batches[0][0].grammar == ""


def test_few_shot_shows_as_many_examples_as_wanted():
    record = run("few_shot_cot", lambda call: ["two and two\nAnswer: 4"], shots=2)
    assert record.rendered[0].variables == {"question": "2 + 2?", "shots": 2}
    assert record.outcome.answer == "4"


def test_a_judge_scores_each_answer_and_the_best_wins():
    def answers(call: Generate):
        if call.role == "candidate":
            return ["Answer: 3", "Answer: 4", "no idea"]
        return {"0.0": ["Wrong.\nScore: 2"], "0.1": ["Right.\nScore: 9"]}.get(call.node, ["?"])

    record = run("best_of_n", answers, samples=3)
    assert record.outcome.answer == "4"
    assert [(e.node, e.score, e.labels) for e in record.of(Scored)] == [
        ("0.0", 2.0, {"judge": 1}),
        ("0.1", 9.0, {"judge": 1}),
    ]
    assert [event.call for event in record.of(ParseFailed)] == ["0/candidate", "0.2/judge"]
    assert record.of(Selected)[0].nodes == ("0.1",)
    assert record.of(Pruned)[0].nodes == ("0.0", "0.2")


def test_a_judge_that_cannot_be_read_gives_no_zero():
    record = run(
        "best_of_n", lambda c: ["Answer: 4"] * c.n if c.role == "candidate" else ["?"], samples=2
    )
    assert record.of(Scored) == []
    assert record.outcome.answer == "4"
    assert record.of(NoteAdded)[0].level == "warning"


def test_the_exact_verifier_is_a_program():
    texts = ["Answer: 7 + 3 + 2", "Answer: 3 * 7", "I cannot", "Answer: 7 * 2 - 3"]
    record = run(
        "best_of_n", lambda call: texts, TARGET, samples=4, verifier="exact", domain="targets"
    )
    assert roles(record) == ["candidate"]
    assert record.outcome.answer == "7 + 3 + 2"
    solved = {event.node: event.solved for event in record.of(StateVerified)}
    assert solved == {"0.0": True, "0.1": False, "0.3": False}
    assert {label for event in record.of(Scored) for label in event.labels} == {"exact"}


def test_answers_of_a_domain_can_be_held_to_their_shape():
    record = run(
        "best_of_n",
        lambda call: ["(2 + 3) + 7"] * call.n,
        TARGET,
        verifier="exact",
        domain="targets",
        ask="plain",
    )
    call = record.batches[0][0]
    check_grammar(call.grammar)
    assert call.messages == problem(TARGET).messages
    assert record.outcome.answer == "(2 + 3) + 7"


def test_no_answer_that_passes_is_said():
    record = run(
        "best_of_n",
        lambda call: ["Answer: 2"] * call.n,
        TARGET,
        samples=2,
        verifier="exact",
        domain="targets",
    )
    assert record.of(NoteAdded)[0].text == "None of the 2 answers passed the check."


def test_the_logprob_verifier_takes_what_the_model_found_most_probable(monkeypatch):
    def tokens(value: float) -> tuple[Token, ...]:
        return (Token(1, "x", value),)

    made = iter([tokens(-2.0), tokens(-0.5)])
    monkeypatch.setattr(
        "tests.strategies.driving.Completion",
        lambda text, finish_reason: Completion(
            text=text, finish_reason=finish_reason, tokens=next(made)
        ),
    )
    record = run(
        "best_of_n", lambda call: ["Answer: a", "Answer: b"], samples=2, verifier="logprob"
    )
    assert record.outcome.answer == "b"
    assert [(e.score, e.labels) for e in record.of(Scored)] == [
        (-2.0, {"logprob": 1}),
        (-0.5, {"logprob": 1}),
    ]


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("best_of_n", {"verifier": "exact"}),
        ("self_refine", {"feedback": "validator"}),
        ("tree_of_thought", {"evaluate": "exact"}),
        ("mcts", {"evaluate": "check"}),
    ],
)
def test_a_program_as_a_judge_needs_a_domain(name, params):
    with pytest.raises(UsageError, match="choose a domain"):
        run(name, lambda call: ["x"] * call.n, **params)


def test_least_to_most_answers_in_order_with_growing_context():
    def answers(call: Generate):
        if call.role == "decompose":
            return ["1. How many?\n2. How much?"]
        return ["Answer: 4"] if call.role == "answer" else [f"at {call.node}"]

    record = run("least_to_most", answers)
    assert roles(record) == ["decompose", "solve", "solve", "answer"]
    solving = [each.variables for each in record.rendered if each.template == "least-solve"]
    assert [each["subquestion"] for each in solving] == ["How many?", "How much?", ""]
    assert [len(each["solved"]) for each in solving] == [0, 1, 2]
    assert solving[2]["solved"][1] == {"question": "How much?", "answer": "at 0.0.0"}
    assert record.outcome.answer == "4"
    assert [event.depth for event in record.of(NodeAdded)] == [0, 1, 2, 3]
    check_grammar(record.batches[0][0].grammar)


def test_no_more_questions_than_wanted():
    text = "\n".join(f"{n}. Question {n}?" for n in range(1, 9))
    record = run(
        "least_to_most",
        lambda call: [text] if call.role == "decompose" else ["Answer: 1"],
        questions=2,
    )
    assert roles(record).count("solve") == 2


@pytest.mark.parametrize("text", ["", "1. 2 + 2?"])
def test_what_cannot_be_split_falls_back_to_a_chain_of_thought_and_it_is_seen(text):
    record = run(
        "least_to_most", lambda call: [text] if call.role == "decompose" else ["Answer: 4"]
    )
    assert record.rendered[-1].template == "cot"
    assert "could not be split" in record.of(NoteAdded)[0].text
    assert record.of(ParseFailed)[0].raw == text
    assert record.outcome.answer == "4"


def refining(scores: list[str]):
    left = iter(scores)
    count = 0

    def answers(call: Generate):
        nonlocal count
        if call.role == "feedback":
            return [next(left)]
        count += 1
        return [f"Answer: {count}"]

    return answers


def test_the_best_attempt_is_kept_and_every_round_has_the_history():
    record = run("self_refine", refining(["ok\nScore: 6", "bad\nScore: 3", "bad\nScore: 6"]))
    assert record.outcome.answer == "1"
    assert record.outcome.node == "0.0"
    rewriting = [r.variables["attempts"] for r in record.rendered if r.template == "refine-rewrite"]
    assert [len(each) for each in rewriting] == [1, 2]
    assert rewriting[1][1]["feedback"] == "bad\nScore: 3"
    assert [event.answer for event in record.of(BestUpdated)] == ["1"]
    assert "later ones scored lower" in record.of(NoteAdded)[0].text


def test_the_highest_score_ends_it():
    record = run("self_refine", refining(["no\nScore: 2", "correct\nScore: 10"]), rounds=5)
    assert roles(record) == ["answer", "feedback"] * 2
    assert record.outcome.answer == "2"


def test_the_last_attempt_can_be_taken_instead():
    record = run("self_refine", refining(["a\nScore: 6", "b\nScore: 3"]), keep_best=False)
    assert record.outcome.answer == "3"
    assert roles(record).count("feedback") == 2


def test_feedback_without_a_score_keeps_the_first_attempt_and_says_so():
    record = run("self_refine", refining(["?", "?", "?"]))
    assert record.outcome.answer == "1"
    assert len(record.of(ParseFailed)) == 3
    assert record.of(NoteAdded)[0].level == "warning"


def test_a_judge_does_not_see_the_attempts_before():
    record = run("self_refine", refining(["a\nScore: 1"] * 3), feedback="judge")
    judged = [each for each in record.rendered if each.template == "refine-judge"]
    assert len(judged) == 3
    assert all("attempts" not in each.variables for each in judged)


def test_a_validator_names_the_faults_and_costs_nothing():
    texts = iter(["Answer: 2 * 3", "Answer: 2 + 3 + 7"])
    record = run(
        "self_refine", lambda call: [next(texts)], TARGET, feedback="validator", domain="targets"
    )
    assert roles(record) == ["answer", "answer"]
    (attempt,) = record.rendered[1].variables["attempts"]
    assert "exactly once" in attempt["feedback"]
    assert record.outcome.answer == "2 + 3 + 7"
    assert record.of(Scored)[-1].score == 10.0


def test_mixture_merges_what_the_drafts_say():
    def answers(call: Generate):
        return ["Answer: 3", "Answer: 4"] if call.role.startswith("draft") else ["So.\nAnswer: 4"]

    record = run("mixture", answers, drafts=2, layers=2)
    assert roles(record) == ["draft", "draft-2", "answer"]
    assert record.rendered[1].variables["drafts"] == ["Answer: 3", "Answer: 4"]
    assert record.outcome.answer == "4"
    assert len(record.of(NodeAdded)) == 6


def test_self_consistency_stops_when_the_leader_is_safe():
    record = run("self_consistency", lambda call: ["Answer: 4"] * call.n, paths=9, stop_early=True)
    assert [call.n for batch in record.batches for call in batch] == [2, 2, 2]
    assert [event.tally[0][1] for event in record.of(Voted)] == [2, 4, 6]
    assert "Stopped after 6 of 9" in record.of(NoteAdded)[0].text
    assert record.outcome.answer == "4"


def test_rounds_alone_change_nothing_but_the_tallies():
    texts = iter(["Answer: 1", "Answer: 2", "?", "Answer: 2", "Answer: 1"])
    record = run(
        "self_consistency", lambda call: [next(texts) for _ in range(call.n)], paths=5, at_once=2
    )
    assert len(record.of(Voted)) == 3
    asked = [f"{call.node}/{call.role}" for batch in record.batches for call in batch]
    assert asked == ["0/path", "0.2/path", "0.4/path"]
    assert record.outcome.answer == "1"
    assert [event.node for event in record.of(NodeAdded)][1:] == [f"0.{i}" for i in range(5)]


@pytest.mark.parametrize(
    ("answers", "left", "decided"),
    [
        (["a", "a", "b"], 1, False),
        (["a", "a", "a", "b"], 1, True),
        ([None, None], 1, False),
        (["a"], 0, True),
        (["a", "a", None], 1, True),
    ],
)
def test_a_leader_is_safe_when_it_is_ahead_by_more_than_what_is_left(answers, left, decided):
    assert is_decided(answers, left) is decided


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("Good.\nScore: 7", 7.0),
        ("score - 8/10", 8.0),
        ("I give it 6.5 out of 10", 6.5),
        ("Score: 70", None),
        ("none", None),
    ],
)
def test_scores_are_read_or_missing(text, score):
    assert parse_score(text) == score


@pytest.mark.parametrize(
    "grammar",
    [
        shapes.numbered(3),
        shapes.list_of_lines(4),
        shapes.verdict(("sure", "likely")),
        shapes.vote(12),
        shapes.score(),
        shapes.NUMBER,
        shapes.YES_NO,
        shapes.letter(5),
        shapes.one_of(['say "hi"\\', "b"]),
        shapes.numbered_moves(2, shapes.one_of(["a", "b"])),
    ],
)
def test_every_shape_is_a_grammar_that_can_be_used(grammar):
    check_grammar(grammar)
