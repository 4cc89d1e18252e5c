"""The line of time of a run."""

from __future__ import annotations

from workbench.domain.runs import events as ev
from workbench.ui.tree.replay.timeline_model import TimelineModel


def log(*timed: tuple[float, ev.Event]) -> list[ev.LoggedEvent]:
    return [ev.LoggedEvent(1, number, at, event) for number, (at, event) in enumerate(timed, 1)]


def test_a_week_between_the_end_and_a_growth_takes_little_of_the_line():
    week = 7 * 24 * 3600.0
    ended = ev.RunFinished(
        status="done", answer="24", output="24", node="0", finish_reason="stop", seconds=8.0
    )
    model = TimelineModel()
    model.extend(
        log(
            (0.0, ev.NodeAdded(node="0", parent="", depth=0)),
            (8.0, ended),
            (week, ev.GrowthStarted(node="0", strategy="tree_of_thought")),
            (week + 5.0, ev.NodeAdded(node="0.1", parent="0", depth=1)),
        )
    )

    assert model.times == [0.0, 8.0, 10.0, 15.0]


def test_a_long_silence_within_a_run_stays_as_long_as_it_was():
    model = TimelineModel()
    model.extend(
        log(
            (0.0, ev.NodeAdded(node="0", parent="", depth=0)),
            (90.0, ev.NodeAdded(node="0.0", parent="0", depth=1)),
        )
    )

    assert model.times == [0.0, 90.0]
