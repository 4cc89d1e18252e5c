"""The X-ray pane: an answer, the ranked lines, the tints, and another run."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.ui.conftest import WAIT_MS, unnamed
from workbench.domain.runs.xray import PromptSegment, SegmentEffect, XRay
from workbench.domain.text import Token
from workbench.engine.in_process import prompt_text, split_words, token_id
from workbench.engine.protocol import ContinuationScore, ScoreRequest, Scores
from workbench.engine.simulated import SimulatedEngine
from workbench.ui.design.panel import DesignPanel
from workbench.ui.design.tools.xray.answer import Known
from workbench.ui.design.tools.xray.pane import XRayPane
from workbench.ui.design.tools.xray.segment_list import words_of
from workbench.ui.editor.gutter import LineNote
from workbench.ui.kit.heat import heat_bar, heat_tint, nats
from workbench.ui.theme import theme

SOURCE = """---
name: Gate
---
system:
Be exact.
The code of the gate is 7341.
The gate is green.
user:
Which code?
"""
FACT_LINE = 6


class GateEngine(SimulatedEngine):
    """The answer is likely where the prompt has the code."""

    async def score(self, request: ScoreRequest) -> Scores:
        prompt = prompt_text(request.segments)
        logprob = -0.5 if "7341" in prompt else -6.0
        scored = tuple(
            ContinuationScore(
                logprob * len(split_words(text)),
                tuple(Token(token_id(word), word, logprob) for word in split_words(text)),
            )
            for text in request.continuations
        )
        return Scores(continuations=scored, prompt_tokens=20, evaluated_tokens=10, seconds=0.0)


@pytest.fixture
def engine() -> SimulatedEngine:
    return GateEngine(lambda _prompt: ["The code is 7341."])


@pytest.fixture
def panel(open_design, write_prompt) -> DesignPanel:
    return open_design(write_prompt("gate.prompty", SOURCE))


@pytest.fixture
def pane(panel) -> XRayPane:
    panel.side.toggle("xray")
    found = panel.side.pane("xray")
    assert isinstance(found, XRayPane)
    return found


def look(pane: XRayPane, qtbot, answer: str = "It is 7341.") -> None:
    pane.parts.answer.setPlainText(answer)
    pane.parts.start.click()
    qtbot.waitUntil(lambda: not pane.model.running, timeout=WAIT_MS)


def test_the_line_with_the_fact_is_first_and_tinted_in_the_editor(pane, panel, qtbot):
    look(pane, qtbot)
    rows = pane.parts.segments.segments.rows
    assert rows[0].segment.first_line == FACT_LINE
    note = panel.work.editor.line_notes[FACT_LINE]
    assert note == LineNote(heat_tint(1.0), heat_bar(1.0), "+5.50")
    assert "left out exactly" in pane.parts.note.text()
    assert "7341" in pane.parts.tokens.toPlainText()


def test_enter_on_a_part_goes_to_its_line(pane, panel, qtbot):
    look(pane, qtbot)
    pane.parts.segments.setFocus()
    qtbot.keyClick(pane.parts.segments, Qt.Key.Key_Return)
    assert panel.work.editor.textCursor().blockNumber() + 1 == FACT_LINE


def test_an_edited_prompt_loses_its_tints_and_says_so(pane, panel, qtbot):
    look(pane, qtbot)
    assert panel.work.editor.line_notes
    panel.work.editor.insertPlainText("x")
    assert not panel.work.editor.line_notes
    assert "changed since" in pane.parts.stale.message
    panel.work.editor.undo()
    assert panel.work.editor.line_notes
    assert not pane.parts.stale.message


def test_tints_go_with_the_pane_and_come_back_with_it(pane, panel, qtbot):
    look(pane, qtbot)
    panel.side.toggle("xray")
    assert not panel.work.editor.line_notes
    panel.side.toggle("xray")
    assert panel.work.editor.line_notes
    pane.pages.choose(1)
    assert not panel.work.editor.line_notes
    pane.pages.choose(0)
    assert panel.work.editor.line_notes


def test_without_an_answer_there_is_nothing_to_start(pane):
    pane.parts.answer.setPlainText("  ")
    assert not pane.parts.start.isEnabled()
    pane.parts.answer.setPlainText("7341")
    assert pane.parts.start.isEnabled()


def test_what_it_would_cost_is_said_before(pane, qtbot):
    qtbot.waitUntil(lambda: "4 lines" in pane.parts.note.text(), timeout=WAIT_MS)
    pane.parts.level_chooser.choose("variable")
    qtbot.waitUntil(lambda: "1 variable" in pane.parts.note.text(), timeout=WAIT_MS)


def test_a_level_that_the_prompt_lacks_is_a_sentence(pane, qtbot):
    pane.parts.level_chooser.choose("example")
    look(pane, qtbot)
    assert "has no examples" in pane.parts.banner.message
    pane.parts.level_chooser.choose("line")
    look(pane, qtbot)
    assert not pane.parts.banner.message


def test_a_run_gives_its_answer_and_can_be_compared_with(pane, panel, qtbot):
    panel.running.start()
    qtbot.waitUntil(
        lambda: (
            panel.running.results.run is not None and panel.running.results.run.phase == "ended"
        ),
        timeout=WAIT_MS,
    )
    panel.side.toggle("xray")
    assert pane.parts.answer_text == "The code is 7341."
    panel.work.editor.go_to_line(FACT_LINE)
    text = panel.work.editor.toPlainText().replace("The code of the gate is 7341.\n", "")
    panel.work.editor.replace_all(text)
    pane.pages.choose(1)
    qtbot.waitUntil(pane.runs.start.isEnabled, timeout=WAIT_MS)
    pane.runs.start.click()
    qtbot.waitUntil(lambda: pane.model.comparison is not None, timeout=WAIT_MS)
    assert "same answer" in pane.runs.sentence.text()
    assert "245 times less likely" in pane.runs.sentence.text()
    assert "nats a token" in pane.runs.old.note.text()


def test_an_answer_that_was_typed_is_not_replaced(pane, panel):
    box, path = pane.parts.box, panel.model.current.path
    pane.parts.answer.setPlainText("mine")
    assert box.origin.text() == "Typed here"
    box.offer(path, [Known("of the run", "Answer of run 1")])
    assert pane.parts.answer_text == "mine"
    pane.parts.answer.setPlainText("")
    box.offer(path, [Known("of the run", "Answer of run 1")])
    box.offer(path, [Known("of the next run", "Answer of run 2")])
    assert (pane.parts.answer_text, box.origin.text()) == ("of the next run", "Answer of run 2")


def test_what_was_typed_comes_back_with_its_prompt(pane):
    box = pane.parts.box
    box.offer("a", ())
    pane.parts.answer.setPlainText("mine")
    box.offer("b", [Known("known", "Expected")])
    assert pane.parts.answer_text == "known"
    box.offer("a", [Known("known of a", "Expected")])
    assert pane.parts.answer_text == "mine"
    box.follow("a", "c")
    box.offer("c", ())
    assert pane.parts.answer_text == "mine"


def test_the_expected_answer_goes_before_that_of_the_last_run(pane, panel, qtbot):
    panel.running.start()
    qtbot.waitUntil(
        lambda: (
            panel.running.results.run is not None and panel.running.results.run.phase == "ended"
        ),
        timeout=WAIT_MS,
    )
    panel.side.toggle("xray")
    run_id = panel.running.results.run.run_id
    assert pane.parts.box.origin.text() == f"Answer of run {run_id}, in Result"
    panel.work.inputs.samples.leave("row 3 of gates.jsonl")
    panel.model.fill({}, "It is 7341.")
    assert pane.parts.answer_text == "It is 7341."
    assert pane.parts.box.origin.text() == "Expected, row 3 of gates.jsonl"
    choices = pane.parts.box.choices
    assert [choices.itemText(at) for at in range(choices.count())] == [
        "Expected, row 3 of gates.jsonl",
        f"Answer of run {run_id}, in Result",
    ]
    choices.setCurrentIndex(1)
    choices.activated.emit(1)
    assert pane.parts.answer_text == "The code is 7341."
    panel.model.filled.emit()
    assert pane.parts.answer_text == "The code is 7341."  # it stays chosen
    choices.activated.emit(0)
    assert pane.parts.answer_text == "It is 7341."
    panel.model.set_expected("")
    assert pane.parts.answer_text == "The code is 7341."


def test_the_last_run_of_an_earlier_session_gives_its_answer(panel, pane, qtbot):
    panel.running.start()
    qtbot.waitUntil(
        lambda: (
            panel.running.results.run is not None and panel.running.results.run.phase == "ended"
        ),
        timeout=WAIT_MS,
    )
    panel.result.model = None
    panel.side.toggle("xray")
    qtbot.waitUntil(lambda: pane.parts.answer_text == "The code is 7341.", timeout=WAIT_MS)


def test_the_right_answer_may_stand_in_a_sample_set(panel, pane, paths, qtbot):
    file = paths.prompts / "codes.prompty"
    file.write_text(
        SOURCE.replace("name: Gate", "sample: {gate: green, expected: 7341}") + "{{ gate }}"
    )
    Path(file.with_suffix("").as_posix() + ".samples.yaml").write_text(
        "red:\n  gate: red\n  answer: none\n"
    )
    panel.model.open(str(file))
    qtbot.waitUntil(lambda: pane.parts.answer_text == "7341", timeout=WAIT_MS)
    assert pane.parts.box.origin.text() == "Expected, set sample"
    samples = panel.work.inputs.samples
    qtbot.waitUntil(lambda: len(samples.sets) == 2, timeout=WAIT_MS)
    samples.choose("red")
    assert pane.parts.answer_text == "none"
    samples.save("again")
    qtbot.waitUntil(lambda: samples.is_own("again"), timeout=WAIT_MS)
    assert samples.chosen.values == {"gate": "red", "expected": "none"}


def test_stopping_keeps_what_is_known(pane, qtbot):
    pane.parts.answer.setPlainText("7341")
    pane.parts.start.click()
    assert pane.model.running
    pane.parts.stop.click()
    assert not pane.model.running
    assert pane.parts.start.isVisibleTo(pane)


def test_every_control_has_a_name_in_both_themes(pane, panel, qtbot):
    look(pane, qtbot)
    for scheme in ("light", "dark"):
        theme().choose(scheme)
        assert unnamed(panel) == []
        panel.grab()
    pane.pages.choose(1)
    assert unnamed(panel) == []


def test_the_number_is_never_told_by_colour_alone():
    assert heat_tint(0.0) is None
    assert heat_tint(1.0) != heat_tint(-1.0)
    assert nats(1.234) == "+1.23"
    assert nats(-0.5, about=True) == "≈ −0.50"
    assert nats(-0.001) == "0.00"


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        ("removed", "Measured with the prompt that lacks it."),
        ("read", "Estimated: what the answer gains"),
        ("group", "for 2 lines together"),
        ("failed", "cannot be made: no roles."),
        ("waiting", "not known yet"),
    ],
)
def test_each_way_of_measuring_is_told_in_words(measure, words):
    effect = SegmentEffect(
        segment=PromptSegment(id="5", level="line", title="x", lines=(5,)),
        delta=1.0,
        measure=measure,
        group=("5", "6") if measure == "group" else (),
        error="no roles." if measure == "failed" else "",
    )
    assert words in words_of(effect)
    found = XRay(level="line", tokens=(), logprob=0.0, effects=(effect,))
    assert len(found.ranked()) == 1


def test_an_xray_moves_no_text(panel, pane, qtbot):
    editor = panel.work.editor
    before = editor.viewportMargins()
    pane.parts.answer.setPlainText("The code is 7341.")
    pane.parts.start.click()
    qtbot.waitUntil(lambda: bool(editor.line_notes), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not pane.model.running, timeout=WAIT_MS)
    assert editor.viewportMargins() == before
    assert editor._tokens._words(FACT_LINE) == editor.line_notes[FACT_LINE].words
