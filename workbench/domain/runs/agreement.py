"""How far the answers of a vote agree, answer by answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workbench.domain.answers.forms import group_answers
from workbench.domain.runs.run_state import RunState

PATH_ROLE = "path"
"""The role of calls whose samples vote."""


class Agreement(NamedTuple):
    """The course of a vote.

    ``shares`` has after each answer the share that agrees with the leader so far (0 to 1, answers
    without a value counted in); ``settled_at`` is the number, from 1, of the answer after which the
    leader could not be overtaken by those still to come, None where it always could.
    """

    shares: tuple[float, ...]
    settled_at: int | None


def agreement(answers: Sequence[str | None], total: int) -> Agreement:
    """The course of a vote over ``answers`` in the order they came, of ``total`` that are wanted.

    Of equal counts the answer seen first leads.
    """
    counts: dict[int, int] = {}
    group_of = {place: group[0] for group in group_answers(answers) for place in group}
    shares: list[float] = []
    settled_at: int | None = None
    for number, answer in enumerate(answers, start=1):
        if answer is not None:
            group = group_of[number - 1]
            counts[group] = counts.get(group, 0) + 1
        ranked = [*sorted(counts.values(), reverse=True)[:2], 0, 0]
        shares.append(ranked[0] / number)
        if settled_at is None and ranked[0] - ranked[1] > total - number:
            settled_at = number
    return Agreement(tuple(shares), settled_at)


def voted_answers(state: RunState) -> tuple[str | None, ...]:
    """What was read out of a run's voting samples so far, in the order in which they ended."""
    found: dict[tuple[str, int], str | None] = {
        (each.call, each.sample): each.value
        for each in state.parsed
        if each.call.rpartition("/")[2] == PATH_ROLE
    }

    def ended_as(place: tuple[str, int]) -> int:
        call = state.calls.get(place[0])
        known = call is not None and place[1] < len(call.samples)
        return call.samples[place[1]].ended_as if call is not None and known else 0

    return tuple(found[place] for place in sorted(found, key=ended_as))
