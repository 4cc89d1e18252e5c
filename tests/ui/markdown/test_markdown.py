"""A model's Markdown: the same while it is written and at the end, exact, bounded and harmless."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextFormat

from workbench.ui.markdown.body import MarkdownBody
from workbench.ui.markdown.code_card import CodeCard
from workbench.ui.markdown.parts import Part, shown_text, split
from workbench.ui.markdown.view import MarkdownView

TEXT = "# Title\n\nSome *words* here.\n\n```python\nx = 1\n\ny = 2\n```\n\n- one\n- two\n\nThe end."


@pytest.fixture
def view(qtbot) -> MarkdownView:
    made = MarkdownView("Message")
    qtbot.addWidget(made)
    made.show()
    made.fit(500)
    return made


@pytest.fixture
def body(qtbot) -> MarkdownBody:
    made = MarkdownBody("Message")
    qtbot.addWidget(made)
    made.resize(500, 100)
    made.show()
    made.fit(500)
    return made


def shown(body: MarkdownBody) -> list[tuple[str, str]]:
    """The parts as shown on the screen."""
    return [
        (each.language, each.view.toPlainText())
        if isinstance(each, CodeCard)
        else ("", each.toPlainText())
        for each in body.widgets
    ]


def lines(view: MarkdownView) -> list[str]:
    """The lines as they are drawn."""
    drawn = []
    block = view.document().begin()
    while block.isValid():
        for number in range(block.layout().lineCount()):
            line = block.layout().lineAt(number)
            at = line.textStart()
            drawn.append(block.text()[at : at + line.textLength()].strip("\u2028"))
        block = block.next()
    return drawn


# --- parts --------------------------------------------------------------------------------------


def test_a_longer_fence_may_hold_shorter_ones():
    text = "Before\n\n````markdown\n# R\n```bash\nmake\n```\ndone\n````\n\nAfter\n"
    assert split(text) == [
        Part("prose", "Before\n\n"),
        Part("code", "# R\n```bash\nmake\n```\ndone\n", "markdown"),
        Part("prose", "\nAfter\n"),
    ]


def test_a_fence_ends_with_its_own_kind_and_has_its_whole_language():
    assert split("~~~c#\n```\nx\n```\n~~~\n") == [Part("code", "```\nx\n```\n", "c#")]
    assert split("``` c++ title=x\n  a\n```") == [Part("code", "  a\n", "c++")]
    assert split("  ```\n  a\n    b\n  ```\n") == [Part("code", "a\n  b\n")]


def test_a_fence_that_is_not_closed_goes_on():
    assert split("```py\nx = 1") == [Part("code", "x = 1", "py")]


@settings(max_examples=100)
@given(st.text(alphabet="ab `~\n#->", max_size=160))
def test_no_character_outside_of_fences_is_lost(text):
    for chunks in (False, True):
        prose = "".join(part.text for part in split(text, chunks=chunks) if part.kind == "prose")
        kept = "".join(part.text for part in split(text, chunks=chunks))
        assert sum(kept.count(letter) for letter in "ab") >= prose.count("a") + prose.count("b")
        if "```" not in text and "~~~" not in text:
            assert prose == (text if text.strip() else "")


def test_only_the_last_part_of_a_text_that_grows_is_another():
    text = "\n\n".join(f"Paragraph {number} " + "word " * 60 for number in range(30))
    before, after = split(text[:6000], chunks=True), split(text[:6400], chunks=True)
    assert len(before) > 3
    assert after[: len(before) - 1] == before[:-1]


# --- what is shown ------------------------------------------------------------------------------


def test_single_line_breaks_stay(view):
    view.set_markdown("An old silent pond\nA frog jumps into the pond\nSplash! Silence again.")
    assert lines(view) == [
        "An old silent pond",
        "A frog jumps into the pond",
        "Splash! Silence again.",
    ]


@pytest.mark.parametrize("size", [1, 7, 40])
def test_a_streamed_text_ends_as_the_whole_one_with_the_same_lines(body, qtbot, size):
    for end in range(size, len(TEXT) + size, size):
        body.stream(TEXT[:end])
        body._flush()
    streamed, high = shown(body), body.sizeHint().height()
    body.set_markdown(TEXT)
    assert shown(body) == streamed
    assert body.sizeHint().height() == high
    assert streamed == [
        ("", "Title\nSome words here."),
        ("python", "x = 1\n\ny = 2"),
        ("", "one\ntwo\nThe end."),
    ]


def test_what_somebody_typed_is_shown_letter_by_letter(body):
    text = "def __init__(self):\n    2*3*4\nC:\\new\\*.txt\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    body.set_plain(text)
    assert shown(body) == [("", text)]
    assert lines(body.widgets[0]) == text.split("\n")


def test_a_long_line_of_code_is_scrolled_and_hides_nothing(body):
    body.set_markdown("```\n" + "1234567890" * 40 + "\nafter\n```")
    (card,) = body.widgets
    assert len(lines(card.view)) == 2
    assert card.view.horizontalScrollBar().maximum() > 0
    assert card.view.height() >= 2 * card.view.fontMetrics().height()


def test_copy_of_a_card_takes_the_code_alone(body, qapp):
    body.set_markdown("````\n```\ninner\n```\n````\ntext after")
    body.widgets[0]._on_copy()
    assert qapp.clipboard().text() == "```\ninner\n```\n"
    assert shown(body)[1] == ("", "text after")


def test_lists_numbers_and_quotes_are_told_apart(view):
    view.set_markdown("3. three\n4. four\n   - inner\n\n> said\n> by one")
    document = view.document()
    first = document.begin()
    assert first.textList().format().start() == 3
    assert first.textList().itemText(first.next()) == "4."
    last = document.lastBlock()
    assert last.text() == "said\u2028by one"
    assert last.blockFormat().property(QTextFormat.Property.BlockQuoteLevel) == 1
    assert last.textList() is None


def test_a_table_has_its_cells_and_what_follows_it(view):
    view.set_markdown("Before\n\n| a | b |\n|---|--:|\n| 1 | **2** |\n\nAfter")
    (table,) = view.document().rootFrame().childFrames()
    assert (table.rows(), table.columns()) == (2, 2)
    assert table.cellAt(1, 1).firstCursorPosition().block().text() == "2"
    assert view.document().lastBlock().text() == "After"


def test_a_large_table_is_laid_out_once(view, monkeypatch):
    rows = "".join("|" + "|".join(f"{row} {at}" for at in range(15)) + "|\n" for row in range(50))
    text = "|" + "h|" * 15 + "\n|" + "---|" * 15 + "\n" + rows
    sizes = []
    view.document().documentLayout().documentSizeChanged.connect(sizes.append)
    view.set_markdown(text)
    assert len(sizes) <= 3
    assert view.document().lastBlock().isValid()


def test_a_table_without_end_is_plain_lines(view):
    view.set_markdown("|a" * 1000 + "\n" + "|-" * 1000 + "\n" + ("|a" * 1000 + "\n") * 5)
    assert view.document().rootFrame().childFrames() == []
    assert "a | a" in view.toPlainText()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*" * 60_000, ""),
        ("> " * 30_000, ""),
        ("- " * 30_000, ""),
        ("[" * 20_000, "[" * 20_000),
        ("`" * 60_000, ""),
        ("![a" * 9_000, "![a" * 9_000),
    ],
    ids=["stars", "quotes", "lists", "brackets", "ticks", "images"],
)
def test_hostile_text_takes_little_work(view, text, shown):
    view.set_markdown(text)
    assert "".join(view.toPlainText().split()) == shown
    assert view.document().blockCount() == 1


@pytest.mark.parametrize(
    "payload",
    [
        "![seen](http://127.0.0.1:{port}/x.png)",
        "![seen][r]\n\n[r]: http://127.0.0.1:{port}/x.png",
        '<img src="http://127.0.0.1:{port}/x.png" alt="seen">',
        "![seen](file://{file})",
        "![seen](//127.0.0.1/share/x.png)",
        "<b>seen</b> <http://127.0.0.1:{port}/>",
    ],
)
def test_nothing_that_a_text_names_is_loaded_and_its_words_stay(view, payload, tmp_path):
    file = tmp_path / "secret.png"
    file.write_bytes(b"\x89PNG")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.05)
        text = payload.format(port=listener.getsockname()[1], file=file)
        view.set_markdown(text)
        view.grab()
        with pytest.raises(TimeoutError):
            listener.accept()
    assert "seen" in view.toPlainText()


def test_links_open_only_after_asking(view, monkeypatch):
    opened = []
    monkeypatch.setattr("PySide6.QtGui.QDesktopServices.openUrl", opened.append)
    view.set_markdown("[click](file:///etc/passwd)")
    view.anchorClicked.emit(QUrl("file:///etc/passwd"))
    assert opened == []
    assert "click" in view.toPlainText()


def test_invisible_characters_are_named_and_endless_words_broken(view):
    assert shown_text("a\u202eb") == "a⟨U+202E⟩b"
    assert "\u2028" in shown_text("x" * 5000)
    view.set_markdown("![cat](x.png)")
    assert view.toPlainText() == "[image: cat]"


def test_a_very_long_answer_stays_plain(view):
    view.set_markdown("word *starred* " * 8000)
    assert "*starred*" in view.toPlainText()


def test_the_height_follows_the_text(view):
    view.set_markdown("one line")
    low = view.height()
    view.set_markdown("\n\n".join(["a paragraph"] * 20))
    assert view.height() > 5 * low
