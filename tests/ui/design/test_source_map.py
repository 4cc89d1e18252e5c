"""The rendered prompt in its pane: lines, folds, links both ways, views, cost."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent, QTextCursor
from PySide6.QtWidgets import QApplication

from tests.ui.conftest import WAIT_MS, unnamed
from workbench.domain.prompts.prompt import Preview, VariableReuse
from workbench.domain.text import Message, Place, Span
from workbench.ui.design.panel import DesignPanel
from workbench.ui.design.preview.messages_page import MOST_CHARACTERS
from workbench.ui.design.preview.pages import MOST_TOKENS
from workbench.ui.design.preview.preview import RenderedPane
from workbench.ui.design.preview.rendered_lines import Repeats, parts_of, words_of
from workbench.ui.design.preview.reuse_view import ReuseView
from workbench.ui.kit.token_meter import Part, TokenMeter

LONG = "one of the worked examples " * 8


def _example(number: int) -> tuple[Span, ...]:
    place = Place(column=9, length=10, blocks=("for ex in examples",), loop=4, iteration=number)
    return (
        Span("Problem: ", line=5, place=place),
        Span(f"{LONG}{number}", literal=False, line=5, variable="examples", place=place),
        Span("\n", line=5, place=place),
    )


def _preview(**changes: object) -> Preview:
    system = (
        Span("Be kind to ", line=2, place=Place(column=1, length=11)),
        Span("grade 5", literal=False, line=2, variable="grade", place=Place(column=12, length=9)),
        Span("\n", line=2),
        *_example(1),
        *_example(2),
        *_example(3),
    )
    question = Span("Why?", literal=False, line=9, variable="question",
                    place=Place(column=3, length=14))  # fmt: skip
    messages = (Message("system", system), Message("user", (question,)))
    counts = tuple(tuple(len(span.text) for span in message.spans) for message in messages)
    return Preview(
        messages=messages,
        span_tokens=counts,
        variable_tokens={"examples": 600},
        line_tokens={2: 18},
        block_tokens={"for ex in examples": 630},
        **changes,
    )


@pytest.fixture
def pane(qtbot) -> RenderedPane:
    made = RenderedPane()
    qtbot.addWidget(made)
    made.resize(414, 600)
    made.show()
    made.show_preview(_preview(), {"grade": "p1", "examples": "p2", "question": "p3"})
    return made


def _move(pane: RenderedPane, text: str, event: QEvent.Type) -> None:
    """The mouse at the first place of a text."""
    page = pane.messages
    cursor = page.document().find(text)
    cursor.setPosition(cursor.selectionStart() + 1)
    point = QPointF(page.cursorRect(cursor).center())
    button = Qt.MouseButton.LeftButton
    for kind in (
        (QEvent.Type.MouseButtonPress, event) if event != QEvent.Type.MouseMove else (event,)
    ):
        QApplication.sendEvent(
            page.viewport(),
            QMouseEvent(kind, point, point, button, button, Qt.KeyboardModifier.NoModifier),
        )


def test_repeated_items_are_folded_and_open_by_click_and_key(pane, qtbot):
    page = pane.messages
    assert "examples 2 and 3" in page.toPlainText()
    assert f"{LONG}1" in page.toPlainText()
    assert f"{LONG}2" not in page.toPlainText()
    _move(pane, "examples 2 and 3", QEvent.Type.MouseButtonRelease)
    assert f"{LONG}3" in page.toPlainText()
    page.setFocus()
    qtbot.keyClick(page, Qt.Key.Key_Space)
    assert f"{LONG}2" not in page.toPlainText()


def test_hovering_lights_the_line_and_says_what_it_is(pane, qtbot):
    lines: list[int] = []
    pane.line_hovered.connect(lines.append)
    _move(pane, "Why?", QEvent.Type.MouseMove)
    assert lines == [9]
    assert pane.caption.text() == "question · line 9 · 4 tokens"
    assert len(pane.messages.extraSelections()) == 1
    QApplication.sendEvent(pane.messages, QEvent(QEvent.Type.Leave))
    assert lines == [9, 0]
    assert pane.messages.extraSelections() == []


def test_a_click_goes_to_line_and_column(pane):
    places: list[tuple[int, int]] = []
    pane.place_clicked.connect(lambda line, column: places.append((line, column)))
    _move(pane, "grade 5", QEvent.Type.MouseButtonRelease)
    assert places == [(2, 12)]


def test_the_prompt_can_be_walked_with_the_keys(pane, qtbot):
    places: list[tuple[int, int]] = []
    pane.place_clicked.connect(lambda line, column: places.append((line, column)))
    pane.messages.setFocus()
    qtbot.keyClick(pane.messages, Qt.Key.Key_Down)
    qtbot.keyClick(pane.messages, Qt.Key.Key_Down)
    assert pane.caption.text() == "grade · line 2 · 7 tokens"
    qtbot.keyClick(pane.messages, Qt.Key.Key_Return)
    qtbot.keyClick(pane.messages, Qt.Key.Key_Up)
    qtbot.keyClick(pane.messages, Qt.Key.Key_Return)
    assert places == [(2, 12), (2, 1)]


def test_a_line_or_a_variable_lights_all_it_made(pane):
    pane.link_variable("examples")
    assert pane.caption.text() == "examples · 3 places · 600 tokens"
    pane.link_line(2)
    assert pane.caption.text() == "line 2 · 3 places · 18 tokens"
    pane.link_line(4)
    assert pane.caption.text() == "for ex in examples · 3 items · 630 tokens"
    pane.link_line(0)
    assert pane.caption.text() == ""


def test_raw_and_tokens_show_control_tokens_and_ids(pane, qtbot):
    raw = "<s>Why?<e>"
    preview = Preview(
        messages=(Message("user", (Span("Why?", literal=False, line=9, variable="question"),)),),
        raw=raw,
        token_texts=((1, "<s>"), (70, "Why"), (71, "?"), (2, "<e>")),
        token_starts=(0, 3, 6, 7),
        special_tokens=frozenset({0, 3}),
        message_offsets=(3,),
        prompt_tokens=4,
    )
    pane.show_preview(preview, {"question": "p3"})
    pane.views.choose(1)
    assert pane.raw.toPlainText() == raw
    grounds = []
    for words in ("Why", "<"):
        cursor = pane.raw.document().find(words)
        grounds.append(cursor.charFormat().background().color().name())
    assert grounds[0] != grounds[1]
    pane.views.choose(2)
    assert "4 tokens, 2 of them control" in pane.tokens.toPlainText()
    assert pane.ids.isVisibleTo(pane)
    pane.ids.setChecked(True)
    assert "Why 70" in pane.tokens.toPlainText()
    pane.copy.click()
    assert QGuiApplication.clipboard().text().splitlines()[1] == "70\t'Why'"


def test_control_tokens_are_never_broken_and_are_copied_as_they_are(pane, qtbot):
    control = "<|im_start|>"
    raw = "\n".join("x" * number + control for number in range(80))
    starts = tuple(at for at in range(len(raw)) if raw.startswith(control, at))
    preview = Preview(
        messages=(Message("user", (Span("Why?"),)),),
        raw=raw,
        token_texts=tuple((1, control) for _ in starts),
        token_starts=starts,
        special_tokens=frozenset(range(len(starts))),
        message_offsets=(-1,),
    )
    pane.views.choose(1)
    pane.show_preview(preview, {})
    pane.show()
    for width in (330, 370, 414, 500):
        pane.resize(width, 600)
        qtbot.wait(1)
        document = pane.raw.document()
        document.documentLayout().blockBoundingRect(document.lastBlock())
        shown, block = [], document.begin()
        while block.isValid():
            layout = block.layout()
            for index in range(layout.lineCount()):
                line = layout.lineAt(index)
                text = block.text()[line.textStart() : line.textStart() + line.textLength()]
                shown.append(text.replace("\u2060", "").replace("\u200b", ""))
            block = block.next()
        assert len(shown) > raw.count("\n") + 1
        assert sum(line.count(control) for line in shown) == len(starts)
    pane.raw.selectAll()
    pane.raw.copy()
    assert QGuiApplication.clipboard().text() == raw
    cursor = pane.raw.textCursor()
    cursor.setPosition(1)
    cursor.setPosition(4, QTextCursor.MoveMode.KeepAnchor)
    pane.raw.setTextCursor(cursor)
    pane.raw.copy()
    assert QGuiApplication.clipboard().text() == "<|"


def test_a_large_prompt_is_drawn_in_part_and_says_so(pane):
    spans = tuple(Span("words of text here\n", line=index) for index in range(1, 6001))
    tokens = tuple((index, "x") for index in range(MOST_TOKENS + 5))
    preview = Preview(messages=(Message("user", spans),), raw="x" * 120_000, token_texts=tokens,
                      token_starts=tuple(range(len(tokens))), message_offsets=(-1,))  # fmt: skip
    pane.show_preview(preview, {})
    assert "more characters are not shown here" in pane.messages.toPlainText()
    assert len(pane.messages.toPlainText()) < MOST_CHARACTERS + 5_000
    pane.views.choose(1)
    assert "60,000 more characters are not shown here" in pane.raw.toPlainText()
    pane.views.choose(2)
    assert "the first 4,000 are shown" in pane.tokens.toPlainText()
    pane.copy.click()
    assert len(QGuiApplication.clipboard().text().splitlines()) == len(tokens)


def test_where_the_last_run_ends_is_drawn(pane):
    preview = _preview(raw="x" + _preview().messages[0].text + _preview().messages[1].text,
                       message_offsets=(1, 1 + len(_preview().messages[0].text)),
                       same_tokens=14, prompt_tokens=40,
                       token_starts=tuple(range(40)))  # fmt: skip
    pane.show_preview(preview, {})
    assert "same up to here since the last run: 14 tokens" in pane.messages.toPlainText()
    assert unnamed(pane) == []


def test_parts_keep_all_text_in_order():
    message = _preview().messages[0]
    lines = []
    for part in parts_of(message):
        lines += part.lines if isinstance(part, Repeats) else [part]
    text = "\n".join("".join(bit.text for bit in line.bits) for line in lines)
    assert text == message.text.rstrip("\n")


def test_words_of_an_included_and_computed_span():
    place = Place(column=1, template="a.md", template_line=3, derived=True)
    assert words_of(Span("x", False, 7, "", place), 1) == (
        "a.md line 3 · line 7 · computed · 1 token"
    )


def test_reuse_lists_the_most_expensive_and_the_hint(qtbot):
    view = ReuseView()
    qtbot.addWidget(view)
    dear = VariableReuse(variable="question", line=2, reread_tokens=3412, reread_seconds=9.1,
                         saved_tokens=3000, saved_seconds=8.0, below="the examples")  # fmt: skip
    view.show_preview(Preview(reuse=(dear,), prompt_tokens=3500), {"question": "p1"})
    assert view.section.note.text() == "question re-reads 3,412 tokens, 9.1 s"
    words = [label.text() for label in view.section.body.findChildren(type(view.section.note))]
    assert dear.hint in words
    view.show_preview(Preview(reuse=(dear,), same_tokens=1204, prompt_tokens=3500), {})
    assert "first 1,204 tokens" in view.section.note.text()


def test_the_meter_says_what_will_not_fit(qtbot):
    meter = TokenMeter()
    qtbot.addWidget(meter)
    meter.show_tokens([Part("question", 900, "p1")], 200, 1000)
    assert meter.reserve.text() == "only 100 of 200 left for the answer"
    meter.show_tokens([Part("question", 1200, "p1")], 200, 1000)
    assert meter.reserve.text() == "200 tokens do not fit"
    meter.show_tokens([Part("question", 10, "p1")], 200, 1000)
    assert meter.reserve.text() == "200 kept for the answer"


SOURCE = """---
name: Greeting
inputs:
  name: string
