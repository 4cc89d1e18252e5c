"""Each variant against the baseline: verdict, difference with its interval, rows that changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from PySide6.QtCore import QEvent, QLineF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QListView, QSizePolicy, QWidget

from workbench.domain.evaluation.analysis import Analysis, Difference, bounds_text
from workbench.domain.evaluation.grid.earlier import Earlier
from workbench.domain.evaluation.verdict import FEWEST_ROWS, VerdictKind, in_points, points_text
from workbench.ui.evaluate.analysis.look import Look
from workbench.ui.evaluate.analysis.scales import Axis, points_axis
from workbench.ui.kit import Label, column, row
from workbench.ui.kit.intervals import IntervalScale, draw_interval
from workbench.ui.kit.panes.layout import strip
from workbench.ui.kit.row_delegate import Index, Row, RowDelegate, RowsModel, draw_text
from workbench.ui.theme import color, font

ROW_HEIGHT = 72
_ICON, _MARGIN, _GAP = 16, 16, 12
_BAR, _LEAST_BAR = 0.3, 110
_CHANGED, _LEAST_CHANGED = 0.27, 132
_TICK, _TICK_HEIGHT = 3, 12
TONES: dict[VerdictKind, str] = {
    "better": "ok",
    "worse": "bad",
    "no_difference": "text-2",
    "not_enough_rows": "warn",
    "too_few": "text-2",
    "running": "text-2",
}
Side = Literal["lost", "gained", ""]


class _Columns:
    """The parts of a row: words, the drawn difference, the rows that changed."""

    def __init__(self, box: QRect) -> None:
        width = box.width() - 2 * _MARGIN
        changed = max(int(width * _CHANGED), _LEAST_CHANGED)
        bar = max(int(width * _BAR), _LEAST_BAR)
        words = width - changed - bar - 2 * _GAP
        left = box.left() + _MARGIN
        self.words = QRect(left, box.top(), words, box.height())
        self.bar = QRect(left + words + _GAP, box.top(), bar, box.height())
        self.changed = QRect(self.bar.right() + 1 + _GAP, box.top(), changed, box.height())
        self.middle = self.changed.center().x()

    def side(self, x: int) -> Side:
        """Which of the changed rows a place belongs to."""
        if not self.changed.left() <= x <= self.changed.right():
            return ""
        return "lost" if x < self.middle else "gained"


class DifferencesModel(RowsModel[Difference]):
    """Comparisons, the largest gain first."""

    def text(self, row: Difference) -> str:
        return row.variant

    def spoken(self, row: Difference) -> str:
        verdict = row.verdict
        return f"{row.variant}: {verdict.sentence}; {verdict.lost} lost, {verdict.gained} gained"

    def tip(self, row: Difference) -> str:
        verdict = row.verdict
        if verdict.interval is None or verdict.difference is None:
            return ""
        size = in_points(points_text(verdict.difference))
        level = f"{100 * (verdict.confidence or 0.95):.3g} %"
        return f"{size}, {level} interval {bounds_text(verdict.interval)}"

    def key(self, row: Difference) -> str:
        return row.variant


class _Delegate(RowDelegate):
    height = ROW_HEIGHT

    def __init__(self, view: DifferenceList) -> None:
        super().__init__(view)
        self._view = view

    def paint_row(self, row: Row, index: Index) -> None:
        given: Difference = index.data(Qt.ItemDataRole.UserRole)
        row.ground()
        row.painter.fillRect(
            QRect(row.box.left(), row.box.bottom(), row.box.width(), 1), color("line")
        )
        parts = _Columns(row.box)
        self._words(row, given, parts.words)
        self._bar(row.painter, given, parts.bar)
        self._changed(row.painter, given, parts)

    def _words(self, row: Row, given: Difference, area: QRect) -> None:
        look = self._view.looks.get(given.variant, Look(given.variant, "", "direct"))
        metrics = QFontMetrics(font("small"))
        lines = [given.verdict.sentence]
        if metrics.horizontalAdvance(lines[0]) > area.width():
            lines = in_two(lines[0])
        row.room = QRect(area.left(), area.top() + 10, area.width(), 18)
        row.box = row.room
        row.icon(look.tone, look.tone, _ICON, gap=8)
        row.left(look.name, "body", "text")
        top = area.top() + 31
        for line in lines:
            box = QRect(area.left(), top, area.width(), 16)
            draw_text(row.painter, box, line, "small", TONES[given.verdict.kind])
            top += 16

    def _bar(self, painter: QPainter, given: Difference, area: QRect) -> None:
        scale = self._view.scale(area)
        target = given.verdict.target
        shaded = QRectF(scale.x(-target), area.top(), 0, area.height() - 1)
        shaded.setRight(scale.x(target))
        painter.fillRect(shaded, color("panel"))
        painter.setPen(QPen(color("line-access"), 1))
        painter.drawLine(QLineF(scale.x(0), area.top(), scale.x(0), area.bottom()))
        verdict = given.verdict
        if verdict.difference is not None and verdict.rows >= FEWEST_ROWS:
            tone = self._view.looks[given.variant].tone if given.variant in self._view.looks else ""
            draw_interval(painter, scale, verdict.difference, verdict.interval, tone or "text-2")

    def _changed(self, painter: QPainter, given: Difference, parts: _Columns) -> None:
        """A tick for each row: lost to the left of a line, gained to the right."""
        lost, gained = given.verdict.lost, given.verdict.gained
        room = parts.changed.width() // 2 - 4
        each = min(_TICK, room / max(lost, gained, 1))
        top = parts.changed.top() + 18
        painter.setPen(QPen(color("line-access"), 1))
        painter.drawLine(parts.middle, top - 3, parts.middle, top + _TICK_HEIGHT + 3)
        for count, tone, sign in ((lost, "bad", -1), (gained, "ok", 1)):
            for place in range(count):
                edge = parts.middle + sign * (2 + place * each) - (each if sign < 0 else 0)
                width = max(each - 1, 0.5)
                painter.fillRect(QRectF(edge + 0.5, top, width, _TICK_HEIGHT), color(tone))
        line = QRect(parts.changed.left(), top + _TICK_HEIGHT + 4, parts.changed.width(), 18)
        left = QRect(line.left(), line.top(), parts.middle - line.left() - 4, 18)
        right = QRect(parts.middle + 5, line.top(), line.right() - parts.middle - 4, 18)
        to_right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        draw_text(painter, left, f"{lost:,} lost", "small", "bad" if lost else "text-3", to_right)
        draw_text(painter, right, f"{gained:,} gained", "small", "ok" if gained else "text-3")


def in_two(sentence: str) -> list[str]:
    """A verdict in two lines: its interval, or what follows a colon or comma, is the second."""
    for sign, kept in ((" [", 0), (": ", 1), (", ", 1)):
        place = sentence.find(sign)
        if place > 0:
            return [sentence[: place + kept], sentence[place + kept :].strip()]
    return [sentence]


def wrapped(text: str, metrics: QFontMetrics, width: int) -> list[str]:
    """A text in lines of a width, broken at spaces."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and metrics.horizontalAdvance(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


