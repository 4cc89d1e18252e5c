"""The charts, drawn by pyqtgraph: only imported when one is shown (see loading.py)."""

from __future__ import annotations

import html
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsTextItem

from workbench.domain.evaluation.analysis import CostPlot, CostPoint, cost_text, percent_text
from workbench.domain.evaluation.calibration import Calibration
from workbench.ui.evaluate.analysis.scales import Axis, cost_axis, place_labels, share_axis
from workbench.ui.kit.intervals import BAND_ALPHA, BAND_WIDTH, LINE_WIDTH
from workbench.ui.theme import color, font, theme

pg.setConfigOptions(antialias=True)

_MARK = 9.0
"""Diameter of a point: r 4.5."""
MOST_LABELS = 6
_AXIS_GAP = 6
_OVERHANG = 24
"""Pixels by which the label of a tick may reach past its axis."""
_END_ROOM = 0.025
_ROUNDING = 1e-6
"""Room at the ends of an axis: a tick there is left out where rounding puts it outside."""


class Chart(pg.PlotWidget):  # type: ignore[misc]
    """A plot in the look of the design language: grey lines, no legend, nothing that moves."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plotItem.setMenuEnabled(False)
        self.plotItem.hideButtons()
        self.plotItem.setMouseEnabled(x=False, y=False)
        self.plotItem.getViewBox().setDefaultPadding(0)
        self.plotItem.setContentsMargins(0, 10, 24, 0)
        self.setFrameShape(self.Shape.NoFrame)
        self._labels: list[tuple[QGraphicsTextItem, QPointF]] = []
        self._bars: list[tuple[QPointF, QPointF]] = []
        theme().changed.connect(self.redraw)
        self.plotItem.getViewBox().sigTransformChanged.connect(self.place_all)

    def redraw(self) -> None:
        """Draw everything again, in the present colours."""

    def clear_chart(self) -> None:
        """Take everything away that was drawn."""
        self.plotItem.clear()
        for item, _ in self._labels:
            self.scene().removeItem(item)
        self._labels, self._bars = [], []
        self.setBackground(color("canvas"))

    def show_axes(
        self, across: Axis, up: Axis, across_text: Callable[[float], str], title: str
    ) -> None:
        """Draw both axes, and a line across at each tick of the upright one."""
        for side, axis, words in (("bottom", across, across_text), ("left", up, percent_text)):
            item = self.plotItem.getAxis(side)
            item.setPen(pg.mkPen(color("line-strong")))
            item.setTextPen(pg.mkPen(color("text-3")))
            item.setStyle(
                tickFont=font("small"),
                tickTextOffset=_AXIS_GAP,
                tickLength=-4,
                hideOverlappingLabels=_OVERHANG,
            )
            places = [(_place(axis, tick), words(tick)) for tick in axis.ticks]
            item.setTicks([places, []])
        left = self.plotItem.getAxis("left")
        left.setPen(pg.mkPen(None))
        left.setStyle(tickLength=0)
        self.plotItem.getAxis("bottom").setLabel(
            html.escape(title), **{"color": color("text-3").name(), "font-size": "12px"}
        )
        view = self.plotItem.getViewBox()
        low, high = _place(across, across.low), _place(across, across.high)
        room = _END_ROOM * (up.high - up.low)  # a mark at 0 or 100 % is drawn whole
        view.setRange(xRange=(low, high), yRange=(up.low - room, up.high + room), padding=_ROUNDING)
        for tick in up.ticks:
            self.add_line([low, high], [tick, tick], color("line"))

    def add_line(
        self, xs: Sequence[float], ys: Sequence[float], tone: QColor, width: float = 1.0
    ) -> None:
        """Draw a line through places of the axes."""
        pen = pg.mkPen(tone, width=width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap if width > 2 else Qt.PenCapStyle.FlatCap)
        self.plotItem.addItem(pg.PlotCurveItem(list(xs), list(ys), pen=pen))

    def add_band(self, start: QPointF, end: QPointF, tone: str) -> None:
        """Draw an interval: a wide faint band and a line of full strength in it."""
        xs, ys = [start.x(), end.x()], [start.y(), end.y()]
        self.add_line(xs, ys, color(tone, BAND_ALPHA), BAND_WIDTH)
        self.add_line(xs, ys, color(tone), LINE_WIDTH)
        self._bars.append((start, end))

    def add_label(self, content: str, at: QPointF) -> None:
        """Write HTML near a place; where exactly is found out when the room is known."""
        item = QGraphicsTextItem()
        item.setFont(font("small"))
        item.setDefaultTextColor(color("text-2"))
        item.document().setDocumentMargin(1)
        item.setHtml(content)
        item.setZValue(10)
        self.scene().addItem(item)
        self._labels.append((item, at))

    @Slot()
    def place_all(self) -> None:
        """Put labels where they cover nothing; again whenever the room changes."""
        view = self.plotItem.getViewBox()
        area = view.sceneBoundingRect()
        marks = [view.mapViewToScene(at) for _, at in self._labels]
        sizes = [item.boundingRect().size() for item, _ in self._labels]
        bars = []
        for start, end in self._bars:
            one, other = view.mapViewToScene(start), view.mapViewToScene(end)
            bars.append(QRectF(one, other).normalized().adjusted(-4, -2, 4, 2))
        for (item, _), place in zip(
            self._labels, place_labels(marks, sizes, area, bars), strict=True
        ):
            item.setPos(place.topLeft())


def _place(axis: Axis, value: float) -> float:
    return math.log10(value) if axis.is_log else value


class QualityChart(Chart):
    """Quality against cost: a mark for each variant, filled on the front, a ring where beaten.

    Signals:
        chosen(str): the variant whose mark was clicked.
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__("Quality against cost")
        self._plot: CostPlot | None = None
        self._words: Mapping[str, str] = {}
        self._tones: Mapping[str, str] = {}
        self._title = ""

    def show_plot(
        self, plot: CostPlot, words: Mapping[str, str], tones: Mapping[str, str], title: str
    ) -> None:
        """Show a plot.

        Args:
            plot: with at least one point.
            words: the quality of each variant as labels have it.
            tones: the colour of each variant.
            title: of the axis of costs.
        """
        self._plot, self._words, self._tones, self._title = plot, words, tones, title
        self.redraw()

    @Slot()
    def redraw(self) -> None:
        plot = self._plot
        if plot is None:
            return
        self.clear_chart()
        shares = [each.quality for each in plot.points]
        for each in plot.points:
            if each.quality_interval is not None:
                shares += [each.quality_interval.low, each.quality_interval.high]
        across, up = cost_axis([each.cost for each in plot.points]), share_axis(shares)
        title = f"{self._title}, logarithmic" if across.is_log else self._title
        self.show_axes(across, up, lambda cost: cost_text(plot.cost, cost), title)
        self._show_front(plot, across)
        for each in plot.points:
            self._show_point(each, across)
        self.place_all()

    def _show_front(self, plot: CostPlot, across: Axis) -> None:
        """The best that can be had for a cost: a line that steps up at each mark of the front."""
        front = sorted((e for e in plot.points if e.is_on_front), key=lambda e: e.cost)
        xs: list[float] = []
        ys: list[float] = []
        for each in front:
            place = _place(across, each.cost)
            if ys:
                xs.append(place)
                ys.append(ys[-1])
            xs.append(place)
            ys.append(each.quality)
        if len(front) > 1:
            xs, ys = [*xs, _place(across, across.high)], [*ys, ys[-1]]
            self.add_line(xs, ys, color("line-access"))
            places = [QPointF(*each) for each in zip(xs, ys, strict=True)]
            self._bars += itertools.pairwise(places)

    def _show_point(self, point: CostPoint, across: Axis) -> None:
        tone = self._tones.get(point.variant, "text-2")
        at = QPointF(_place(across, point.cost), point.quality)
        bounds = point.quality_interval
        if bounds is not None:
            self.add_band(QPointF(at.x(), bounds.low), QPointF(at.x(), bounds.high), tone)
        fill = color(tone) if point.is_on_front else color("canvas")
        mark = pg.ScatterPlotItem(
            [at.x()],
            [at.y()],
            size=_MARK,
            pen=pg.mkPen(color(tone), width=LINE_WIDTH),
            brush=pg.mkBrush(fill),
            data=[point.variant],
        )
        mark.setZValue(5)
        mark.setCursor(Qt.CursorShape.PointingHandCursor)
        mark.setToolTip(f"{point.variant}: click to see the rows that it did not pass")
        mark.sigClicked.connect(self._on_mark)
        self.plotItem.addItem(mark)
        assert self._plot is not None
        if len(self._labels) < MOST_LABELS:
            cost = cost_text(self._plot.cost, point.cost)
            self.add_label(
                f"<b style='color:{color('text').name()}'>{html.escape(point.variant)}</b> "
                f"{self._words[point.variant]}, {cost}",
                at,
            )

    def _on_mark(self, _item: object, points: Sequence[Any]) -> None:
        if len(points):
            self.chosen.emit(points[0].data())


