"""Votes become rows that trainers read: DPO, KTO and SFT as JSONL of TRL's shapes.

The shapes are those of TRL's dataset formats: ``prompt`` with ``chosen`` and ``rejected`` (DPO),
``completion`` and ``label`` (KTO), ``completion`` (SFT); either lists of messages, so that no chat
template is part of them, or texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from workbench.domain.evaluation.preferences import (
    ExportForm,
    ExportKind,
    LeftOut,
    PreferenceExport,
    PreferenceRow,
    PromptText,
)
from workbench.domain.evaluation.votes import DECIDED, Vote, VoteAnswer
from workbench.domain.runs.spec import Json

_TIE = "a tie prefers no answer"
_BOTH_BAD = "both were bad, so none is preferred"
_NOT_BOTH_BAD = "KTO rows come from pairs that were both bad"
_EMPTY = "an answer is empty"
_IDENTICAL = "both answers are the same text"
_AGAIN = "the same row is there already"
_NO_PROMPT = "the prompt of its answer is not in the history"
_MIXED = "another vote found the answer worse or bad"
_NEVER = "no vote preferred the answer"


def export_votes(
    votes: Sequence[Vote],
    prompts: Mapping[str, PromptText],
    kind: ExportKind,
    form: ExportForm = "messages",
    models: Mapping[str, str] | None = None,
) -> PreferenceExport:
    """The rows of all votes; of what makes none, how often and why.

    Args:
        votes: as they are now; those that were skipped make nothing and are not counted.
        prompts: what leads to each answer, by the key of its run.
        kind: ``dpo``: a row for each decided vote. ``kto``: two rows with the label false for each
            pair that was both bad. ``sft``: each answer that was preferred and never found worse.
        form: lists of messages, or texts: the prompt's messages joined by an empty line.
        models: the model of each run, by its key, for what is known of the rows.
    """
    makers = {"dpo": _dpo, "kto": _kto, "sft": _sft}
    given = [each for each in votes if each.choice not in ("", "skipped")]
    rows: list[PreferenceRow] = []
    left_out: Counter[str] = Counter()
    seen: set[str] = set()
    different = 0
    for made in makers[kind](given, _Shapes(prompts, form, models or {})):
        if isinstance(made, str):
            left_out[made] += 1
        elif repr(made.row) in seen:
            left_out[_AGAIN] += 1
        else:
            seen.add(repr(made.row))
            rows.append(made)
            different += made.about.get("same_prompt") is False
    return PreferenceExport(
        kind=kind,
        form=form,
        rows=tuple(rows),
        left_out=tuple(LeftOut(count=count, reason=why) for why, count in left_out.items()),
        different_prompts=different,
    )


class _Shapes:
    """Prompts and answers in the form that was asked for."""

    def __init__(
        self, prompts: Mapping[str, PromptText], form: ExportForm, models: Mapping[str, str]
    ) -> None:
        self._prompts = prompts
        self._form = form
        self._models = models

    def prompt_of(self, answer: VoteAnswer) -> PromptText:
        return self._prompts.get(answer.key, PromptText(reason=_NO_PROMPT))

    def prompt(self, answer: VoteAnswer) -> Json:
        messages = self.prompt_of(answer).messages
        if self._form == "text":
            return "\n\n".join(text for _, text in messages)
        return [{"role": role, "content": text} for role, text in messages]

    def answer(self, answer: VoteAnswer) -> Json:
        if self._form == "text":
            return answer.text  # as the model wrote it: a leading space is part of a completion
        return [{"role": "assistant", "content": answer.text}]

    def known(self, answer: VoteAnswer) -> dict[str, Json]:
        return {
            "variant": answer.variant,
            "model": self._models.get(answer.key, ""),
            "run_id": answer.run_id,
        }


def _vote(vote: Vote) -> dict[str, Json]:
    return {
        "case": vote.pair.case,
        "set": vote.pair.set_name,
        "pair_id": vote.pair_id,
        "left": vote.pair.a.variant,
        "seed": vote.pair.seed,
        "voted_at": vote.at,
        "reasons": list(vote.reasons),
        "note": vote.note,
    }


def _dpo(votes: Sequence[Vote], shapes: _Shapes) -> Iterator[PreferenceRow | str]:
    for vote in votes:
        if vote.choice not in DECIDED:
            yield _TIE if vote.choice == "tie" else _BOTH_BAD
            continue
        a, b = vote.pair.a, vote.pair.b
        chosen, rejected = (a, b) if vote.choice == "a" else (b, a)
        prompt = shapes.prompt_of(chosen)
        if not chosen.text.strip() or not rejected.text.strip():
            yield _EMPTY
        elif chosen.text == rejected.text:
            yield _IDENTICAL
        elif not prompt.messages:
            yield prompt.reason
        else:
            yield PreferenceRow(
                row={
                    "prompt": shapes.prompt(chosen),
                    "chosen": shapes.answer(chosen),
                    "rejected": shapes.answer(rejected),
                },
                about={
                    **_vote(vote),
                    "chosen": shapes.known(chosen),
                    "rejected": shapes.known(rejected),
                    "same_prompt": prompt == shapes.prompt_of(rejected),
                },
            )


def _kto(votes: Sequence[Vote], shapes: _Shapes) -> Iterator[PreferenceRow | str]:
    for vote in votes:
        if vote.choice != "both_bad":
            yield _NOT_BOTH_BAD
            continue
        for answer in (vote.pair.a, vote.pair.b):
            prompt = shapes.prompt_of(answer)
            if not answer.text.strip():
                yield _EMPTY
            elif not prompt.messages:
                yield prompt.reason
            else:
                yield PreferenceRow(
                    row={
                        "prompt": shapes.prompt(answer),
                        "completion": shapes.answer(answer),
                        "label": False,
                    },
                    about={**_vote(vote), "completion": shapes.known(answer)},
                )


def _sft(votes: Sequence[Vote], shapes: _Shapes) -> Iterator[PreferenceRow | str]:
    preferred: dict[tuple[str, str], list[tuple[Vote, VoteAnswer]]] = {}
    others: dict[tuple[str, str], bool] = {}
    for vote in votes:
        for side, answer in (("a", vote.pair.a), ("b", vote.pair.b)):
            if vote.choice == side:
                preferred.setdefault(answer.identity, []).append((vote, answer))
            else:
                is_worse = vote.choice != "tie"
                others[answer.identity] = others.get(answer.identity, False) or is_worse
    for identity, found in preferred.items():
        vote, answer = found[0]
        prompt = shapes.prompt_of(answer)
        if others.get(identity, False):
            yield _MIXED
        elif not answer.text.strip():
            yield _EMPTY
        elif not prompt.messages:
            yield prompt.reason
        else:
            yield PreferenceRow(
                row={"prompt": shapes.prompt(answer), "completion": shapes.answer(answer)},
                about={
                    **_vote(vote),
                    "votes": len(found),
                    "completion": shapes.known(answer),
                },
            )
    for identity in others:
        if identity not in preferred:
            yield _NEVER
