"""Whether answers are right as often as checks are confident: a diagram and its figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame

from workbench.domain.evaluation.analysis import Analysis, VariantCalibration, percent_text
from workbench.domain.evaluation.calibration import FEWEST_CONFIDENCES
from workbench.domain.text import count_text
from workbench.ui.evaluate.analysis.look import Look, TextsTable
from workbench.ui.kit import Chooser, Label, column, row
from workbench.ui.kit.panes.layout import strip

if TYPE_CHECKING:
    from workbench.ui.evaluate.analysis.charts import ReliabilityChart

_HEADINGS = ("Confidence", "Answers", "Mean confidence", "Right")
_HEIGHT = 300


class CalibrationPane(QFrame):
    """The calibration of one variant and check; hidden where no check gives confidences."""

    def __init__(self) -> None:
        super().__init__()
        self._given: tuple[VariantCalibration, ...] = ()
        self._looks: Mapping[str, Look] = {}
        self.which = Chooser("Variant and check")
        self.which.currentIndexChanged.connect(self._show)
        self.figures = Label("", "small", "text-3", elide=True)
        head = row(
            Label("Calibration", "body-strong"), self.which, self.figures, margins=(16, 0, 16, 0)
        )
        head.setStretch(2, 1)
        self.chart: ReliabilityChart | None = None
        self.table = TextsTable("Calibration by confidence")
        self.body = row(self.table, gap=0)
        self.body.setStretch(0, 1)
        self.table.setFixedHeight(_HEIGHT)
        self.setLayout(column(strip(head), self.body, gap=0))
        self.setProperty("rule", "top")

    def load_chart(self) -> None:
        """Make the diagram; the library is there."""
        from workbench.ui.evaluate.analysis.charts import ReliabilityChart  # noqa: PLC0415 - heavy

        if self.chart is None:
            self.chart = ReliabilityChart()
            self.chart.setFixedHeight(_HEIGHT)
            self.body.insertWidget(0, self.chart, 1)
            self._show()

    def show_analysis(self, analysis: Analysis | None, looks: Mapping[str, Look]) -> None:
        """Show the calibrations of an analysis, the same one as before where it is there."""
        self._given = () if analysis is None else analysis.calibrations
        self._looks = looks
        shown = self.which.currentText()
        self.which.blockSignals(True)
        self.which.clear()
        for place, each in enumerate(self._given):
            self.which.add_choice(f"{each.variant}, {each.check}", place)
        self.which.setCurrentIndex(max(self.which.findText(shown), 0))
        self.which.blockSignals(False)
        self.which.updateGeometry()
        self.setVisible(bool(self._given))
        self._show()

    @Slot()
    def _show(self) -> None:
        place = self.which.currentIndex()
        if not 0 <= place < len(self._given):
            return
        given = self._given[place]
        found = given.calibration
        self.figures.setText(figures_of(given))
        self.table.show_rows(
            _HEADINGS,
            [
                (
                    f"{percent_text(each.low)} to {percent_text(each.high)}",
                    f"{each.rows:,}",
                    "–" if each.confidence is None else percent_text(each.confidence),
                    "–" if each.accuracy is None else percent_text(each.accuracy),
                )
                for each in found.bins
                if each.rows
            ],
        )
        if self.chart is not None:
            look = self._looks.get(given.variant)
            self.chart.show_calibration(found, look.tone if look is not None else "text-2")
            self.chart.setAccessibleDescription(figures_of(given))


def figures_of(given: VariantCalibration) -> str:
    """The measures of a calibration in one line."""
    found = given.calibration
    parts = [
        count_text(found.rows, "answer"), f"ECE {found.ece:.3f}", f"Brier {found.brier:.3f}",
        f"log loss {found.log_loss:.3f}",
    ]  # fmt: skip
    if found.auroc is not None:
        parts.append(f"AUROC {found.auroc:.3f}")
    if found.is_grey:
        parts.append(f"under {FEWEST_CONFIDENCES} answers: not to be relied on")
    return ", ".join(parts)
