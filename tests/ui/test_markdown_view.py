"""A model's Markdown: streamed without being set anew, and harmless."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QUrl

from tests.ui.conftest import WAIT_MS
from workbench.ui.widgets.markdown_view import (
    MarkdownView,
    finished_length,
    shown_markdown,
    shown_text,
)

TEXT = "# Title\n\nSome *words* here.\n\n```python\nx = 1\n\ny = 2\n```\n\n- one\n- two\n\nThe end."


@pytest.fixture
def view(qtbot) -> MarkdownView:
    made = MarkdownView("Message")
    qtbot.addWidget(made)
    made.resize(500, 100)
    made.show()
    return made


def stream(view, text, size, qtbot):
    for start in range(0, len(text), size):
        view.append_text(text[start : start + size])
        view._flush()


@pytest.mark.parametrize("size", [1, 3, 7, 40])
def test_the_streamed_text_ends_as_the_whole_one(view, qtbot, size):
    stream(view, TEXT, size, qtbot)
    assert view.text == TEXT
    view.finish()
    streamed = view.toPlainText()
    view.set_markdown(TEXT)
    assert streamed == view.toPlainText()
    assert "Some words here." in streamed


def test_finished_blocks_are_rendered_while_the_rest_is_plain(view, qtbot):
    stream(view, "Some *words* here.\n\nand *more", 5, qtbot)
    assert "Some words here." in view.toPlainText()
    assert "and *more" in view.toPlainText()


def test_a_blank_line_inside_a_fence_ends_no_block():
    text = "before\n\n```\ncode\n\nmore code\n"
    assert finished_length(text) == len("before\n\n")


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ab `*\n#-", max_size=120))
def test_no_character_of_the_source_is_lost(text):
    assert finished_length(text) <= len(text)


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
def test_nothing_that_a_text_names_is_loaded_and_its_words_stay(view, qtbot, payload, tmp_path):
    file = tmp_path / "secret.png"
    file.write_bytes(b"\x89PNG")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.05)
        text = payload.format(port=listener.getsockname()[1], file=file)
        view.set_markdown(text)
        view.grab()
        qtbot.waitUntil(lambda: view.height() > 0, timeout=WAIT_MS)
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


def test_invisible_characters_are_named_and_endless_words_broken():
    assert shown_text("a\u202eb") == "a⟨U+202E⟩b"
    assert "\n" in shown_text("x" * 5000)
    assert shown_markdown("![cat](x.png)") == "\\[image: cat\\]"


def test_a_very_long_answer_stays_plain(view):
    view.set_markdown("word *starred* " * 8000)
    assert "*starred*" in view.toPlainText()


def test_the_height_follows_the_text(view, qtbot):
    view.set_markdown("one line")
    low = view.height()
    view.set_markdown("\n\n".join(["a paragraph"] * 20))
    assert view.height() > 5 * low