class ReliabilityChart(Chart):
    """How often answers of each confidence are right: as they should be on the diagonal."""

    def __init__(self) -> None:
        super().__init__("Reliability")
        self._calibration: Calibration | None = None
        self._tone = "text-2"

    def show_calibration(self, calibration: Calibration, tone: str) -> None:
        """Show a calibration, grey where it is of too few answers."""
        self._calibration = calibration
        self._tone = "text-off" if calibration.is_grey else tone
        self.redraw()

    @Slot()
    def redraw(self) -> None:
        if self._calibration is None:
            return
        self.clear_chart()
        axis = Axis(0.0, 1.0, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0))
        self.show_axes(axis, axis, percent_text, "confidence")
        self.add_line([0, 1], [0, 1], color("line-access"))
        filled = [
            (each.confidence, each.accuracy, each.rows)
            for each in self._calibration.bins
            if each.confidence is not None and each.accuracy is not None
        ]
        xs, ys = [each[0] for each in filled], [each[1] for each in filled]
        self.add_line(xs, ys, color(self._tone), LINE_WIDTH)
        most = max((each[2] for each in filled), default=1)
        self.plotItem.addItem(
            pg.ScatterPlotItem(
                xs,
                ys,
                size=[4 + 10 * math.sqrt(each[2] / most) for each in filled],
                pen=pg.mkPen(None),
                brush=pg.mkBrush(color(self._tone)),
            )
        )