sample:
  name: Ada
---
user:
Greet {{ name }}.
"""


def test_editor_and_inputs_light_the_rendered_prompt(context, qtbot, paths):
    file = paths.prompts / "greeting.prompty"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(SOURCE)
    panel = DesignPanel(context)
    qtbot.addWidget(panel)
    panel.resize(1376, 800)
    panel.show()
    panel.model.open(str(file))
    qtbot.waitUntil(
        lambda: (
            panel.model.current is not None
            and panel.model.current.path == str(file)
            and panel.model.current.preview.prompt_tokens is not None
        ),
        timeout=WAIT_MS,
    )
    caption = panel.rendered.caption
    panel.work.editor.go_to_line(9)
    assert caption.text().startswith("line 9 · 3 places")
    panel.work.editor.variable_hovered.emit("name")
    assert caption.text().startswith("name · line 9")
    panel.work.editor.variable_hovered.emit("")
    panel.work.editor.line_hovered.emit(0)
    assert caption.text().startswith("line 9")
    panel.map._on_focus(None, panel.work.inputs.fields.fields["name"])
    assert caption.text().startswith("name · line 9")
    name = panel.work.inputs.fields.fields["name"]
    panel.rendered.variable_hovered.emit("name")
    assert name.property("linked") is True
    panel.rendered.variable_hovered.emit("")
    assert name.property("linked") is False
    panel.rendered.place_clicked.emit(9, 7)
    assert panel.work.editor.textCursor().positionInBlock() == 6
    tokens = panel.model.current.preview.line_tokens
    assert tokens[9] == panel.model.current.preview.message_tokens[0]
