"""The labels that a judge chose between, with their probabilities, as bars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from workbench.domain.runs.spec import Json
from workbench.ui.kit.row_delegate import draw_text
from workbench.ui.theme import color, theme

_ROW, _LABEL, _NUMBER, _BAR = 18, 56, 44, 6
_LEAST = 0.0005


class Reading(NamedTuple):
    """Labels with their probabilities, and how much of the whole they hold."""

    labels: tuple[str, ...]
    probabilities: tuple[float, ...]
    mass: float


def readings_of(detail: Mapping[str, Json]) -> tuple[Reading, ...]:
    """The readings that a judge's result keeps; none of other checks."""
    found = []
    kept: Any = detail.get("readings")
    for each in kept if isinstance(kept, list) else ():
        labels, chances = each.get("labels"), each.get("probabilities")
        if isinstance(labels, list) and isinstance(chances, list) and len(labels) == len(chances):
            texts = tuple(str(label) for label in labels)
            mass = float(each.get("mass", 0.0))
            found.append(Reading(texts, tuple(float(chance) for chance in chances), mass))
    return tuple(found)


class JudgeBars(QWidget):
    """One bar for each label; the most probable one is the strongest.

    Args:
        reading: of a judge.
    """

    def __init__(self, reading: Reading) -> None:
        super().__init__()
        self._reading = reading
        self.setFixedHeight(_ROW * len(reading.labels))
        self.setAccessibleName("Probabilities of the labels")
        pairs = zip(reading.labels, reading.probabilities, strict=True)
        self.setAccessibleDescription(", ".join(f"{label} {p:.3f}" for label, p in pairs))
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        most = max(self._reading.probabilities, default=0.0)
        pairs = zip(self._reading.labels, self._reading.probabilities, strict=True)
        for place, (label, chance) in enumerate(pairs):
            box = QRect(0, place * _ROW, self.width(), _ROW)
            draw_text(painter, QRect(0, box.top(), _LABEL - 8, _ROW), label, "small", "text-2")
            area = QRect(
                _LABEL, box.center().y() - _BAR // 2, self.width() - _LABEL - _NUMBER, _BAR
            )
            painter.fillRect(area, color("selected"))
            area.setWidth(round(area.width() * chance))
            painter.fillRect(area, color("text" if chance == most else "text-3"))
            shown = "\u2013" if chance < _LEAST else f"{chance:.3f}"
            at = QRect(self.width() - _NUMBER + 6, box.top(), _NUMBER - 6, _ROW)
            draw_text(painter, at, shown, "small", "text-2")
