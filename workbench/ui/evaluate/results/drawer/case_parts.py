"""What the sections of the drawer hold: inputs, checks, repeats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLayout, QListView, QWidget

from workbench.domain.evaluation.cells import Cell
from workbench.domain.evaluation.checks import CheckResult, NotImported, SetResult
from workbench.domain.evaluation.grid.cells import one_line
from workbench.domain.evaluation.results import CellScore
from workbench.domain.evaluation.scores import Errored, FormatFailure, Score, Undefined
from workbench.domain.text import count_text, seconds_text
from workbench.ui.evaluate.results.drawer.judge_bars import JudgeBars, readings_of
from workbench.ui.evaluate.results.tops.judges import JudgeHead, missing_of
from workbench.ui.kit import Label, column, row
from workbench.ui.kit.origin_colours import OriginSquare
from workbench.ui.kit.row_delegate import Index, Row, RowDelegate, RowsModel
from workbench.ui.theme import theme

_LONG = 1_200
_ROW = 26


class Value(NamedTuple):
    """A value of a case; ``tone`` is the colour of its origin, "" for what is no input."""

    name: str
    text: str
    tone: str = ""


class _Icon(Label):
    """An icon of the family as a picture that follows the theme."""

    def __init__(self, name: str, tone: str, size: int = 14) -> None:
        super().__init__()
        self._name, self._tone, self._pixels = name, tone, size
        self.setFixedSize(size, size)
        theme().changed.connect(self._draw)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        ratio = self.devicePixelRatioF()
        self.setPixmap(theme().pixmap(self._name, self._tone, self._pixels, ratio))


def fill(body: QWidget, parts: Sequence[QWidget]) -> None:
    """Show other parts in the body of a section."""
    layout = body.layout()
    assert layout is not None
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
    for part in parts:
        layout.addWidget(part)


def body(gap: int = 6) -> QFrame:
    """An empty body of a section."""
    made = QFrame()
    made.setLayout(column(margins=(0, 0, 0, 0), gap=gap))
    return made


def _selectable(text: str, style: str, tone: str) -> Label:
    shown = text if len(text) <= _LONG else f"{text[:_LONG]}\u2026"
    label = Label(shown, style, tone, wrap=True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def value_parts(values: Sequence[Value]) -> list[QWidget]:
    """Each value with the square of its origin, its name and its text."""
    found: list[QWidget] = []
    for value in values:
        square: QWidget = OriginSquare(value.tone) if value.tone else _Icon("tag", "text-3", 10)
        name = Label(value.name, "code-small", "text" if value.tone else "text-3")
        short = "\n" not in value.text and len(value.text) <= 40
        part = QFrame()
        text = _selectable(value.text, "body", "text" if value.tone else "text-2")
        text.setAccessibleName(f"{value.name}: {one_line(value.text)}")
        layout: QLayout
        if short:
            layout = row(square, name, text, gap=8)
            layout.setStretch(2, 1)
        else:
            layout = column(row(square, name, None, gap=8), text, gap=2)
        part.setLayout(layout)
        found.append(part)
    return found


class CheckWords(NamedTuple):
    """A check's result: icon, tone, title, what changed, and the reason."""

    icon: str
    tone: str
    title: str
    note: str
    note_tone: str
    reason: str


def check_title(found: CheckResult) -> str:
    """What a check is called."""
    check = found.check
    if isinstance(check, NotImported):
        return f"{check.kind}, not imported"
    return check.name or f"{'not ' if check.negate else ''}{check.metric}"


def check_words(found: CheckResult, before: CheckResult | None) -> CheckWords:
    """A check's result in words, with what changed since the baseline's.

    Args:
        found: of the output.
        before: the same check of the baseline's output, None where there is none.
    """
    result = found.result
    icon, tone = "info", "text-3"
    if isinstance(result, FormatFailure):
        icon, tone = "ban", "warn"
    elif isinstance(result, Errored):
        icon, tone = "circle-alert", "bad"
    elif isinstance(result, Undefined):
        icon, tone = "minus", "text-3"
    elif found.passed is not None:
        icon, tone = ("circle-check", "ok") if found.passed else ("circle-x", "bad")
    note, note_tone = "", "text-3"
    was = before.passed if before is not None else None
    if found.passed is not None and was is not None and found.passed != was:
        note, note_tone = ("gained", "ok") if found.passed else ("lost", "bad")
    if not note and isinstance(result, Score) and found.passed is None:
        note = f"{result.value:.3g}"
    if not note and not isinstance(found.check, NotImported):
        note = found.check.metric if found.check.name else ""
    if not found.ranks:
        tone, note, note_tone = "text-3", "does not rank yet", "text-3"
    return CheckWords(icon, tone, check_title(found), note, note_tone, result.reason)


