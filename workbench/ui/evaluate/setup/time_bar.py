"""How the time of a run is divided among the variants."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from workbench.domain.evaluation.evaluation_set import EvaluationSet
from workbench.domain.text import rough_seconds
from workbench.ui.evaluate.setup.setup_model import SetupModel
from workbench.ui.evaluate.view_model import EvaluationModel
from workbench.ui.kit import Label, column, row
from workbench.ui.kit.row_delegate import draw_text
from workbench.ui.theme import color, theme

_GAP, _SQUARE = 16, 8
_BAR = 8


class Share(NamedTuple):
    """A part of the time: whose, how long, and in which colour."""

    title: str
    seconds: float
    tone: str
    strength: float = 1.0


def shares_of(given: EvaluationSet, setup: SetupModel, tones: dict[str, str]) -> list[Share]:
    """The time of each variant that is to be run and whose speed is known, in order.

    Args:
        given: the set.
        setup: with what each variant takes.
        tones: the colour of each variant's strategy, by the variant's name.
    """
    found: list[Share] = []
    seen: dict[str, int] = {}
    for each in given.variants:
        cost = setup.costs.get(each.name)
        if cost is None or not cost.to_run or not cost.seconds:
            continue
        tone = tones.get(each.name, "direct")
        again = seen.get(tone, 0)
        seen[tone] = again + 1
        found.append(Share(each.name, cost.seconds, tone, max(1.0 - 0.3 * again, 0.3)))
    return found


class _Bar(QWidget):
    """Parts of a line in proportion, and a legend that is cut where there is no room."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Time of each variant")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._shares: list[Share] = []
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(400, _BAR + 24)

    def show_shares(self, shares: list[Share]) -> None:
        """Show others."""
        self._shares = shares
        words = ", ".join(f"{each.title} {rough_seconds(each.seconds)}" for each in shares)
        self.setAccessibleDescription(words)
        self.setToolTip(words)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        whole = sum(each.seconds for each in self._shares) or 1.0
        left, room = 0.0, self.width() - 2.0 * (len(self._shares) - 1)
        for each in self._shares:
            width = each.seconds / whole * room
            painter.fillRect(QRectF(left, 0, width, _BAR), color(each.tone, each.strength))
            left += width + 2
        self._paint_legend(painter)

    def _paint_legend(self, painter: QPainter) -> None:
        left, top = 0, _BAR + 6
        for each in self._shares:
            area = self.rect().adjusted(left + _SQUARE + 6, top, 0, 0)
            if area.width() < 3 * _GAP:
                break
            square = QRectF(left, area.center().y() - _SQUARE / 2, _SQUARE, _SQUARE)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(each.tone, each.strength))
            painter.drawRoundedRect(square, 2, 2)
            used = draw_text(painter, area, each.title, "small", "text-2")
            time = rough_seconds(each.seconds)
            behind = area.adjusted(used + 6, 0, 0, 0)
            used += 6 + draw_text(painter, behind, time, "small", "text")
            left += _SQUARE + 6 + used + _GAP


class TimeBar(QFrame):
    """The bar under Setup; hidden while no speed is known."""

    def __init__(self, model: EvaluationModel, setup: SetupModel) -> None:
        super().__init__()
        self._model, self._setup = model, setup
        self._has_room, self._has_shares = True, False
        self.setProperty("surface", "panel")
        self.setProperty("rule", "top")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.cached = Label("", "small", "text-3")
        self.bar = _Bar()
        title = Label("Time on this machine", "body-strong")
        note = Label("several answers at once take less", "body", "text-3", elide=True)
        head = row(title, note, self.cached, gap=10)
        head.setStretch(1, 1)
        self.setLayout(column(head, self.bar, margins=(16, 10, 16, 10), gap=8))
        setup.costs_changed.connect(self.refresh)
        setup.choices_changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show what the variants take now."""
        given, evaluation = self._model.set, self._model.evaluation
        shares: list[Share] = []
        if given is not None and evaluation is not None:
            infos = {info.id: info.short for info in self._setup.strategies}
            tones = {
                each.spec.name: infos.get(each.run.spec.strategy, "direct")
                for each in evaluation.variants
                if each.run is not None
            }
            shares = shares_of(given, self._setup, tones)
        self.bar.show_shares(shares)
        cells = sum(each.cells for each in self._setup.costs.values())
        cached = sum(each.cached for each in self._setup.costs.values())
        text = f"{cached:,} of {cells:,} answers come from the cache" if cached else ""
        self.cached.setText(text)
        self._has_shares = bool(shares)
        self.setVisible(self._has_shares and self._has_room)

    def set_room(self, *, is_enough: bool) -> None:
        """Hide where the view is too low for it."""
        if is_enough != self._has_room:
            self._has_room = is_enough
            self.setVisible(self._has_shares and is_enough)
