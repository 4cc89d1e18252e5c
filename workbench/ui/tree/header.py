"""The header of the tree: run, budget, pause and stop."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from workbench.domain.runs.spec import Budget
from workbench.ui.kit import Button, Label, column, row, set_tone
from workbench.ui.runs.words import STATUS_WORDS, asked
from workbench.ui.theme import color, theme
from workbench.ui.tree.view_model import TreeModel
from workbench.ui.tree.words import clock, params_words, question_words

_METER_WIDTH = 118
_QUESTION = 36


class Meter(QWidget):
    """A name, a number against its limit, and a line that fills."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.share = 0.0
        self.label = Label(name, "small", "text-2")
        self.figure = Label("", "small")
        self._line = _Line(self)
        self.setFixedSize(_METER_WIDTH, 27)
        self.setLayout(column(row(self.label, None, self.figure, gap=4), self._line, gap=3))

    def show_use(self, used: float, limit: float | None, shown: str, shown_limit: str) -> None:
        """Show what is used of a limit, or alone where there is none."""
        self.share = min(used / limit, 1.0) if limit else 0.0
        text = f"{shown} / {shown_limit}" if limit else shown
        self.figure.setText(text)
        self.figure.setAccessibleName(f"{self._name}: {text}")
        self._line.update()


class _Line(QWidget):
    def __init__(self, meter: Meter) -> None:
        super().__init__()
        self._meter = meter
        self.setFixedHeight(3)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(60, 3)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color("line-strong"))
        tone = "warn" if self._meter.share > 0.95 else "text-2"
        painter.fillRect(0, 0, round(self.width() * self._meter.share), 3, color(tone))


class TreeHeader(QFrame):
    """One line. The buttons act on the model."""

    def __init__(self, model: TreeModel) -> None:
        super().__init__()
        self._model = model
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.setProperty("rule", "bottom")
        self.setFixedHeight(44)
        self.name = Label("", "small", "text-2")
        self.value = Label("", "code")
        self.params = Label("", "small", "text-2", elide=True)
        self.status = Label("", "small", "text-2")
        self.tokens, self.calls, self.time = Meter("Tokens"), Meter("Calls"), Meter("Time")
        self.pause = Button("Pause", "pause", tip="Make no further call until it is resumed")
        self.stop = Button("Stop", "stop", keys="Esc", tip="End the run with what it has")
        self.pause.clicked.connect(self.toggle_pause)
        self.stop.clicked.connect(model.stop)
        left = row(self.name, self.value, self.params, gap=10)
        left.setStretch(2, 1)
        meters = row(self.tokens, self.calls, self.time, gap=16)
        line = row(left, self.status, meters, self.pause, self.stop, margins=(16, 0, 12, 0), gap=12)
        line.setStretch(0, 1)
        self.setLayout(line)

    @property
    def can_pause(self) -> bool:
        """Whether the run goes on here and now."""
        return self._model.running_here and not self._model.ended

    @property
    def can_resume(self) -> bool:
        """Whether the run is paused, or ended before its end; not where its budget is used up."""
        events = self._model.replay.events
        state = self._model.state
        return bool(events) and self._model.live and (state.paused or state.is_cut)

    @Slot()
    def toggle_pause(self) -> None:
        """Pause, or go on."""
        if self.can_resume:
            self._model.resume()
        elif self.can_pause:
            self._model.pause()

    @Slot()
    def show_run(self) -> None:
        """Show the run at the place that is looked at."""
        model, state = self._model, self._model.state
        name, value = question_words(model.spec, state)
        self.name.setText(name)
        self.value.setText(value if len(value) <= _QUESTION else f"{value[:_QUESTION]}…")
        self.params.setText(params_words(model.info, model.spec, state))
        budget = model.spec.budget if model.spec is not None else Budget()
        tokens, calls = state.generated_tokens, asked(state)
        self.tokens.show_use(
            tokens, budget.max_tokens, f"{tokens:,}", f"{budget.max_tokens or 0:,}"
        )
        self.calls.show_use(calls, budget.max_calls, f"{calls:,}", f"{budget.max_calls or 0:,}")
        seconds = budget.max_seconds
        self.time.show_use(state.seconds, seconds, clock(state.seconds), clock(seconds or 0))
        self._show_buttons()

    def _show_buttons(self) -> None:
        state = self._model.state
        word = STATUS_WORDS[state.status]
        text = "Paused" if state.paused else word.text
        self.status.setText(text if state.paused or state.status != "running" else "")
        set_tone(self.status, "warn" if state.paused else word.tone)
        resumes = self.can_resume
        self.pause.setVisible(self.can_pause or resumes)
        self.pause.set_text("Resume" if resumes else "Pause")
        self.pause.set_icon("play" if resumes else "pause")
        self.stop.setVisible(self.can_pause)