def check_parts(
    result: SetResult | None, before: SetResult | None, judges: Sequence[JudgeHead] = ()
) -> list[QWidget]:
    """Each check with its reason, and the probabilities of a judge's labels.

    Args:
        result: of the output, None where no check was applied.
        before: of the baseline's output.
        judges: what is missing until each ranks.
    """
    if result is None:
        return [Label("No check was applied.", "small", "text-3")]
    of_before = {check_title(each): each for each in before.leaves()} if before else {}
    found: list[QWidget] = []
    for leaf in result.leaves():
        words = check_words(leaf, of_before.get(check_title(leaf)))
        note = Label(words.note, "small", words.note_tone)
        head = row(_Icon(words.icon, words.tone), Label(words.title, "body", elide=True), note)
        head.setStretch(1, 1)
        lines = column(head, gap=2)
        if words.reason:
            reason = _selectable(words.reason, "small", "text-2")
            reason.setContentsMargins(22, 0, 0, 0)
            lines.addWidget(reason)
        detail = leaf.result.detail if isinstance(leaf.result, Score | FormatFailure) else {}
        for reading in readings_of(detail):
            lines.addWidget(JudgeBars(reading))
            mass = f"Labels hold {reading.mass:.3f} of the probability."
            lines.addWidget(Label(mass, "small", "text-3", wrap=True))
        missing = missing_of(leaf, judges)
        if missing:
            lines.addWidget(Label(missing, "small", "text-3", wrap=True))
        part = QFrame()
        part.setLayout(lines)
        found.append(part)
    return found or [Label("There are no checks.", "small", "text-3")]


class RepeatRow(NamedTuple):
    """A repeat in the list."""

    number: int
    icon: str
    tone: str
    text: str
    note: str


def repeat_row(number: int, cell: Cell, result: SetResult | None) -> RepeatRow:
    """A repeat: its verdict, its answer, tokens and seconds."""
    icon, tone = "minus", "text-3"
    if cell.state == "failed":
        return RepeatRow(number, "circle-alert", "bad", one_line(cell.error), "")
    if cell.state == "running":
        return RepeatRow(number, "busy", "focus", "running", "")
    if not cell.is_finished:
        return RepeatRow(number, icon, tone, "waiting", "")
    if result is not None and result.passed is not None:
        icon, tone = ("check", "text-3") if result.passed else ("close", "bad")
    if result is not None and result.format_failures:
        icon, tone = "ban", "warn"
    note = f"{count_text(cell.tokens, 'token')}   {seconds_text(cell.seconds)}"
    return RepeatRow(number, icon, tone, one_line(cell.answer or cell.output), note)


class _RepeatsModel(RowsModel[RepeatRow]):
    def text(self, row: RepeatRow) -> str:
        return row.text

    def spoken(self, row: RepeatRow) -> str:
        return f"Repeat {row.number}: {row.text}, {row.note}"


class _RepeatDelegate(RowDelegate):
    height = _ROW

    def paint_row(self, row: Row, index: Index) -> None:
        found: RepeatRow = index.data(Qt.ItemDataRole.UserRole)
        row.ground(6)
        row.inset(8, 8)
        row.left(f"{found.number}", "small", "text-3", gap=10)
        row.icon(found.icon, found.tone, 12, gap=8)
        row.right(found.note, "small", "text-3", gap=8)
        row.left(found.text, "small", "text")


class Repeats(QListView):
    """The repeats of a case; the chosen one is shown above.

    Signals:
        picked(int): the number from 0.
    """

    picked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._rows = _RepeatsModel()
        self._rows.setParent(self)
        self.setModel(self._rows)
        self.setItemDelegate(_RepeatDelegate(self))
        self.setAccessibleName("Repeats")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().currentChanged.connect(self._on_current)

    def show_repeats(self, scored: Sequence[CellScore], chosen: int) -> None:
        """Show all repeats without a signal."""
        rows = [repeat_row(n, each.cell, each.result) for n, each in enumerate(scored, start=1)]
        self.selectionModel().blockSignals(True)
        self._rows.beginResetModel()
        self._rows.rows = rows
        self._rows.endResetModel()
        self.setCurrentIndex(self._rows.index(chosen))
        self.selectionModel().blockSignals(False)
        self.setFixedHeight(_ROW * len(rows) + 2)

    @Slot(QModelIndex)
    def _on_current(self, index: QModelIndex) -> None:
        if index.isValid():
            self.picked.emit(index.row())
