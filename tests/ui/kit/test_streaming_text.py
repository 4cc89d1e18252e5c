"""Text that grows: nothing is lost, nothing is loaded, long runs stay cheap."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextCursor, QTextDocument
from pytestqt.qtbot import QtBot

from tests.ui.conftest import until
from workbench.domain.runs.comparison import DiffPart
from workbench.ui.kit import Label, StreamingText, plain_tip


@pytest.fixture
def view(qtbot: QtBot) -> StreamingText:
    made = StreamingText("Output")
    qtbot.addWidget(made)
    made.resize(320, 200)
    made.show()
    return made


def longest_run(view: StreamingText) -> int:
    words = view.toPlainText().split()
    return max((len(word) for word in words), default=0)


def copied(view: StreamingText) -> str:
    view.selectAll()
    return view.createMimeDataFromSelection().text()


def test_a_run_without_spaces_is_broken_in_the_view_alone(view: StreamingText) -> None:
    for _ in range(1000):
        view.append_text("aaaaaaa")
    assert view.text == "a" * 7000
    assert longest_run(view) <= 2002
    assert copied(view) == view.text


def test_a_long_paragraph_is_broken_in_the_view_alone(view: StreamingText) -> None:
    for _ in range(1000):
        view.append_text("word and word, ")
    assert view.document().blockCount() > 1
    assert copied(view) == view.text


def test_a_whole_long_text_comes_in_slices(view: StreamingText) -> None:
    text = "x" * 50_000 + "\nend"
    view.set_text(text)
    assert view.text == text
    until(lambda: view.toPlainText().endswith("end"))
    assert copied(view) == text


pieces = st.lists(st.text(st.sampled_from("ab \n\t"), max_size=40), max_size=30)


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(chunks=pieces)
def test_however_it_is_cut_it_reads_the_same(view: StreamingText, chunks: list[str]) -> None:
    view.clear_text()
    for chunk in chunks:
        view.append_text(chunk)
    assert view.text == "".join(chunks)
    assert view.toPlainText() == "".join(chunks)


def test_setting_a_longer_text_only_appends(view: StreamingText) -> None:
    view.set_text("one")
    removed: list[int] = []
    view.document().contentsChange.connect(lambda _at, gone, _new: removed.append(gone))
    view.set_text("one two")
    view.set_text("one two three")
    assert sum(removed) == 0
    view.set_text("else")
    assert view.toPlainText() == "else"


def test_the_view_follows_only_from_the_end(view: StreamingText) -> None:
    view.append_text("line\n" * 100)
    bar = view.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0
    bar.setValue(10)
    view.append_text("line\n" * 100)
    assert bar.value() == 10
    view.clear_text()
    view.set_text("line\n" * 100, follow=False)
    assert bar.value() == 0


def test_nothing_is_loaded_or_opened(view: StreamingText, tmp_path: Path) -> None:
    view.append_text("<img src='file:///etc/passwd'> ![x](file:///etc/passwd)")
    assert "<img" in view.toPlainText()
    kind = QTextDocument.ResourceType.ImageResource.value
    assert view.loadResource(kind, QUrl.fromLocalFile(str(tmp_path))) is None
    assert not view.openLinks()
    assert not view.openExternalLinks()


def test_a_tooltip_shows_a_text_letter_by_letter(qtbot: QtBot) -> None:
    assert "<img" not in plain_tip("<img src='file:///x'>")
    label = Label("<img src='file:///x'>" * 20, elide=True)
    qtbot.addWidget(label)
    label.resize(60, 20)
    label.show()
    label.grab()
    assert "<img" not in label.toolTip()
    assert "&lt;img" in label.toolTip()


def test_as_high_as_the_text_within_limits(view: StreamingText) -> None:
    view.fit_height(24, 200)
    assert view.height() == 24
    view.append_text("line\n" * 3)
    assert 24 < view.height() < 200
    view.append_text("line\n" * 30)
    assert view.height() == 200


def test_changes_are_marked_by_lines_as_well_as_by_colour(view: StreamingText) -> None:
    view.append_text("two plus two")
    view.show_changes(
        (
            DiffPart("same", "two "),
            DiffPart("deleted", "and "),
            DiffPart("inserted", "plus "),
            DiffPart("same", "two"),
        )
    )
    assert view.toPlainText() == "two and plus two"
    assert view.text == "two plus two"
    cursor = QTextCursor(view.document())
    cursor.setPosition(5)
    assert cursor.charFormat().fontStrikeOut()
    cursor.setPosition(10)
    assert cursor.charFormat().fontUnderline()
    view.set_text("two plus two")
    assert view.changes
    view.append_text(", then")
    assert not view.changes
    assert view.toPlainText() == "two plus two, then"


def test_another_text_is_told_and_a_longer_one_is_not(view: StreamingText) -> None:
    reported: list[int] = []
    view.replaced.connect(lambda: reported.append(1))
    view.set_text("one")
    view.set_text("one and more")
    assert not reported
    view.set_text("another")
    assert reported == [1]


def test_a_label_says_less_where_it_has_little_room(qtbot):
    label = Label("10 calls, about 274 new tokens, 15 s", elide=True)
    label.set_shorter(("10 calls, 15 s", "15 s"))
    qtbot.addWidget(label)
    width = label.fontMetrics().horizontalAdvance
    assert label._fitting(width(label.text())) == label.text()
    assert label._fitting(width(label.text()) - 1) == "10 calls, 15 s"
    assert label._fitting(width("10 calls, 15 s") - 1) == "15 s"
    assert label._fitting(width("15 s") - 1).endswith("…")
