"""The bar at the bottom: what a run takes, how far it is, Run and Pause."""

from __future__ import annotations

import datetime as dt

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from workbench.domain.text import count_text, rough_seconds
from workbench.ui.evaluate.progress import Progress
from workbench.ui.evaluate.view_model import EvaluationModel
from workbench.ui.evaluate.words import answers_text, estimate_text, until_text
from workbench.ui.kit import Button, GhostButton, Label, PrimaryButton, row, show_one
from workbench.ui.theme import color, theme
from workbench.ui.theme.tokens import TOKENS

FIRST_ROWS = 10


class ProgressLine(QWidget):
    """A line of 6 px: answers from the history, new ones, failures, and what is still to come."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Progress")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._shares = (0.0, 0.0, 0.0)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(208, 16)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, 16)

    def show_progress(self, progress: Progress) -> None:
        """Show how far it is."""
        total = max(progress.total, 1)
        new = progress.answered - progress.cached
        self._shares = (progress.cached / total, new / total, progress.failed / total)
        self.setAccessibleDescription(answers_text(progress))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        line = QRectF(0, (self.height() - 6) / 2, self.width(), 6)
        painter.setBrush(color("selected"))
        painter.drawRoundedRect(line, 3, 3)
        left = line.left()
        for share, tone in zip(self._shares, ("text-3", "focus", "bad"), strict=True):
            width = share * line.width()
            painter.fillRect(QRectF(left, line.top(), width, 6), color(tone))
            left += width


class RunBar(QFrame):
    """What a run takes before it, how far it is while it goes on.

    Signals:
        first_wanted(): Run the first rows alone.
        code_wanted(): Ask whether the code of answers may be run.
    """

    first_wanted = Signal()
    code_wanted = Signal()

    def __init__(self, model: EvaluationModel) -> None:
        super().__init__()
        self._model = model
        self.setFixedHeight(TOKENS.size["runbar"])
        self.setProperty("surface", "panel")
        self.setProperty("rule", "top")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.strong = Label("", "body-strong")
        self.line = ProgressLine()
        self.note = Label("", "body", "text-3", elide=True)
        self.failures = Label("", "body", "bad")
        self.again = GhostButton("Run them again")
        self.code = GhostButton("Run code…")
        self.code.setToolTip("Checks of this set run the code that the model writes")
        self.left = Label("", "small", "text-2")
        self.first = Button(f"First {FIRST_ROWS} rows", "play", tall=True)
        self.start = PrimaryButton("Run all", "play", keys="Ctrl+Return", tall=True)
        self.stop = Button("Pause", "pause", keys="Esc", tall=True)
        layout = row(
            self.strong, self.line, self.note, self.failures, self.again, self.code, self.left,
            self.first, self.start, self.stop, margins=(16, 0, 16, 0), gap=10,
        )  # fmt: skip
        layout.setStretch(2, 1)
        self.setLayout(layout)
        self.line.setMaximumWidth(208)
        self.first.clicked.connect(self.first_wanted)
        self.code.clicked.connect(self.code_wanted)
        self.start.clicked.connect(self._run)
        self.stop.clicked.connect(model.pause)
        self.again.clicked.connect(self.run_failed)
        model.estimate_changed.connect(self.refresh)
        model.running_changed.connect(self.refresh)
        model.progress_changed.connect(self.refresh)
        model.opened.connect(self.refresh)
        model.cells_changed.connect(self.refresh)
        self.stop.hide()
        self.refresh()

    @Slot()
    def _run(self) -> None:
        self._model.run()

    @Slot()
    def run_failed(self) -> None:
        """Run the cells again that failed."""
        failed = self._model.progress.retriable()
        if failed:
            self._model.run(failed)

    @Slot()
    def refresh(self) -> None:
        """Show how things are."""
        model = self._model
        self.setVisible(model.set is not None)
        if model.running:
            self._show_running(model)
        else:
            self._show_before(model)
        show_one(*(self.stop, self.start) if model.running else (self.start, self.stop))
        retriable = len(model.progress.retriable()) if model.progress.failed else 0
        failed = model.progress.failed
        self.failures.setText(f"{count_text(failed, 'answer')} failed" if failed else "")
        self.failures.setVisible(bool(failed))
        self.again.setVisible(bool(retriable) and not model.running)
        self.code.setVisible(model.waits_for_code and not model.running)

    def _show_running(self, model: EvaluationModel) -> None:
        progress = model.progress
        self.strong.setText(answers_text(progress))
        self.line.show_progress(progress)
        self.line.show()
        cached = f"{progress.cached:,} from cache" if progress.cached else ""
        self.note.setText(cached)
        seconds = progress.seconds_left()
        parts = [f"{count_text(progress.left, 'answer')} left"]
        if seconds is not None:
            parts.append(rough_seconds(seconds))
        end = until_text(seconds, dt.datetime.now().astimezone())
        done, questions = model.at_work.measured if model.at_work is not None else (0, 0)
        if questions and not progress.left:
            self.left.setText(f"{done:,} of {count_text(questions, 'question')} to judges answered")
        else:
            self.left.setText(" · ".join(parts) + (f", until {end}" if end else ""))
        self.left.show()
        self.first.hide()

    def _show_before(self, model: EvaluationModel) -> None:
        estimate, progress = model.estimate, model.progress
        self.left.hide()
        begun = 0 < progress.answered < progress.total
        self.line.setVisible(begun)
        self.line.show_progress(progress)
        note = ""
        if estimate is None:
            known = model.evaluation is not None or model.problem is not None
            self.strong.setText("" if known else "Reading the cases…")
        else:
            self.strong.setText(estimate_text(estimate))
            end = until_text(estimate.seconds, dt.datetime.now().astimezone())
            note = f"until {end} if it starts now" if end and estimate.to_run else ""
            if estimate.cached:
                have = f"{estimate.cached:,} of {count_text(estimate.cells, 'answer')} from cache"
                note = f"{note} · {have}" if note else have
        self.note.setText(note)
        to_run = estimate is not None and estimate.to_run > 0
        self.start.set_text("Go on" if begun and to_run else "Run all")
        self.start.setEnabled(model.problem is None)
        self.first.setVisible(_has_more_rows(model) and to_run)


def _has_more_rows(model: EvaluationModel) -> bool:
    return model.evaluation is not None and len(model.evaluation.cases) > FIRST_ROWS
