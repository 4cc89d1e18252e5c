"""Rows of lists: what is notified, what is painted, what a screen reader hears."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from workbench.ui.kit.row_delegate import Row, RowsModel, draw_text
from workbench.ui.theme import color

Pair = tuple[str, int]


class Pairs(RowsModel[Pair]):
    def key(self, row: Pair) -> str:
        return row[0]

    def text(self, row: Pair) -> str:
        return row[0]

    def spoken(self, row: Pair) -> str:
        return f"{row[0]}, {row[1]}"


@pytest.fixture
def canvas(qapp):
    image = QImage(200, 28, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    yield image, painter
    painter.end()


def test_only_rows_that_changed_are_notified_and_others_keys_make_the_list_again(qapp):
    model = Pairs()
    model.show_rows([("a", 1), ("b", 2)])
    changed, reset = [], []
    model.dataChanged.connect(lambda first, last: changed.append((first.row(), last.row())))
    model.modelReset.connect(lambda: reset.append(True))
    model.show_rows([("a", 1), ("b", 3)])
    assert (changed, reset) == ([(1, 1)], [])
    model.show_rows([("a", 1), ("b", 3)], in_place=True)
    assert changed == [(1, 1), (0, 1)]
    model.show_rows([("a", 1), ("c", 3)])
    assert (len(changed), reset) == (2, [True])


def test_a_row_is_heard_in_full_and_is_its_own_data(qapp):
    model = Pairs()
    model.show_rows([("a", 1)])
    roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
    assert [model.index(0).data(role) for role in roles] == ["a", "a, 1"]
    assert model.index(0).data(Qt.ItemDataRole.UserRole) == ("a", 1)
    assert model.index(0).data(Qt.ItemDataRole.ToolTipRole) is None


@pytest.mark.parametrize(
    ("state", "tone"),
    [
        (QStyle.StateFlag.State_Selected, "selected"),
        (QStyle.StateFlag.State_MouseOver, "hover"),
        (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver, "selected"),
    ],
)
def test_a_chosen_row_is_painted_before_a_hovered_one(canvas, state, tone):
    image, painter = canvas
    option = QStyleOptionViewItem()
    option.rect, option.state = QRect(0, 0, 200, 28), state
    Row(painter, option).ground()
    assert image.pixelColor(100, 14).name() == color(tone).name()


def test_text_takes_the_room_that_what_stands_at_the_right_leaves(canvas):
    _, painter = canvas
    option = QStyleOptionViewItem()
    option.rect = QRect(0, 0, 200, 28)
    row = Row(painter, option)
    row.inset(10, 10)
    row.right("12", gap=8)
    note = draw_text(painter, option.rect, "12", "small", "text-3")
    assert (row.room.left(), row.room.right()) == (10, 189 - note - 8)
    row.left("a thought that is far too long for a row of two hundred pixels", "body", "text")
    assert 0 <= row.room.width() < 20
