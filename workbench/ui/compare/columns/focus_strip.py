"""The columns as a narrow strip, while one of them fills the width."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QToolButton

from workbench.ui.compare.columns.column_model import ColumnModel
from workbench.ui.kit import IconButton, column
from workbench.ui.theme import icon, theme

_WIDTH = 48


class FocusStrip(QFrame):
    """A button a column, and one that goes back to all of them.

    Signals:
        chosen(int): the place of the column to show.
        left(): all columns are wanted again.
    """

    chosen = Signal(int)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(_WIDTH)
        self.setProperty("surface", "panel")
        self.setProperty("rule", "right")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.back = IconButton("compare", "Back to all columns", keys="Esc", size=32)
        self.back.clicked.connect(self.left)
        self.buttons: list[QToolButton] = []
        self._rows = column(self.back, 8, gap=4, margins=(8, 8, 7, 8))
        self._rows.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setLayout(self._rows)
        self._columns: list[ColumnModel] = []
        self._shown = -1
        theme().changed.connect(self._recolour)

    def show_columns(self, columns: Sequence[ColumnModel], shown: int) -> None:
        """Have a button for each column; the one at ``shown`` is down."""
        for button in self.buttons:
            self._rows.removeWidget(button)
            button.deleteLater()
        self._columns, self._shown, self.buttons = list(columns), shown, []
        for place, each in enumerate(columns):
            button = QToolButton()
            button.setFixedSize(32, 32)
            button.setIconSize(QSize(18, 18))
            button.setCheckable(True)
            button.setChecked(place == shown)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            name = f"Column {place + 1}: {each.info.title}"
            button.setAccessibleName(name)
            button.setToolTip(name)
            button.clicked.connect(functools.partial(self._on_button, place))
            self.buttons.append(button)
            self._rows.addWidget(button)
        self._recolour()

    def _on_button(self, place: int, _checked: bool = False) -> None:
        self.chosen.emit(place)

    def _recolour(self) -> None:
        for button, each in zip(self.buttons, self._columns, strict=True):
            button.setIcon(icon(each.info.short, each.info.short, each.info.short))
