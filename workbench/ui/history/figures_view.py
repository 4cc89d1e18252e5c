"""Statistics of the history: tokens and hours by model, tokens by day."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from workbench.domain.errors import WorkbenchError
from workbench.domain.history_figures import HistoryFigures, ModelFigures
from workbench.domain.servers import model_name
from workbench.domain.text import count_text, seconds_text
from workbench.ui.history.hits.hits_a_day import HitsADay
from workbench.ui.kit import IconButton, Label, Section, column, row
from workbench.ui.tasks import latest

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

_HOUR = 3600
_DAYS = 45
_RIGHT = Qt.AlignmentFlag.AlignRight
_TOP = Qt.AlignmentFlag.AlignTop
_HEADINGS = ("Model", "Runs", "Prompt tokens", "New tokens", "Time", "Tokens a second")


class FiguresView(QFrame):
    """The right side of History with figures of all that is in it.

    Signals:
        closed(): the run that was open is to be shown again.
    """

    closed = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self.figures: HistoryFigures | None = None
        self.setProperty("surface", "canvas")
        self.sums = Label("", "small", "text-2", wrap=True)
        close = IconButton("close", "Close the statistics")
        close.clicked.connect(self.closed)
        head = QFrame()
        head.setProperty("surface", "panel")
        head.setProperty("rule", "bottom")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        first = row(Label("Statistics", "heading"), None, close, gap=8)
        head.setLayout(column(first, self.sums, margins=(16, 8, 12, 8), gap=4))
        self.days = HitsADay("new token")
        self._models = Section("By model", QWidget())
        body = QFrame()
        body.setProperty("surface", "canvas")
        body.setLayout(column(self._models, None, margins=(16, 12, 16, 16), gap=16))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(body)
        layout = column(head, self.days, scroll, gap=0)
        layout.setStretch(2, 1)
        self.setLayout(layout)

    @latest
    async def read(self) -> None:
        """Read the figures and show them."""
        since = time.time() - _DAYS * 24 * _HOUR
        try:
            figures = await self._bridge.ask(lambda core: core.history.statistics(since))
        except WorkbenchError as error:
            self.sums.setText(str(error))
            return
        self.figures = figures
        self.sums.setText(
            f"{count_text(figures.runs, 'run')}, "
            f"{count_text(figures.conversations, 'conversation')} with "
            f"{count_text(figures.messages, 'message')}. "
            f"{count_text(figures.completion_tokens, 'token')} written and "
            f"{figures.prompt_tokens:,} read in {_span(figures.seconds)}."
        )
        self.days.show_days([(day.begin, day.completion_tokens) for day in figures.days])
        self._models.set_body(_table(figures.models))


def _table(models: tuple[ModelFigures, ...]) -> QWidget:
    body = QWidget()
    grid = QGridLayout(body)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(0, 1)
    for place, heading in enumerate(_HEADINGS):
        grid.addWidget(Label(heading, "micro", "text-3"), 0, place, _RIGHT if place else _TOP)
    for line, each in enumerate(models, start=1):
        name = Label(model_name(each.model) or "not known", "small", wrap=True)
        span = " to ".join(_day(at) for at in (each.first_at, each.last_at))
        name.setToolTip(f"{each.model}, {span}")
        grid.addWidget(name, line, 0, _TOP)
        speed = each.completion_tokens / each.seconds if each.seconds else 0.0
        cells = (
            f"{each.runs:,}",
            f"{each.prompt_tokens:,}",
            f"{each.completion_tokens:,}",
            _span(each.seconds),
            f"{speed:.1f}",
        )
        for place, text in enumerate(cells, start=1):
            grid.addWidget(Label(text, "small", "text-2"), line, place, _RIGHT | _TOP)
    return body


def _span(seconds: float) -> str:
    """How long models worked, in hours where it is more than one."""
    return seconds_text(seconds) if seconds < _HOUR else f"{seconds / _HOUR:,.1f} h"


def _day(at: float) -> str:
    return dt.datetime.fromtimestamp(at).astimezone().date().isoformat()