class DifferenceList(QListView):
    """The comparisons; a click on lost or gained, or Enter, asks for these rows.

    Signals:
        rows_wanted(list): ids of cases.
    """

    rows_wanted = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self.differences = DifferencesModel()
        self.looks: Mapping[str, Look] = {}
        self.axis: Axis = points_axis(0.1)
        self.setAccessibleName("Differences to the baseline")
        self.setModel(self.differences)
        self.setItemDelegate(_Delegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_differences(self, given: Sequence[Difference], looks: Mapping[str, Look]) -> None:
        """Show comparisons, the largest gain first."""
        self.looks = looks
        shown = sorted(given, key=lambda each: -(each.verdict.difference or 0.0))
        ends = [each.verdict.target for each in shown]
        for each in shown:
            bounds, value = each.verdict.interval, each.verdict.difference
            ends += [abs(bounds.low), abs(bounds.high)] if bounds is not None else []
            ends += [abs(value)] if value is not None else []
        self.axis = points_axis(max(ends, default=0.1))
        self.differences.show_rows(shown)
        self.viewport().update()

    def scale(self, area: QRect) -> IntervalScale:
        """The scale of differences in a part of a row."""
        return IntervalScale(QRectF(area), self.axis.low, self.axis.high)

    def _side_at(self, event: QMouseEvent) -> tuple[Difference | None, Side]:
        index = self.indexAt(event.position().toPoint())
        if not index.isValid():
            return None, ""
        side = _Columns(self.visualRect(index)).side(int(event.position().x()))
        return index.data(Qt.ItemDataRole.UserRole), side

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        given, side = self._side_at(event)
        if given is not None and event.button() == Qt.MouseButton.LeftButton:
            self._want({"lost": given.lost, "gained": given.gained}.get(side, ()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        given, side = self._side_at(event)
        can = given is not None and bool({"lost": given.lost, "gained": given.gained}.get(side, ()))
        shape = Qt.CursorShape.PointingHandCursor if can else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if index.isValid() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            given: Difference = index.data(Qt.ItemDataRole.UserRole)
            self._want((*given.lost, *given.gained))
            return
        super().keyPressEvent(event)

    def _want(self, cases: Sequence[str]) -> None:
        if cases:
            self.rows_wanted.emit(list(cases))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.viewport().unsetCursor()
        return super().viewportEvent(event)


class _Ticks(QWidget):
    """The axis under the list, and what is drawn in it."""

    def __init__(self, view: DifferenceList) -> None:
        super().__init__()
        self._list = view
        self.target = 0.05
        self.setFixedHeight(64)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(300, 64)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        parts = _Columns(QRect(0, 0, self._list.viewport().width(), self.height()))
        scale, axis = self._list.scale(parts.bar), self._list.axis
        free = -1.0
        for tick in axis.ticks:
            words = f"+{points_text(tick)}" if tick > 0 else points_text(tick)
            place = scale.x(tick)
            painter.setPen(QPen(color("line-access"), 1))
            painter.drawLine(QLineF(place, 0, place, 4))
            width = QFontMetrics(font("small")).horizontalAdvance(words)
            left = min(place - width / 2, parts.bar.right() + _GAP / 2 - width)
            if left > free:
                box = QRect(int(left) - 1, 6, width + 2, 16)
                draw_text(painter, box, words, "small", "text-3")
                free = left + width + 4
        reach = in_points(f"{100 * self.target:g}")
        metrics = QFontMetrics(font("small"))
        notes = (
            (f"shaded: smaller than the {reach} you look for", parts.words),
            ("rows that changed, a click shows them", parts.changed),
        )
        for text, area in notes:
            for place, line in enumerate(wrapped(text, metrics, area.width())[:3]):
                box = QRect(area.left(), 6 + 16 * place, area.width(), 16)
                draw_text(painter, box, line, "small", "text-3")


class DifferencePane(QFrame):
    """The pane: which baseline, the list, its axis."""

    def __init__(self) -> None:
        super().__init__()
        self.title = Label("Difference to the baseline", "body-strong")
        self.baseline = Label("", "body", "text-3", elide=True)
        self.method = Label("", "small", "text-3")
        head = row(self.title, self.baseline, self.method, margins=(16, 0, 16, 0))
        head.setStretch(1, 1)
        self.list = DifferenceList()
        self.ticks = _Ticks(self.list)
        self.nothing = Label("", "body", "text-3", wrap=True)
        self.nothing.setContentsMargins(16, 12, 16, 12)
        self.setLayout(column(strip(head), self.nothing, self.list, self.ticks, None, gap=0))
        self.setProperty("rule", "left")

    def show_analysis(
        self,
        analysis: Analysis | None,
        looks: Mapping[str, Look],
        earlier: Earlier | None = None,
    ) -> None:
        """Show the comparisons of an analysis.

        Args:
            analysis: of the open evaluation.
            looks: of its variants.
            earlier: another evaluation, whose variants take the place of the baseline.
        """
        given: Sequence[Difference] = () if analysis is None else analysis.differences
        if analysis is not None and earlier is not None:
            given = earlier.differences
        self.nothing.setVisible(not given)
        self.list.setVisible(bool(given))
        self.ticks.setVisible(bool(given))
        self.title.setText(
            "Difference to the baseline" if earlier is None else "Difference to the other"
        )
        if analysis is None or not given:
            self.nothing.setText(_why_none(analysis, earlier))
            self.baseline.setText("")
            self.method.setText("")
            self.list.show_differences((), {})
            return
        look = looks.get(analysis.baseline)
        named = (analysis.baseline, look.model if look is not None else "")
        about = ", ".join(filter(None, named))
        self.baseline.setText(about if earlier is None else f"“{earlier.summary.name}”")
        count = max(each.verdict.comparisons for each in given)
        self.method.setText(f"paired, Holm over {count}" if count > 1 else "paired")
        self.ticks.target = analysis.target
        self.list.setMinimumHeight(min(len(given), 4) * ROW_HEIGHT)
        self.list.setMaximumHeight(len(given) * ROW_HEIGHT)
        self.list.show_differences(given, looks)
        self.ticks.update()


def _why_none(analysis: Analysis | None, earlier: Earlier | None) -> str:
    if earlier is not None:
        return "No variant of this evaluation is in the other with a case of the same id."
    if analysis is not None and len(analysis.variants) > 1:
        return "No baseline is set: choose one in Setup."
    return "There is one variant: add another in Setup to compare it."
