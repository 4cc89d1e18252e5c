"""The context in sight: numbers while one types, the line in the transcript, summaries."""

from __future__ import annotations

import pytest

from tests.ui.chat.driving import asked, at_rest, brought, say, settled, views
from tests.ui.conftest import WAIT_MS
from workbench.engine.simulated import SimulatedEngine
from workbench.ui.chat.context.boundary import Boundary


@pytest.fixture
def engine() -> SimulatedEngine:
    return SimulatedEngine(
        lambda prompt: ["What was written before."] if "Sum up" in prompt else ["word " * 30]
    )


def load(panel, qtbot, context_tokens):
    """Have the chosen model in memory, and the context shown."""
    path = panel.composer.model.model_path

    async def work(core):
        core.models.change_load_settings({"context_tokens": context_tokens})
        return await core.models.load(path)

    asked(panel, qtbot, work)
    panel.sight.toggle()
    counted(panel, qtbot, lambda r: r.context == context_tokens)


@pytest.fixture
def large(panel, qtbot):
    load(panel, qtbot, 8192)
    return panel


@pytest.fixture
def small(panel, qtbot):
    """A context that holds only a few turns."""
    panel.composer.sampling.set_values({"max_tokens": 64})
    load(panel, qtbot, 600)
    return panel


def counted(panel, qtbot, right):
    qtbot.waitUntil(lambda: right(panel.sight.report), timeout=WAIT_MS)
    return panel.sight.report


def test_the_parts_are_counted_while_one_types(large, qtbot):
    panel = large
    assert panel.sight.pane.isVisible()
    panel.system.editor.setPlainText("Be brief.")
    panel.composer.box.setPlainText("one two three four")
    report = counted(panel, qtbot, lambda r: r.of("draft") == 4 and r.of("system") == 3)
    texts = panel.sight.pane.gauge.texts
    assert texts["Draft"] == "4"
    assert texts["System"] == "3"
    assert texts["Kept for the answer"] == f"{report.reserve:,}"
    assert panel.composer.context.text() == f"{report.used:,} / {report.context:,}"
    panel.composer.box.setPlainText("one")
    counted(panel, qtbot, lambda r: r.of("draft") == 1)
    say(panel, qtbot, "Hello")
    counted(panel, qtbot, lambda r: r.sent_messages == 2)
    assert "Conversation, 2 messages" in panel.sight.pane.gauge.texts


def test_without_a_model_it_says_so(panel, qtbot):
    panel.bridge.call(lambda core: core.models.unload())
    counted(panel, qtbot, lambda r: r.uncounted == "not counted: no model is loaded")
    assert panel.composer.context.text() == "not counted"
    assert "Not counted: no model is loaded." in panel.composer.context.toolTip()
    assert panel.sight.pane.uncounted.text() == "not counted: no model is loaded"


def filled(panel, qtbot):
    texts = [f"q{at} " * 20 if at % 2 == 0 else f"a{at} " * 20 for at in range(20)]
    brought(panel, qtbot, *texts)
    return counted(panel, qtbot, lambda r: r.dropped_messages > 0)


def test_a_line_says_where_the_model_stops_seeing(small, qtbot):
    report = filled(small, qtbot)
    place = small.model.place_of_id(report.first_seen)
    assert place == report.dropped_messages
    small.sight.go_to_boundary()
    at_rest(small.transcript, qtbot)
    view = small.transcript.view_at(place)
    line = view.findChild(Boundary)
    assert line.isVisible()
    assert line.words.text().startswith(f"The model no longer sees the {place} messages above")
    assert view.body.graphicsEffect() is None
    above = small.transcript.view_at(place - 1)
    assert above.body.graphicsEffect() is not None
    assert above.findChild(Boundary) is None
    assert small.sight.pane.dropped_name.text() == f"{place} earlier messages"


def test_what_is_not_seen_is_summed_up_and_deleting_that_leads_back(small, qtbot, engine):
    report = filled(small, qtbot)
    place = small.model.place_of_id(report.first_seen)
    small.sight.go_to_boundary()
    at_rest(small.transcript, qtbot)
    small.transcript.view_at(place).findChild(Boundary).summarise.click()
    qtbot.waitUntil(lambda: len(small.model.messages) == 21, timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: small.model.messages[place].text == "What was written before.", timeout=WAIT_MS
    )
    assert small.model.messages[place].kind == "summary"
    counted(small, qtbot, lambda r: r.of("summary") > 0 and not r.dropped_messages)
    small.transcript.show_message(place)
    view = small.transcript.view_at(place)
    assert view.name.text() == "Summary of what is above"
    small.model.show_version(
        small.model.messages[place], small.model.messages[place].sibling_ids[0]
    )
    counted(small, qtbot, lambda r: r.dropped_messages == place)


def test_a_summary_that_is_written_while_the_branch_is_read_is_shown(
    small, qtbot, engine, monkeypatch
):
    """It is not the last message, and was not followed from its beginning."""
    report = filled(small, qtbot)
    place = small.model.place_of_id(report.first_seen)
    follow = small.model.live.follow
    monkeypatch.setattr(small.model.live, "follow", lambda *_: None)

    def rule(prompt: str) -> list[str]:  # the last of several pieces is the message's run
        engine.delay_seconds = 3600.0 if f"a{place - 1} " in prompt else 0.0
        return ["What was written before."]

    engine.rule = rule
    small.model.summarise(small.model.messages[place - 1], small.sight._sending.options)
    qtbot.waitUntil(lambda: len(small.model.messages) == 21, timeout=WAIT_MS)
    assert small.model.messages[place].run_status == "running"
    monkeypatch.setattr(small.model.live, "follow", follow)
    small.model.read_messages()
    qtbot.waitUntil(lambda: small.model.running, timeout=WAIT_MS)
    small.model.stop()
    qtbot.waitUntil(lambda: small.model.messages[place].run_status == "cancelled", timeout=WAIT_MS)


def test_a_message_that_is_too_long_is_named_while_it_is_written(small, qtbot):
    small.composer.box.setPlainText("word " * 800)
    report = counted(small, qtbot, lambda r: r.over_tokens > 0)
    assert f"too long by {report.over_tokens} tokens" in small.sight.pane.over.text()


def test_thoughts_go_back_by_choice(large, qtbot, engine):
    panel = large
    engine.rule = lambda _prompt: ["<think>one two three</think>Yes."]
    say(panel, qtbot, "Is it?")
    counted(panel, qtbot, lambda r: r.dropped_thoughts == 3)
    assert panel.sight.pane.thoughts.text() == "3"
    panel.sight.pane.send_thoughts.click()
    counted(panel, qtbot, lambda r: r.of("thoughts") == 3 and not r.dropped_thoughts)
    say(panel, qtbot, "And?")
    settled(panel, qtbot)
    assert "one two three" in "".join(each.text for each in engine.requests[-1].segments)
    conversation = panel.model.current
    panel.list.create_wanted.emit()
    assert not panel.sight.pane.send_thoughts.isChecked()
    panel.model.open(conversation)
    qtbot.waitUntil(panel.sight.pane.send_thoughts.isChecked, timeout=WAIT_MS)
    assert views(panel)
