"""The head of voting: which vote it is, the order, whether it is blind."""

from __future__ import annotations

import functools

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from workbench.domain.evaluation.votes import Order, VotingRound
from workbench.ui.evaluate.votes.model import VotesModel
from workbench.ui.evaluate.votes.words import counted_out_text, progress_text, time_left_text
from workbench.ui.kit import Chooser, GhostButton, Label, Switch, column, row, rule
from workbench.ui.theme import color, theme

_ORDERS: tuple[tuple[str, Order], ...] = (
    ("Least sure pairs first", "least_sure"),
    ("Case by case", "in_order"),
)


class _Bar(QWidget):
    """How many of the planned votes are made."""

    def __init__(self) -> None:
        super().__init__()
        self._share = 0.0
        self.setMinimumWidth(60)
        self.setMaximumWidth(160)
        self.setFixedHeight(6)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(160, 6)

    def show_share(self, share: float) -> None:
        """From 0 to 1."""
        self._share = min(max(share, 0.0), 1.0)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("pressed"))
        painter.drawRoundedRect(QRectF(self.rect()), 3, 3)
        painter.setBrush(color("text-2"))
        width = self.width() * self._share
        if width:
            painter.drawRoundedRect(QRectF(0, 0, max(width, 6), self.height()), 3, 3)


class Head(QFrame):
    """Which vote it is, the order, and whether it is blind; or which earlier vote is shown."""

    def __init__(self, model: VotesModel, *, has_orders: bool = True) -> None:
        super().__init__()
        self._has_orders = has_orders
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.number = Label("", "body-strong")
        self.of = Label("", "body", "text-3")
        self.bar = _Bar()
        self.left = Label("", "small", "text-3", elide=True)
        self.order = Chooser("Order of the pairs", width=190)
        for title, order in _ORDERS:
            self.order.add_choice(title, order, icon="list")
        self.blind = Switch("Blind", tip="Hide which draft an answer is of until the vote.")
        self.blind.setChecked(True)
        self.back = GhostButton("Earlier", "chevron-left", keys="P")
        self.forward = GhostButton("Later", "chevron-right", keys="Shift+P")
        self.go_on = GhostButton("Go on voting")
        line = row(
            self.number, self.of, self.bar, self.left, self.back, self.forward, self.go_on,
            self.order, self.blind, margins=(16, 7, 16, 7), gap=10,
        )  # fmt: skip
        line.setStretch(3, 1)
        self.setLayout(column(line, rule(), gap=0))
        self.back.clicked.connect(functools.partial(model.step, -1))
        self.forward.clicked.connect(functools.partial(model.step, 1))
        self.go_on.clicked.connect(model.go_on)

    def show_round(self, state: VotingRound) -> None:
        """Show how far it is."""
        number, of = progress_text(state)
        self.number.setText(number)
        self.of.setText(of)
        self.bar.show_share(state.counted / state.planned if state.planned else 0.0)
        self.left.setText(time_left_text(state))
        self.left.setToolTip(counted_out_text(state))
        self._show_parts(is_earlier=False)

    def show_earlier(self, place: int, count: int, changes: int) -> None:
        """Show which earlier vote it is."""
        self.number.setText(f"Earlier vote {place:,}")
        self.of.setText(f"of {count:,}")
        times = "once" if changes == 1 else f"{changes:,} times"
        self.left.setText(f"changed {times}" if changes else "another key changes it")
        self.left.setToolTip("")
        self._show_parts(is_earlier=True)

    def _show_parts(self, *, is_earlier: bool) -> None:
        for button in (self.back, self.forward, self.go_on):
            button.setVisible(is_earlier)
        for part in (self.bar, self.blind):
            part.setVisible(not is_earlier)
        self.order.setVisible(self._has_orders and not is_earlier)
