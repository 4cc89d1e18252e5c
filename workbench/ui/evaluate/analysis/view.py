"""The Analysis page: quality against cost, differences to the baseline, tags, calibration."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QScrollArea, QStackedWidget, QWidget

from workbench.domain.errors import WorkbenchError
from workbench.domain.evaluation.analysis import Analysis, TagTable
from workbench.domain.text import count_text
from workbench.domain.views import StrategyInfo
from workbench.ui.actions import Action
from workbench.ui.evaluate.analysis.calibration import CalibrationPane
from workbench.ui.evaluate.analysis.differences import DifferencePane
from workbench.ui.evaluate.analysis.loading import ChartLoading
from workbench.ui.evaluate.analysis.look import Look, looks_of
from workbench.ui.evaluate.analysis.quality import QualityPane
from workbench.ui.evaluate.analysis.tag_table import TagView, note_of
from workbench.ui.evaluate.earlier_bar import EarlierBar
from workbench.ui.evaluate.exporting import ExportButton
from workbench.ui.kit import Chooser, EmptyState, GhostButton, Label, column, row
from workbench.ui.kit.panes.layout import strip
from workbench.ui.panels import Context
from workbench.ui.tasks import background
from workbench.ui.theme import theme

if TYPE_CHECKING:
    from workbench.domain.evaluation.results import EvaluationResult
    from workbench.service import Workbench
    from workbench.service.evaluation.evaluation import Evaluation
    from workbench.ui.evaluate.view_model import EvaluationModel

_STACKED_BELOW = 960
"""A page that is narrower has its two upper panes one above the other."""


class AnalysisView(QWidget):
    """The page; it is computed away from the window when it is shown and when results change.

    Signals:
        show_rows_wanted(list): ids of the cases that Results should show.
    """

    show_rows_wanted = Signal(list)

    def __init__(self, context: Context, model: EvaluationModel) -> None:
        super().__init__()
        self._context = context
        self._model = model
        self.analysis: Analysis | None = None
        self._looks: dict[str, Look] = {}
        self._strategies: dict[str, StrategyInfo] | None = None
        self._is_stale = True
        self._at_work = False
        self.summary = Label("", "small", "text-2", elide=True)
        self.quality = QualityPane()
        self.differences = DifferencePane()
        self.charts = QFrame()
        self.charts.setProperty("surface", "canvas")
        self.charts.setAccessibleName("Charts")
        self._upper = row(self.quality, self.differences, gap=0)
        self._upper.setStretch(0, 56)
        self._upper.setStretch(1, 44)
        self.charts.setLayout(self._upper)
        self.export = ExportButton(context, model, self._charts)
        self.check = Chooser("What variants are compared by", width=260)
        self.against = GhostButton("Compare with another evaluation", "compare")
        self.earlier = EarlierBar(context.bridge, model.comparing)
        head = row(self.check, self.summary, self.against, self.export, margins=(16, 0, 8, 0))
        head.setStretch(1, 1)
        self.sentence = Label("", "body", "text", wrap=True)
        self.grouping = Chooser("By tag or column")
        self.note = Label("", "small", "text-3", elide=True)
        self.tags = TagView()
        self.calibration = CalibrationPane()
        self.empty = EmptyState(
            "No results yet", "Variants are compared here as soon as rows have scores."
        )
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self._body())
        self.setLayout(column(strip(head), self.earlier, self._pages, gap=0))
        self._loading = ChartLoading(context.bridge, self)
        self._loading.ready.connect(self.quality.load_chart)
        self._loading.ready.connect(self.calibration.load_chart)
        self.quality.rows_wanted.connect(self.show_rows_wanted)
        self.quality.cost_chosen.connect(self._show_sentence)
        self.differences.list.rows_wanted.connect(self.show_rows_wanted)
        self.tags.rows_wanted.connect(self.show_rows_wanted)
        self.grouping.currentIndexChanged.connect(self._show_table)
        self.check.currentIndexChanged.connect(self.refresh)
        self.against.clicked.connect(self.choose_earlier)
        model.comparing.changed.connect(self._show_differences)
        model.opened.connect(self._on_opened)
        model.result_changed.connect(self.refresh)

    def _body(self) -> QScrollArea:
        self._mark = QLabel()
        self._recolour()
        theme().changed.connect(self._recolour)
        self.sentence_line = QFrame()
        words = row(self._mark, self.sentence, margins=(16, 12, 16, 12))
        words.setStretch(1, 1)
        self.sentence_line.setLayout(words)
        self.sentence_line.setProperty("rule", "top")
        by = row(Label("By tag", "body-strong"), self.grouping, self.note, margins=(16, 0, 16, 0))
        by.setStretch(2, 1)
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        tag_head = strip(by)
        tag_head.setProperty("surface", "panel")
        tag_head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        inner = QFrame()
        inner.setProperty("surface", "canvas")
        inner.setLayout(
            column(
                self.charts, self.sentence_line, tag_head, self.tags, self.calibration, None, gap=0
            )
        )
        area = QScrollArea()
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return area

    def actions_table(self) -> tuple[Action, ...]:
        """Exports, and the chart as a table."""
        return (
            *self.export.commands("analysis"),
            Action(
                id="analysis.against",
                title="Compare with another evaluation",
                run=self.choose_earlier,
                when=lambda: self._model.result is not None,
                icon="compare",
            ),
            Action(
                id="analysis.as_table",
                title="Show quality against cost as a table",
                run=self.quality.as_table.toggle,
                keys="Ctrl+Shift+T",
                is_on=self.quality.as_table.isChecked,
                when=lambda: self.analysis is not None,
                icon="list",
            ),
        )

    def _charts(self) -> QWidget:
        return self.charts

    # --- what is shown --------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._loading.begin()
        if self._is_stale:
            self.refresh()

    @Slot()
    def _on_opened(self) -> None:
        """Nothing of the set before is shown with the name of another."""
        if self._model.result is None:
            self._show(None)

    @Slot()
    def refresh(self) -> None:
        """Analyse what there is now; while one analysis is made the next one waits."""
        self._is_stale = True
        if self.isVisible() and not self._at_work:
            self._at_work = True
            self._analyse()

    @background
    async def _analyse(self) -> None:
        bridge = self._context.bridge
        try:
            while self._is_stale:
                self._is_stale = False
                evaluation, result = self._model.evaluation, self._model.result
                if evaluation is None or result is None:
                    self._show(None)
                    continue
                if self._strategies is None:
                    found = await bridge.ask(_strategies)
                    self._strategies = {each.id: each for each in found}
                try:
                    check = self._show_checks(result)
                    analysis = await bridge.ask(
                        functools.partial(_analysed, evaluation, result, check)
                    )
                except WorkbenchError as error:
                    self._context.notify(str(error))
                    continue
                if evaluation is self._model.evaluation:
                    self._show(analysis)
        finally:
            self._at_work = False

    def _show(self, analysis: Analysis | None) -> None:
        self.analysis = analysis
        self._pages.setCurrentIndex(0 if analysis is None else 1)
        looks = {} if analysis is None else looks_of(analysis, self._strategies or {})
        self._looks = looks
        self.quality.show_analysis(analysis, looks)
        self._show_differences()
        self.against.setEnabled(analysis is not None)
        self.calibration.show_analysis(analysis, looks)
        self.summary.setText("" if analysis is None else summary_of(analysis))
        self._show_groupings()
        self._show_sentence()
        self.charts.setAccessibleDescription(self.sentence.text())

    def _show_checks(self, result: EvaluationResult) -> str:
        """Offer the checks that rank, and the score of all; returns the one that is chosen."""
        counts = {each.name: each for variant in result.variants for each in variant.checks}
        names = [each.name for each in counts.values() if each.ranks]
        chosen = str(self.check.currentData() or "")
        repeats = f"mean of {result.repeats} repeats" if result.repeats > 1 else ""
        self.check.blockSignals(True)
        self.check.clear()
        if len(names) != 1:
            self.check.add_choice("Score of all checks", "", icon="target", note=repeats)
        for name in names:
            value = "" if len(names) == 1 else name
            self.check.add_choice(name, value, icon="target", note=repeats)
        self.check.choose(chosen if chosen in names else "")
        self.check.blockSignals(False)
        return str(self.check.currentData() or "")

    @Slot()
    def _show_differences(self) -> None:
        """Show the comparisons with the baseline, or with another evaluation."""
        earlier = self._model.comparing.earlier
        self.differences.show_analysis(self.analysis, self._looks, earlier)
        if earlier is not None and self.check.currentData():
            self.differences.baseline.setText(f"“{earlier.summary.name}”, score of all checks")

    @Slot()
    def choose_earlier(self) -> None:
        """Choose another evaluation to compare with."""
        result = self._model.result
        if result is not None:
            self.earlier.choose(self.against, result.evaluation_id)

    def _show_groupings(self) -> None:
        tables = () if self.analysis is None else self.analysis.tables
        shown = self.grouping.currentData()
        self.grouping.blockSignals(True)
        self.grouping.clear()
        for each in tables:
            values = count_text(len(each.rows), "value")
            self.grouping.add_choice(each.name, each.name, icon="tag", note=values)
        self.grouping.choose(shown)
        self.grouping.blockSignals(False)
        self.grouping.updateGeometry()
        self.grouping.setVisible(bool(tables))
        self._show_table()

    @Slot()
    def _show_table(self) -> None:
        analysis = self.analysis
        if analysis is None:
            return
        table = self._table()
        self.tags.show_table(analysis, table, self._looks)
        self.note.setText(
            note_of(table, has_baseline=bool(analysis.differences))
            if table is not None
            else "no tags, and no column with few values"
        )

    def _table(self) -> TagTable | None:
        name = self.grouping.currentData()
        tables = () if self.analysis is None else self.analysis.tables
        return next((each for each in tables if each.name == name), None)

    @Slot()
    def _show_sentence(self) -> None:
        plot = self.quality.plot
        words = "" if plot is None else plot.sentence
        self.sentence.setText(words)
        self.sentence_line.setVisible(bool(words))

    @Slot()
    def _recolour(self) -> None:
        self._mark.setPixmap(theme().pixmap("info", "text-3", 14, self.devicePixelRatioF()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < _STACKED_BELOW
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._upper.setDirection(down if is_narrow else across)
        side = "top" if is_narrow else "left"
        if self.differences.property("rule") != side:
            self.differences.setProperty("rule", side)
            self.differences.style().unpolish(self.differences)
            self.differences.style().polish(self.differences)

    def minimumSizeHint(self) -> QSize:
        return QSize(420, 300)


async def _strategies(core: Workbench) -> tuple[StrategyInfo, ...]:
    return core.runs.strategies()


async def _analysed(
    evaluation: Evaluation, result: EvaluationResult, check: str, core: Workbench
) -> Analysis:
    return await core.evaluations.analyse(evaluation, result, check)


def summary_of(analysis: Analysis) -> str:
    """Of how much the page is made, in one line."""
    parts = [count_text(analysis.rows, "row")]
    if analysis.repeats > 1:
        parts.append(f"each the mean of {analysis.repeats} repeats")
    scored = {each.scored for each in analysis.variants}
    if scored != {analysis.rows}:
        least, most = min(scored, default=0), max(scored, default=0)
        parts.append(f"{least:,} to {most:,} scored" if least != most else f"{most:,} scored")
    return ", ".join(parts)
