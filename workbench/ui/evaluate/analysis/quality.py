"""Quality against what an answer costs: a chart, or the same figures as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtWidgets import QFrame, QStackedWidget

from workbench.domain.evaluation.analysis import (
    COST_TITLES,
    Analysis,
    CostKind,
    CostPlot,
    CostPoint,
    bounds_text,
    cost_text,
    percent_text,
)
from workbench.domain.evaluation.verdict import FEWEST_ROWS
from workbench.ui.evaluate.analysis.look import Look, TextsTable
from workbench.ui.kit import Chooser, IconButton, Label, column, row
from workbench.ui.kit.panes.layout import strip

if TYPE_CHECKING:
    from workbench.ui.evaluate.analysis.charts import QualityChart

_AXES: dict[CostKind, str] = {
    "tokens": "new tokens an answer",
    "seconds": "seconds an answer",
    "calls": "calls to the model an answer",
}
_HEADINGS = ("Variant", "Quality", "95 % interval", "Cost", "95 % interval", "Beaten by")
_HEIGHT = 320


class QualityPane(QFrame):
    """The pane with a chooser of the cost.

    Signals:
        rows_wanted(list): ids of the cases that a variant did not pass.
        cost_chosen(): another kind of cost is shown.
    """

    rows_wanted = Signal(list)
    cost_chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._analysis: Analysis | None = None
        self._looks: Mapping[str, Look] = {}
        self.cost = Chooser("Cost")
        self.cost.currentIndexChanged.connect(self._on_cost)
        self.subtitle = Label("", "small", "text-3", elide=True)
        self.as_table = IconButton("list", "Show as a table")
        self.as_table.setCheckable(True)
        self.as_table.toggled.connect(self._show_side)
        head = row(
            Label("Quality against", "body-strong"), self.cost, self.subtitle, self.as_table,
            margins=(16, 0, 8, 0),
        )  # fmt: skip
        head.setStretch(2, 1)
        self.chart: QualityChart | None = None
        self.waiting = Label("Loading the charts…", "small", "text-3")
        self.table = TextsTable("Quality against cost")
        self.table.activated.connect(self._on_row)
        self.sides = QStackedWidget()
        self.sides.addWidget(self.waiting)
        self.sides.addWidget(self.table)
        self.sides.setFixedHeight(_HEIGHT)
        self.legend = Label("", "small", "text-2", wrap=True)
        foot = row(self.legend, margins=(16, 4, 16, 8))
        self.setLayout(column(strip(head), self.sides, foot, None, gap=0))

    def load_chart(self) -> None:
        """Make the chart; the library is there."""
        from workbench.ui.evaluate.analysis.charts import QualityChart  # noqa: PLC0415 - heavy

        if self.chart is None:
            self.chart = QualityChart()
            self.chart.chosen.connect(self._on_mark)
            self.sides.addWidget(self.chart)
            self.show_analysis(self._analysis, self._looks)

    @property
    def plot(self) -> CostPlot | None:
        """What is shown."""
        kind = cast("CostKind | None", self.cost.currentData())
        return None if self._analysis is None or kind is None else self._analysis.plot(kind)

    def show_analysis(self, analysis: Analysis | None, looks: Mapping[str, Look]) -> None:
        """Show the plots of an analysis, of the same cost as before where it has that."""
        self._analysis, self._looks = analysis, looks
        kinds = [] if analysis is None else [each.cost for each in analysis.plots]
        shown = self.cost.currentData()
        if [self.cost.itemData(place) for place in range(self.cost.count())] != kinds:
            self.cost.blockSignals(True)
            self.cost.clear()
            for kind in kinds:
                self.cost.add_choice(COST_TITLES[kind], kind)
            self.cost.choose(shown)
            self.cost.blockSignals(False)
            self.cost.updateGeometry()
        self.cost.setEnabled(bool(kinds))
        self._show_plot()

    @Slot()
    def _on_cost(self) -> None:
        self._show_plot()
        self.cost_chosen.emit()

    def _show_plot(self) -> None:
        plot, analysis = self.plot, self._analysis
        if analysis is None or plot is None:
            self.legend.setText("")
            self.subtitle.setText("")
            self.waiting.setText("No answer has a score yet." if analysis is not None else "")
            self.sides.setCurrentWidget(self.waiting)
            return
        what = "share of rows right" if analysis.is_pass_fail else "mean score"
        is_sure = any(each.quality_interval is not None for each in plot.points)
        bars = "95 % interval" if is_sure else f"no interval under {FEWEST_ROWS} rows"
        self.subtitle.setText(f"{what}, {bars}")
        words = qualities_of(analysis)
        self.table.show_rows(_HEADINGS, [_texts(plot, each, words) for each in plot.points])
        self.legend.setText(legend_of(plot))
        if self.chart is not None:
            tones = {name: look.tone for name, look in self._looks.items()}
            self.chart.show_plot(plot, words, tones, _AXES[plot.cost])
            self.chart.setAccessibleDescription(description_of(plot, words))
        self._show_side()

    @Slot()
    def _show_side(self) -> None:
        if self.plot is None:
            return
        if self.as_table.isChecked():
            self.sides.setCurrentWidget(self.table)
        else:
            self.waiting.setText("Loading the charts…")
            self.sides.setCurrentWidget(self.chart or self.waiting)

    @Slot(str)
    def _on_mark(self, variant: str) -> None:
        found = (
            [each for each in self._analysis.variants if each.name == variant]
            if (self._analysis is not None)
            else []
        )
        if found and found[0].failed:
            self.rows_wanted.emit(list(found[0].failed))

    @Slot(QModelIndex)
    def _on_row(self, index: QModelIndex) -> None:
        self._on_mark(index.siblingAtColumn(0).data())


def qualities_of(analysis: Analysis) -> dict[str, str]:
    """The quality of each variant in words: a share, or counts where there are few rows."""
    return {
        each.name: f"{each.passed:,} of {each.scored:,}"
        if each.scored < FEWEST_ROWS and each.passed is not None
        else percent_text(each.value)
        for each in analysis.variants
        if each.value is not None
    }


def _texts(plot: CostPlot, point: CostPoint, words: Mapping[str, str]) -> tuple[str, ...]:
    cost = point.cost_interval
    return (
        point.variant,
        words[point.variant],
        bounds_text(point.quality_interval) or "–",
        cost_text(plot.cost, point.cost),
        "–"
        if cost is None
        else f"{cost_text(plot.cost, cost.low)} to {cost_text(plot.cost, cost.high)}",
        ", ".join(point.beaten_by) or "–",
    )


def legend_of(plot: CostPlot) -> str:
    """What filled marks and rings mean in this plot."""
    beaten = [each for each in plot.points if each.beaten_by]
    parts = ["Filled: nothing else is both cheaper and better."]
    if beaten:
        by = dict.fromkeys(name for each in beaten for name in each.beaten_by)
        are = "is" if len(by) == 1 else "are"
        parts.append(f"Hollow: {_joined(list(by))} {are}.")
    if plot.left_out:
        are = "has" if len(plot.left_out) == 1 else "have"
        parts.append(f"{_joined(plot.left_out)} {are} no score yet.")
    return " ".join(parts)


def description_of(plot: CostPlot, words: Mapping[str, str]) -> str:
    """The plot in words, for screen readers; ``words`` are the qualities by variant."""
    points = [
        f"{each.variant}: {_estimate(each, words[each.variant])} at "
        f"{cost_text(plot.cost, each.cost)} {COST_TITLES[plot.cost]}, "
        + ("on the front" if each.is_on_front else f"beaten by {_joined(each.beaten_by)}")
        for each in plot.points
    ]
    return "; ".join(points) + "."


def _estimate(point: CostPoint, quality: str) -> str:
    return " ".join(filter(None, (quality, bounds_text(point.quality_interval))))


def _joined(names: tuple[str, ...] | list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
