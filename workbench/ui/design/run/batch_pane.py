"""Run on: the open prompt on all its sample sets or on rows, and what share was right."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSignalBlocker, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QProgressBar, QSpinBox, QStackedWidget

from workbench.domain.prompts.cases import CaseSummary
from workbench.domain.runs.comparison import Interval
from workbench.domain.runs.estimate_words import several_text
from workbench.domain.runs.made_with import describe_question
from workbench.domain.text import count_text, seconds_text
from workbench.ui.design.run.batch_model import MOST_ROWS, SAMPLES, BatchModel
from workbench.ui.design.run.batch_table import BatchTable
from workbench.ui.design.tool_panes import SideContext, SidePane
from workbench.ui.design.tools.data.pane import DATA_FILES, TABLE_MARGINS
from workbench.ui.kit import (
    Banner,
    Button,
    Chooser,
    EmptyState,
    IconButton,
    Label,
    column,
    row,
    strip,
)
from workbench.ui.kit.buttons import is_enter

_FOR = (
    "The prompt runs on each of its sample sets, or on the rows of a data set, and each answer is "
    "compared with the expected one. Every run is in History."
)


class BatchPane(SidePane):
    """Chooses the inputs, runs, and shows a table that grows; a row opens its result."""

    def __init__(self, side: SideContext) -> None:
        super().__init__("Run on", side)
        self.model = BatchModel(side)
        self.model.setParent(self)
        self._files: list[str] = []
        self.sources = Chooser("Inputs to run on", height=24)
        self.sources.activated.connect(self._on_source)
        self.most = QSpinBox()
        self.most.setRange(1, MOST_ROWS)
        self.most.setValue(self.model.most)
        self.most.setPrefix("first ")
        self.most.setAccessibleName("Most rows")
        self.most.setToolTip("Most rows, from the first on")
        self.most.valueChanged.connect(self.model.set_most)
        self.open_file = IconButton("open", "Open a data set: JSONL, JSON, CSV or YAML")
        self.open_file.clicked.connect(self._on_open)
        self.close_button = IconButton("close", "Close Run on")
        self.close_button.clicked.connect(self.closed)
        self.note = Label("", "small", "text-3", wrap=True)
        self.start = Button("Run", "play")
        self.stop = Button("Cancel", "stop", tip="Stop; finished rows are kept")
        self.start.clicked.connect(self.model.start)
        self.stop.clicked.connect(self.model.cancel)
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Progress")
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(3)
        self.banner = Banner()
        self.made_with = Label("", "small", "warn", wrap=True)
        self.made_with.setContentsMargins(16, 4, 16, 4)
        self.table = BatchTable()
        self.table.installEventFilter(self)
        self.table.clicked.connect(self._on_row)
        self.empty = EmptyState("Run on many inputs", _FOR)
        self.share = Label("", "body-strong", wrap=True)
        self.sums = Label("", "small", "text-3")
        self._pages = QStackedWidget()
        self._build()
        self.model.sources_changed.connect(self._show_sources)
        self.model.planned.connect(self._show_plan)
        self.model.changed.connect(self._show)
        self.model.failed.connect(self.banner.show_message)
        side.run_bar.changed.connect(self._show_made_with)
        side.model.analysed.connect(self._show_made_with)
        self._show_sources()
        self._show()

    def _build(self) -> None:
        head = row(
            self.sources, self.most, None, self.open_file, self.close_button,
            margins=(12, 0, 8, 0), gap=4,
        )  # fmt: skip
        line = row(self.note, self.start, self.stop, margins=(16, 8, 12, 8))
        line.setStretch(0, 1)
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.table)
        self._foot = QFrame()
        self._foot.setProperty("rule", "top")
        self._foot.setLayout(column(self.share, self.sums, margins=(16, 8, 16, 8), gap=2))
        self.body.addWidget(strip(head))
        self.body.addLayout(line)
        self.body.addWidget(self.bar)
        self.body.addWidget(self.banner)
        self.body.addWidget(self.made_with)
        self.body.addLayout(column(self._pages, margins=TABLE_MARGINS), 1)
        self.body.addWidget(self._foot)

    def shown(self) -> None:
        """Read what there is to run on."""
        self.model.plan()
        self.start.setFocus()

    def primary(self) -> Button | None:
        return self.start

    def at_work(self) -> str:
        return self.model.at_work()

    # --- what to run on -------------------------------------------------------------------------

    @Slot()
    def _show_sources(self) -> None:
        with QSignalBlocker(self.sources):
            self.sources.clear()
            self.sources.add_choice("All sample sets", SAMPLES, icon="list")
            for fit in self.model.sources:
                icon = "database" if fit.fills else ""
                self.sources.add_choice(fit.file.name, fit.file.path, icon=icon)
            known = {fit.file.path for fit in self.model.sources}
            for path in (each for each in self._files if each not in known):
                self.sources.add_choice(path.rpartition("/")[2], path)
            self.sources.choose(self.model.source)

    @Slot(int)
    def _on_source(self, index: int) -> None:
        self.banner.hide()
        self.model.choose(str(self.sources.itemData(index)))

    @Slot()
    def _on_open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Open a data set", "", DATA_FILES)
        if path:
            self.open_path(path)

    def open_path(self, path: str) -> None:
        """Run on the rows of a file."""
        if path not in self._files:
            self._files.append(path)
        self.model.choose(path)
        self._show_sources()

    @Slot()
    def _show_plan(self) -> None:
        with QSignalBlocker(self.sources):
            self.sources.choose(self.model.source)
        self.most.setVisible(self.model.source != SAMPLES)
        count = len(self.model.cases)
        noun = "sample set" if self.model.source == SAMPLES else "row"
        self.start.set_text(f"Run on {count_text(count, noun)}" if count else "Run")
        self.start.setEnabled(count > 0 and not self.model.running)
        self._show_note()
        self.primary_changed.emit()

    def _show_note(self) -> None:
        batch = self.model.batch
        if batch is not None and batch.running:
            summary, left = batch.summary, batch.seconds_left()
            words = f"{summary.over} of {summary.total} done"
            self.note.setText(f"{words} · about {seconds_text(left)} left" if left else words)
            return
        count, estimate = len(self.model.cases), self.model.estimate
        if not self.model.is_planned or (count and estimate is None):
            self.note.setText("")
        elif not count:
            is_samples = self.model.source == SAMPLES
            none = "This prompt has no sample sets: save one under Inputs, or choose a data set."
            self.note.setText(none if is_samples else "This data set has no rows.")
        elif estimate is not None:
            seconds = None if estimate.seconds is None else count * estimate.seconds
            self.note.setText(several_text([estimate] * count, seconds))

    # --- what came ------------------------------------------------------------------------------

    @Slot()
    def _show(self) -> None:
        batch = self.model.batch
        running = self.model.running
        held = self.start.hasFocus() or self.stop.hasFocus()
        self.stop.setVisible(running)
        self._pages.setCurrentWidget(self.table if batch is not None else self.empty)
        self._foot.setVisible(batch is not None)
        self.bar.setVisible(running)
        if batch is not None:
            summary = batch.summary
            self.bar.setRange(0, max(summary.total, 1))
            self.bar.setValue(summary.over)
            self.table.rows.show_results(batch.results)
            self.share.setText(_share_words(summary, batch.interval))
            self.sums.setText(_sum_words(summary))
        self._show_plan()
        if held:
            (self.stop if running else self.start).setFocus()
        self._show_made_with()

    @Slot()
    def _show_made_with(self) -> None:
        message = describe_question(self.model.aspects())
        self.made_with.setText(message.replace("Answer", "Answers", 1))
        self.made_with.setVisible(bool(message))

    @Slot(QModelIndex)
    def _on_row(self, index: QModelIndex) -> None:
        if self.model.open(index.row()):
            self.result_wanted.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        current = self.table.currentIndex()
        pressed = event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent)
        if pressed and isinstance(event, QKeyEvent) and is_enter(event) and current.isValid():
            self._on_row(current)
            return True
        return super().eventFilter(watched, event)


def _share_words(summary: CaseSummary, interval: Interval | None) -> str:
    if not summary.judged:
        return "Nothing to judge: no expected answers" if summary.over else ""
    words = f"{summary.right} of {summary.judged} right"
    if interval is None:
        return words
    share, low, high = (
        f"{100 * each:.0f}" for each in (interval.share, interval.low, interval.high)
    )
    return f"{words}: {share} % (95 % interval {low} to {high} %)"


def _sum_words(summary: CaseSummary) -> str:
    parts = [count_text(summary.tokens, "token"), seconds_text(summary.seconds)]
    if summary.failed:
        parts.append(f"{summary.failed} failed or not run")
    return " · ".join(parts)
