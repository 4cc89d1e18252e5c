"""The list at the left: evaluations with their state, and data sets with their rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListView

from workbench.domain.evaluation.listing import EvaluationListing, ListedData, ListedEvaluation
from workbench.domain.prompts.datasets import GENERATED
from workbench.domain.text import count_text
from workbench.ui.evaluate.words import StateWords
from workbench.ui.kit import IconButton, Label, Pane, column, row
from workbench.ui.kit.menu import Menu
from workbench.ui.kit.row_delegate import Index, Row, RowDelegate, RowsModel, draw_icon, draw_text

_HEADING, _EVALUATION, _DATA = 30, 46, 28


class Entry(NamedTuple):
    """A row: a heading, an evaluation with its state, or a data set."""

    title: str
    evaluation: ListedEvaluation | None = None
    state: StateWords = StateWords("", "text-3", "")
    data: ListedData | None = None

    @property
    def is_example(self) -> bool:
        """Whether it is an evaluation that comes with the program and was not used yet."""
        return self.evaluation is not None and self.evaluation.is_example

    @property
    def is_heading(self) -> bool:
        """Whether it names the group beneath it."""
        return self.evaluation is None and self.data is None


class _Rows(RowsModel[Entry]):
    def text(self, row: Entry) -> str:
        return row.title

    def spoken(self, row: Entry) -> str:
        if row.data is not None:
            return f"{row.title}, {_rows_text(row.data)}"
        return f"{row.title}, {row.state.words}" if row.evaluation is not None else row.title

    def tip(self, row: Entry) -> str:
        if row.data is not None:
            return row.data.path
        return row.evaluation.path if row.evaluation is not None else ""

    def key(self, row: Entry) -> object:
        if row.evaluation is not None:
            return row.evaluation.path
        return row.data.path if row.data is not None else row.title

    def flags(self, index: Index) -> Qt.ItemFlag:
        heading = index.isValid() and self.rows[index.row()].is_heading
        return Qt.ItemFlag.NoItemFlags if heading else super().flags(index)


def _rows_text(data: ListedData) -> str:
    return "rows unknown" if data.rows is None else count_text(data.rows, "row")


class _Delegate(RowDelegate):
    """An evaluation in two lines, a data set in one with its rows at the right."""

    def paint_row(self, row: Row, index: Index) -> None:
        entry: Entry = index.data(Qt.ItemDataRole.UserRole)
        inner = row.box.adjusted(8, 4, -8, -4)
        if entry.is_heading:
            bottom = Qt.AlignmentFlag.AlignBottom
            draw_text(row.painter, inner, entry.title, "micro", "text-3", bottom)
            return
        row.ground(6, smooth=True)
        if entry.data is not None:
            row.inset(8, 8)
            row.icon("table", "text-3", 14, gap=8)
            if entry.data.rows is not None:
                row.right(f"{entry.data.rows:,}", gap=8)
            row.left(entry.title, "body", "text-2")
            return
        top = Qt.AlignmentFlag.AlignTop
        draw_text(row.painter, inner, entry.title, "body", "text", top)
        lower = QRect(inner.left(), inner.top() + 20, inner.width(), 18)
        draw_icon(row.painter, entry.state.icon, entry.state.tone, 12, lower.left(), lower)
        words = lower.adjusted(18, 0, 0, 0)
        draw_text(row.painter, words, entry.state.words, "small", "text-3")

    def height_of(self, index: Index) -> int:
        entry: Entry = index.data(Qt.ItemDataRole.UserRole)
        if entry.is_heading:
            return _HEADING
        return _DATA if entry.data is not None else _EVALUATION


class _List(QListView):
    """Click or Enter opens; Menu key and right click offer more.

    Signals:
        picked(QModelIndex): also the one that is open already.
    """

    picked = Signal(QModelIndex)

    def __init__(self) -> None:
        super().__init__()
        self.clicked.connect(self.picked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.picked.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)


class EvaluationList(Pane):
    """Evaluations and data sets, with search.

    Signals:
        chosen(ListedEvaluation), data_chosen(ListedData): picked in the list.
        new_wanted(QPoint): the plus, where a menu is to be shown.
        menu_wanted(ListedEvaluation, QPoint): the commands of an evaluation.
    """

    chosen = Signal(object)
    data_chosen = Signal(object)
    new_wanted = Signal(QPoint)
    menu_wanted = Signal(object, QPoint)

    def __init__(self) -> None:
        super().__init__("Evaluations", surface="chrome")
        self.setMinimumWidth(176)
        self._find = IconButton("search", "Search evaluations and data sets")
        self._find.setCheckable(True)
        self._find.toggled.connect(self._show_search)
        self.plus = IconButton("plus", "New evaluation", keys="Ctrl+N")
        self.plus.clicked.connect(self._on_create)
        self.header.addWidget(self._find)
        self.header.addWidget(self.plus)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search evaluations and data sets")
        self.search.setAccessibleName("Search evaluations and data sets")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._fill)
        self.search.hide()
        self.nothing = Label("", "small", "text-3", wrap=True)
        self.list = _List()
        self.list.setAccessibleName("Evaluations and data sets")
        self.list.setItemDelegate(_Delegate(self.list))
        self.list.setMouseTracking(True)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        self.list.picked.connect(self._on_picked)
        self._rows = _Rows()
        self.list.setModel(self._rows)
        self._listing = EvaluationListing()
        self._states: dict[str, StateWords] = {}
        self._current = ""
        above = column(self.search, self.nothing, margins=(8, 8, 8, 0), gap=4)
        self.body.addLayout(above)
        self.body.addLayout(row(self.list, margins=(8, 8, 8, 8)), 1)
        self.nothing.hide()

    def show_listing(
        self, listing: EvaluationListing, states: dict[str, StateWords], current: str
    ) -> None:
        """Show another list.

        Args:
            listing: evaluations and data sets.
            states: how far each evaluation is, by its path.
            current: the path of the one that is open.
        """
        self._listing, self._states, self._current = listing, states, current
        self._fill()

    @Slot()
    def _fill(self) -> None:
        words = self.search.text().casefold().split()

        def is_wanted(*texts: str) -> bool:
            text = " ".join(texts).casefold()
            return all(word in text for word in words)

        evaluations = [
            Entry(each.name, each, self._states[each.path])
            for each in self._listing.evaluations
            if is_wanted(each.name, each.path)
        ]
        found = [each for each in self._listing.data_sets if is_wanted(each.name, each.path)]
        made = [
            Entry(each.name.removeprefix(GENERATED), data=each)
            for each in found
            if each.name.startswith(GENERATED)
        ]
        data = [
            Entry(each.name, data=each) for each in found if not each.name.startswith(GENERATED)
        ]
        own = [entry for entry in evaluations if not entry.is_example]
        examples = [entry for entry in evaluations if entry.is_example]
        rows = [*own]
        groups = (("Data sets", data), ("Made by rule", made), ("Examples", examples))
        for title, entries in groups:
            rows += [Entry(title), *entries] if entries else ()
        self._rows.show_rows(rows)
        self.nothing.setText(_nothing_text(self._listing, words, rows))
        self.nothing.setVisible(bool(self.nothing.text()))
        self._show_current(rows)

    def _show_current(self, rows: Sequence[Entry]) -> None:
        for place, entry in enumerate(rows):
            if entry.evaluation is not None and entry.evaluation.path == self._current:
                self.list.setCurrentIndex(self._rows.index(place))
                return
        self.list.setCurrentIndex(QModelIndex())
        self.list.clearSelection()

    def begin_search(self) -> None:
        """Show the search with the focus in it."""
        self._find.setChecked(True)
        self.search.setFocus()

    def end_search(self) -> bool:
        """Hide the search; returns whether it was shown."""
        shown = self._find.isChecked()
        self._find.setChecked(False)
        return shown

    @Slot(bool)
    def _show_search(self, shown: bool) -> None:
        self.search.setVisible(shown)
        if shown:
            self.search.setFocus()
        else:
            self.search.clear()

    @Slot()
    def _on_create(self) -> None:
        self.new_wanted.emit(self.plus.mapToGlobal(self.plus.rect().bottomLeft()))

    @Slot(QModelIndex)
    def _on_picked(self, index: QModelIndex) -> None:
        entry = index.data(Qt.ItemDataRole.UserRole)
        if entry is None or entry.is_heading:
            return
        if entry.evaluation is not None:
            self.chosen.emit(entry.evaluation)
        else:
            self.data_chosen.emit(entry.data)

    @Slot(QPoint)
    def _show_menu(self, place: QPoint) -> None:
        entry = self.list.indexAt(place).data(Qt.ItemDataRole.UserRole)
        if entry is not None and entry.evaluation is not None:
            self.menu_wanted.emit(entry.evaluation, self.list.viewport().mapToGlobal(place))


def _nothing_text(listing: EvaluationListing, words: Sequence[str], rows: Sequence[Entry]) -> str:
    if words and not rows:
        return "No evaluation and no data set has these words."
    has_own = any(not each.is_example for each in listing.evaluations)
    return "" if words or has_own else "There is no evaluation yet."


def pick(parent: Pane, name: str, place: QPoint, choices: Sequence[tuple[str, str]]) -> str:
    """Show a menu and return the value that was chosen, "" for none.

    Args:
        parent: of the menu.
        name: for screen readers.
        place: on the screen.
        choices: values and their titles.
    """
    menu = Menu(name, parent)
    entries = {menu.addAction(title): value for value, title in choices}
    done = menu.exec(place)
    menu.deleteLater()
    return entries.get(done, "")
