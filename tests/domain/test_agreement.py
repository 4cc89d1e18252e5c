"""The course of a vote."""

from __future__ import annotations

from workbench.domain.runs import events as ev
from workbench.domain.runs.agreement import agreement, voted_answers
from workbench.domain.runs.events import LoggedEvent
from workbench.domain.runs.run_state import fold_all


def test_a_vote_is_settled_when_the_leader_cannot_be_overtaken():
    found = agreement(["17", "17.", "59", None, "17", "17", "17"], 10)
    assert found.shares[:4] == (1.0, 1.0, 2 / 3, 0.5)
    assert found.shares[-1] == 5 / 7
    assert found.settled_at == 7


def test_what_can_still_be_overtaken_is_not_settled():
    assert agreement(["1", "2"], 2).settled_at is None
    assert agreement(["1", "2", "1"], 4).settled_at is None
    assert agreement([None, None], 2) == ((0.0, 0.0), None)
    assert agreement([], 5) == ((), None)


def test_answers_are_counted_in_the_order_in_which_they_ended():
    started = ev.CallStarted(call="0/path", node="0", role="path", messages=(), samples=3,
                             seeds=(1, 2, 3), max_tokens=9, temperature=1.0)  # fmt: skip
    ended = [_ended(sample) for sample in (2, 0, 1)]
    read = [_read(sample, f"by {sample}") for sample in (0, 1, 2)]
    state = fold_all(
        LoggedEvent(1, seq, 0.0, event)
        for seq, event in enumerate([started, *ended, *read, _read(0, "again")])
    )
    assert voted_answers(state) == ("by 2", "again", "by 1")


def _ended(sample: int) -> ev.CallFinished:
    return ev.CallFinished(call="0/path", sample=sample, text="", finish_reason="stop",
                           prompt_tokens=1, evaluated_tokens=1, completion_tokens=1,
                           seconds=1.0)  # fmt: skip


def _read(sample: int, value: str) -> ev.Parsed:
    return ev.Parsed(node=f"0.{sample}", rule="whole output", value=value, raw=value,
                     call="0/path", sample=sample)  # fmt: skip
