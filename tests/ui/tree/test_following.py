"""A search is followed while it is at work, and replayed afterwards."""

from __future__ import annotations

from typing import Any

from tests.ui.conftest import ask, until
from tests.ui.tree.driving import open_run
from tests.ui.tree.samples import game_of_24, record
from workbench.domain.runs import events as ev
from workbench.domain.runs.run_state import fold_all
from workbench.ui.bridge import Bridge
from workbench.ui.tree.panel import TreePanel


def test_replay_goes_back_and_forth_and_follows_the_end_again(panel: TreePanel) -> None:
    events = panel.model.replay.events
    panel.player.timeline.setValue(60)
    assert panel.model.state == fold_all(events[:60])
    assert not panel.model.live
    panel.canvas.refresh()
    assert "0.1.0" not in panel.canvas.layout_.cards
    assert panel.player.place.text() == "Event 60"
    late = ev.LoggedEvent(panel.model.run_id or 0, 9_000, 50.0, ev.NoteAdded(text="late"))
    panel.model._on_events([late])
    assert panel.model.replay.position == 60, "who looks back is left there"
    panel.player.live.click()
    assert panel.model.live
    assert panel.model.state.notes[-1].text == "late"


def test_playing_lets_the_time_of_the_run_pass(panel: TreePanel) -> None:
    player = panel.player
    player.play.click()
    assert player.playing
    player._timer.stop()
    player._timer.start(1_000_000)
    player.advance(2.0)
    assert panel.model.state.seconds <= 8.0, "four times as fast"
    before = panel.model.replay.position
    assert before > 0
    player.advance(1000.0)
    assert panel.model.replay.position == len(panel.model.replay)
    assert not player.playing


def test_a_live_search_is_followed_from_its_first_event(
    panel: TreePanel, bridge: Bridge, steered: list[Any]
) -> None:
    run_id = ask(bridge, lambda core: record(core, game_of_24()[:40]))
    open_run(panel, run_id)
    assert panel.model.replay.events[-1].seq == 39, "texts of a call are stored as one"
    rest = [ev.LoggedEvent(run_id, e.seq, e.at, e.event) for e in game_of_24(ends=True)[38:]]
    panel.model._on_events(rest)
    assert panel.model.ended
    assert panel.model.state.answer == "24"
    assert panel.model.state == fold_all(panel.model.replay.events)


def test_a_search_opened_before_its_first_event_is_shown_when_it_begins(
    panel: TreePanel, bridge: Bridge, steered: list[Any]
) -> None:
    run_id = ask(bridge, lambda core: record(core, []))
    panel.handle({"run_id": run_id})
    until(lambda: panel.model.run_id == run_id and panel.model.spec is not None)
    assert panel.empty.isVisible()
    panel.model._on_events(
        [ev.LoggedEvent(run_id, e.seq, e.at, e.event) for e in game_of_24()[:40]]
    )
    assert panel.canvas.isVisible()
    assert panel.export.isEnabled()


def test_pause_and_stop_are_asked_of_the_core(panel: TreePanel, steered: list[Any]) -> None:
    panel.model.running_here = True
    panel.header.show_run()
    assert panel.header.pause.isVisible()
    assert panel.header.pause.accessibleName() == "Pause"
    panel.header.pause.click()
    until(lambda: steered == [panel.model.run_id])
    paused = ev.LoggedEvent(panel.model.run_id or 0, 9_000, 50.0, ev.RunPaused())
    panel.model._on_events([paused])
    assert panel.header.pause.accessibleName() == "Resume"
    assert panel.header.status.text() == "Paused"
