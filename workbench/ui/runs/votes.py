"""The votes of self-consistency: one bar a distinct answer, "No answer" among them."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.ui.theme import color, font, theme

_ROW = 24
_BAR = 8
_MOST_ROWS = 6
_LABEL_SHARE = 0.28
_LEAST_LABEL = 76
_COUNT_WIDTH = 28
_DIM = 0.55

Tally = tuple[tuple[str | None, int], ...]


class VoteBars(QWidget):
    """Bars of a tally, most votes first; the winner is highlighted, the rest is muted."""

    def __init__(self) -> None:
        super().__init__()
        self._tone = "text-2"
        self._tally: Tally = ()
        self._winner: str | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Votes")
        theme().changed.connect(self.update)

    def set_tone(self, tone: str) -> None:
        """Take another strategy's colour."""
        self._tone = tone
        self.update()

    def show_tally(self, tally: Tally, winner: str | None) -> None:
        """Show a tally; None in it is "no answer"."""
        if (tally, winner) == (self._tally, self._winner):
            return
        self._tally, self._winner = tally, winner
        words = ", ".join(f"{_label(answer)}: {votes}" for answer, votes in tally)
        self.setAccessibleDescription(words)
        self.setToolTip("" if len(tally) <= _MOST_ROWS else f"{len(tally)} distinct answers")
        self.updateGeometry()
        self.update()

    def _rows(self) -> list[tuple[str, int, bool]]:
        shown = [
            (_label(answer), votes, answer is not None and answer == self._winner)
            for answer, votes in self._tally
        ]
        if len(shown) <= _MOST_ROWS:
            return shown
        missing = [
            each for each, (answer, _) in zip(shown, self._tally, strict=True) if answer is None
        ]
        kept = [each for each in shown if each not in missing][: _MOST_ROWS - 1 - len(missing)]
        rest = [each for each in shown if each not in kept and each not in missing]
        others = (f"{len(rest)} others", sum(votes for _, votes, _ in rest), False)
        return [*kept, others, *missing]

    def sizeHint(self) -> QSize:
        return QSize(160, _ROW * max(1, len(self._rows())))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        total = sum(votes for _, votes in self._tally) or 1
        label = max(int(self.width() * _LABEL_SHARE), _LEAST_LABEL)
        track = self.width() - label - _COUNT_WIDTH - 8
        for index, (text, votes, won) in enumerate(self._rows()):
            top = index * _ROW
            painter.setFont(font("body-strong" if won else "body"))
            painter.setPen(color("text" if won else "text-2"))
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, label - 8)
            middle = int(Qt.AlignmentFlag.AlignVCenter)
            painter.drawText(QRect(0, top, label, _ROW), middle, shown)
            bar = QRect(label, top + (_ROW - _BAR) // 2, track, _BAR)
            painter.fillRect(bar, color("raised" if theme().scheme == "dark" else "selected"))
            bar.setWidth(max(2, round(track * votes / total)))
            painter.fillRect(bar, color(self._tone, 1.0 if won else _DIM))
            count = QRect(self.width() - _COUNT_WIDTH, top, _COUNT_WIDTH, _ROW)
            painter.drawText(count, middle | int(Qt.AlignmentFlag.AlignRight), f"{votes:,}")


def _label(answer: str | None) -> str:
    return "No answer" if answer is None else " ".join(answer.split()) or "(blank)"
