"""Beneath the columns: what the repeats of each came to, as counts and intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from workbench.domain.runs.comparison import Interval
from workbench.domain.text import seconds_text
from workbench.ui.compare.columns.tally import Tally
from workbench.ui.compare.view_model import CompareModel
from workbench.ui.kit import Label, column, row
from workbench.ui.tasks import background
from workbench.ui.theme import color, font, icon, theme

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

_ROW_HEIGHT = 28
_MOST_ROWS = 4
_FIGURES = ("Solved", "Tokens / run", "Tokens / solved", "Time / run")
_NOTHING = "–"


class IntervalBar(QWidget):
    """A share as a dot within its interval, on a line from 0 to 100 %."""

    def __init__(self, tone: str) -> None:
        super().__init__()
        self._tone = tone
        self._interval: Interval | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def show_interval(self, interval: Interval | None) -> None:
        """Show an interval, None for none."""
        self._interval = interval
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 20)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 20)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle, width = self.height() / 2, self.width() - 8
        painter.fillRect(QRectF(4, middle - 1, width, 2), color("line"))
        for mark in range(5):
            painter.fillRect(QRectF(4 + width * mark / 4 - 0.5, middle - 3, 1, 6), color("line"))
        if self._interval is None:
            return
        low, high = (4 + width * edge for edge in (self._interval.low, self._interval.high))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self._tone, 0.45))
        painter.drawRoundedRect(QRectF(low, middle - 4, high - low, 8), 3, 3)
        painter.setBrush(color(self._tone))
        at = 4 + width * self._interval.share
        painter.drawEllipse(QRectF(at - 4, middle - 4, 8, 8))


class SummaryTable(QFrame):
    """One line a column, over its repeats; nothing until one has ended. It can be folded.

    In a low window it is folded until somebody opens it, so that the texts keep their room.
    """

    def __init__(self, model: CompareModel, bridge: Bridge) -> None:
        super().__init__()
        self._model = model
        self._bridge = bridge
        self._counts: tuple[tuple[int, int], ...] = ()
        self._intervals: dict[tuple[int, int], Interval] = {}
        self.bars: list[tuple[IntervalBar, Label, Label]] = []
        self.setProperty("surface", "panel")
        self.setProperty("rule", "top")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self._wanted_open: bool | None = None
        self._low = False
        self.title = QToolButton()
        self.title.setText("All runs so far")
        self.title.setAccessibleName("All runs so far")
        self.title.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.title.setIconSize(QSize(14, 14))
        self.title.setFont(font("body-strong"))
        self.title.setProperty("bare", True)
        self.title.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.title.clicked.connect(self._on_title)
        self.subtitle = Label("", "small", "text-3", elide=True)
        head = row(self.title, self.subtitle, gap=8)
        head.setStretch(1, 1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setLayout(column(head, self._scroll, margins=(16, 8, 16, 8), gap=6))
        model.counted.connect(self.show_counts)
        model.columns_changed.connect(self.show_counts)
        theme().changed.connect(self.show_counts)
        self.show_counts()

    @property
    def is_open(self) -> bool:
        """Whether the lines are shown."""
        return not self._low if self._wanted_open is None else self._wanted_open

    def set_low(self, low: bool) -> None:
        """Whether there is little room in height."""
        self._low = low
        self._fold()

    @Slot()
    def _on_title(self) -> None:
        self._wanted_open = not self.is_open
        self._fold()

    def _fold(self) -> None:
        self._scroll.setVisible(self.is_open)
        self.title.setIcon(icon("chevron-down" if self.is_open else "chevron-right", "text-2"))
        self.title.setAccessibleDescription("open" if self.is_open else "folded")

    @Slot()
    def show_counts(self) -> None:
        """Count again, and ask for the intervals of counts that are new."""
        tallies = [column.tally(self._model.expected) for column in self._model.columns]
        known = any(tally.runs for tally in tallies)
        self.setVisible(known)
        if not known:
            return
        self._describe()
        self._fold()
        self._fill(tallies)
        counts = tuple((tally.solved, tally.runs) for tally in tallies if tally.solved is not None)
        self._counts = counts
        self._show_intervals()
        new = tuple(each for each in counts if each not in self._intervals)
        if new:
            self._ask_intervals(new)

    @background
    async def _ask_intervals(self, counts: tuple[tuple[int, int], ...]) -> None:
        async def ask(core: Workbench) -> tuple[Interval, ...]:
            return tuple(core.answers.interval(*each) for each in counts)

        self._intervals.update(zip(counts, await self._bridge.ask(ask), strict=True))
        self._show_intervals()

    def _describe(self) -> None:
        model = self._model
        runs = {column.tally("").runs for column in model.columns}
        counted = " to ".join(str(each) for each in sorted({min(runs), max(runs)}))
        words = [f"{counted} {'run' if runs == {1} else 'runs'} a column on this question"]
        if model.expected.strip():
            words.append(f"expected {model.expected.strip()}")
        else:
            words.append("type the expected answer above to see which are right")
        if model.equal_tokens:
            words.append(f"at most {model.budget_tokens:,} tokens")
        if model.equal_seconds:
            words.append(f"at most {model.budget_seconds:,} s")
        self.subtitle.setText(", ".join(words))

    def _fill(self, tallies: list[Tally]) -> None:
        """Make the lines again: they are few, and change when a run ends."""
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(2, 4)
        known = bool(self._model.expected.strip())
        share = "Exact match, 95 % interval" if known else "Exact match: no expected answer yet"
        for place, title in ((0, "Strategy"), (2, share)):
            grid.addWidget(Label(title, "micro", "text-3"), 0, place, 1, 2 if place == 0 else 1)
        for place, title in enumerate(_FIGURES, start=5):
            grid.addWidget(_right(Label(title, "micro", "text-3")), 0, place)
            grid.setColumnStretch(place, 1)
        self.bars = []
        for line, (each, tally) in enumerate(zip(self._model.columns, tallies, strict=True), 1):
            self._add_line(grid, line, each.info.short, each.info.title, tally)
        self._scroll.setWidget(body)
        lines = min(len(tallies), _MOST_ROWS)
        self._scroll.setFixedHeight(20 + lines * _ROW_HEIGHT)

    def _add_line(self, grid: QGridLayout, line: int, tone: str, title: str, tally: Tally) -> None:
        grid.setRowMinimumHeight(line, _ROW_HEIGHT)
        mark = QLabel()
        mark.setPixmap(theme().pixmap(tone, tone, 16, self.devicePixelRatioF()))
        bar, percent, bounds = (
            IntervalBar(tone),
            Label("", "body-strong"),
            Label("", "small", "text-3"),
        )
        for place, widget in enumerate((mark, Label(title), bar, _right(percent), bounds)):
            grid.addWidget(widget, line, place)
        runs, solved = tally.runs, tally.solved
        figures = (
            f"{solved} / {runs}" if solved is not None and runs else _NOTHING,
            f"{tally.tokens / runs:,.0f}" if runs else _NOTHING,
            f"{tally.tokens / solved:,.0f}" if solved else _NOTHING,
            seconds_text(tally.seconds / runs) if runs else _NOTHING,
        )
        for place, (name, figure) in enumerate(zip(_FIGURES, figures, strict=True), start=5):
            label = _right(Label(figure))
            label.setAccessibleName(f"{title}, {name}: {figure}")
            grid.addWidget(label, line, place)
        if solved is not None:
            self.bars.append((bar, percent, bounds))

    def _show_intervals(self) -> None:
        """Put what is known into the lines, and give it room at once: no frame shows it cut."""
        for (bar, percent, bounds), count in zip(self.bars, self._counts, strict=True):
            interval, runs = self._intervals.get(count), count[1]
            if interval is None:
                continue
            bar.show_interval(interval if runs else None)
            percent.setText(f"{100 * interval.share:.0f} %" if runs else _NOTHING)
            low, high = 100 * interval.low, 100 * interval.high
            bounds.setText(f"{low:.0f} to {high:.0f}, n = {runs}" if runs else "")
        body = self._scroll.widget()
        layout = body.layout() if body is not None else None
        if layout is not None:
            layout.activate()


def _right(label: Label) -> Label:
    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return label
