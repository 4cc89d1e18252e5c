"""Over the grid: which rows are shown, and in what order."""

from __future__ import annotations

from functools import partial

import msgspec
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from workbench.domain.evaluation.grid.cells import one_line
from workbench.domain.evaluation.grid.choice import FILTERS, OrderMode, RowFilter
from workbench.domain.text import count_text
from workbench.ui.evaluate.results.results_model import ResultsModel
from workbench.ui.kit import Button, Chooser, GhostButton, IconButton, Label, column, row
from workbench.ui.kit.menu import Menu
from workbench.ui.kit.panes.flow import FlowLayout

_TITLES: dict[RowFilter, str] = {
    "all": "All",
    "changed": "Changed",
    "failures": "Failures",
    "disagree": "Disagree",
    "format": "Format",
    "errors": "Errors",
}
_TIPS: dict[RowFilter, str] = {
    "all": "All rows",
    "changed": "Rows that a variant gained or lost against the baseline",
    "failures": "Rows that a variant does not pass",
    "disagree": "Rows that one variant passes and another does not",
    "format": "Rows with an answer that a check could not read",
    "errors": "Rows on which a run or a check failed",
}
_WIDE = 960
"""From this width on there is room for the variant whose regressions come first."""
_OF = 40
"""Most characters of a variant's name."""
_ORDERS: tuple[tuple[OrderMode, str], ...] = (
    ("regressions", "Regressions first"),
    ("set", "Order of the set"),
    ("columns", "Sorted by columns"),
)


class _Search(QLineEdit):
    """The words that a case must have; Esc ends the search.

    Signals:
        left(): Esc or Down: go on in the grid.
    """

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        else:
            super().keyPressEvent(event)


class FilterBar(QFrame):
    """Chips with counts, tags, order, search.

    Args:
        results: whose rows are chosen.
        export: a button at the right end.

    Signals:
        left(): the search was ended: go on in the grid.
    """

    left = Signal()

    def __init__(self, results: ResultsModel, export: QWidget) -> None:
        super().__init__()
        self._results = results
        self.setProperty("surface", "panel")
        self.setProperty("rule", "bottom")
        self.chips: dict[RowFilter, Button] = {}
        self._flow = FlowLayout(gap=6)
        for name in FILTERS:
            chip = Button(_TITLES[name], tip=_TIPS[name])
            chip.setCheckable(True)
            chip.setProperty("chip", True)
            chip.clicked.connect(partial(self._show, name))
            self.chips[name] = chip
            self._flow.addWidget(chip)
        self.tags = GhostButton("Tags", tip="Rows with these tags")
        self.tag_menu = Menu("Tags", self)
        self.tags.clicked.connect(self._open_tags)
        self.order = Chooser("Order of the rows", width=168)
        for mode, title in _ORDERS:
            self.order.add_choice(title, mode, icon="list")
        self.order.activated.connect(self._on_order)
        self.of = Label("", "small", "text-2")
        self.of.setFixedHeight(28)
        self.look_for = IconButton("search", "Search the cases", keys="/")
        self.look_for.clicked.connect(self.begin_search)
        self.columns = GhostButton("Columns", tip="Show, hide and move columns")
        self.search = _Search()
        self.search.setPlaceholderText("Words in cases, expected values and answers")
        self.search.setAccessibleName("Search the cases")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._on_text)
        self.search.left.connect(self._on_left)
        self.cases = Button("", "close", tip="Show other rows too")
        self.cases.clicked.connect(self._all_cases)
        for each in (self.cases, self.order, self.of):
            self._flow.addWidget(each)
        right = row(self.look_for, self.tags, self.columns, export, gap=0)
        top = row(gap=8)
        top.addLayout(self._flow, 1)
        top.addLayout(right)
        top.setAlignment(right, Qt.AlignmentFlag.AlignTop)
        self.setLayout(column(top, self.search, margins=(16, 8, 12, 8), gap=6))
        self.search.hide()
        results.table_changed.connect(self._refresh)
        results.lines_changed.connect(self._refresh)
        self._refresh()

    # --- showing --------------------------------------------------------------------------------

    @Slot()
    def _refresh(self) -> None:
        wanted, chosen, table = self._results.wanted, self._results.chosen, self._results.table
        for name, chip in self.chips.items():
            chip.set_text(f"{_TITLES[name]}  {chosen.counts.get(name, 0):,}")
            chip.setAccessibleName(f"{_TITLES[name]}, {chosen.counts.get(name, 0):,} rows")
            chip.setChecked(wanted.show == name)
        self.chips["changed"].setVisible(bool(table.baseline) or self._results.earlier is not None)
        self.chips["disagree"].setVisible(len(table.variants) > 1)
        self.tags.setVisible(bool(table.tags))
        self.tags.set_text(f"Tags: {', '.join(wanted.tags)}" if wanted.tags else "Tags")
        self.cases.setVisible(bool(wanted.cases))
        self.cases.set_text(f"{count_text(len(wanted.cases), 'row')} of Analysis")
        self.order.choose(wanted.order)
        head = next((each for each in self._results.heads if each.name == wanted.of), None)
        is_of = head is not None and wanted.order == "regressions"
        self.of.setText(f"of {one_line(head.name)[:_OF]}" if is_of and head is not None else "")
        self._show_of()
        if self.search.text() != wanted.text and not self.search.hasFocus():
            self.search.setText(wanted.text)
            self.search.setVisible(bool(wanted.text))

    def _show_of(self) -> None:
        """The header of the column says it too, so it takes no line of its own."""
        self.of.setVisible(bool(self.of.text()) and self.width() >= _WIDE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_of()

    # --- choosing -------------------------------------------------------------------------------

    def _want(self, **changes: object) -> None:
        self._results.want(msgspec.structs.replace(self._results.wanted, **changes))

    def _show(self, name: RowFilter, _checked: bool = False) -> None:
        self._want(show=name)
        self._refresh()

    @Slot()
    def _on_order(self) -> None:
        self._results.set_order(self.order.currentData())

    @Slot()
    def begin_search(self) -> None:
        """Show the line to search in."""
        self.search.show()
        self.search.setFocus()
        self.search.selectAll()

    @Slot(str)
    def _on_text(self, text: str) -> None:
        self._want(text=text)

    @Slot()
    def _on_left(self) -> None:
        self.search.setVisible(bool(self.search.text()))
        self.left.emit()

    @Slot()
    def _all_cases(self) -> None:
        self._want(cases=())

    @Slot()
    def _open_tags(self) -> None:
        """A menu of the tags with their counts; a row has all that are ticked."""
        self.tag_menu.clear()
        for tag, count in sorted(self._results.table.tags):
            action = QAction(f"{tag}  {count:,}", self.tag_menu)
            action.setCheckable(True)
            action.setChecked(tag in self._results.wanted.tags)
            action.toggled.connect(partial(self._toggle_tag, tag))
            self.tag_menu.addAction(action)
        self.tag_menu.popup(self.tags.mapToGlobal(self.tags.rect().bottomLeft()))

    def _toggle_tag(self, tag: str, on: bool) -> None:
        others = tuple(each for each in self._results.wanted.tags if each != tag)
        self._want(tags=(*others, tag) if on else others)
