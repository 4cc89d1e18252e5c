"""The lines of the grid as a table of Qt: rows, and headings of groups."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt, Slot

from workbench.domain.evaluation.evaluation_set import EvaluationCase
from workbench.domain.evaluation.grid.cells import GridCell
from workbench.domain.evaluation.grid.choice import CASE, EXPECTED, RowGroup
from workbench.domain.evaluation.grid.rows import GridRow
from workbench.domain.evaluation.metric_input import text_of
from workbench.domain.text import count_text
from workbench.ui.evaluate.results.results_model import ResultsModel
from workbench.ui.evaluate.results.tops.judges import JudgeHead
from workbench.ui.evaluate.results.tops.variants import VariantHead
from workbench.ui.kit.row_delegate import Index

CASE_COLUMN, EXPECTED_COLUMN, TAGS_COLUMN = 0, 1, 2
FROZEN = (CASE_COLUMN, EXPECTED_COLUMN)
_ROLE = Qt.ItemDataRole
_SHOWN = 200


class GridModel(QAbstractTableModel):
    """Case, expected value, tags, a column for each input and each judge, then for each variant.

    ``UserRole`` of a line is a :class:`RowGroup`, or of a variant's column a :class:`GridCell`.
    """

    def __init__(self, results: ResultsModel) -> None:
        super().__init__()
        self._results = results
        self.values: tuple[str, ...] = ()
        """Names of the columns of the data."""
        self.judges: tuple[JudgeHead, ...] = ()
        self.heads: tuple[VariantHead, ...] = ()
        self.lines: tuple[int | RowGroup, ...] = ()
        self._rows: list[GridRow] = []
        self._cases: tuple[EvaluationCase, ...] = ()
        """Those that the lines are of; the results may have newer ones already."""
        self._places: dict[int, int] = {}
        results.table_changed.connect(self._on_table)
        results.lines_changed.connect(self._on_lines)
        results.rows_changed.connect(self._on_rows)
        self._on_table()
        self._on_lines()

    # --- what is where ----------------------------------------------------------------------------

    @property
    def first_variant(self) -> int:
        """The column of the first variant."""
        return self._first_judge + len(self.judges)

    @property
    def _first_judge(self) -> int:
        return TAGS_COLUMN + 1 + len(self.values)

    def judge(self, column: int) -> JudgeHead | None:
        """The judge of a column, None for others."""
        place = column - self._first_judge
        return self.judges[place] if 0 <= place < len(self.judges) else None

    def key(self, column: int) -> str:
        """What a column is kept by: its kind and its name."""
        if column >= self.first_variant:
            return f"variant {self.title(column)}"
        if column >= self._first_judge:
            return f"judge {self.title(column)}"
        return f"value {self.title(column)}" if column > TAGS_COLUMN else self.title(column)

    def head(self, column: int) -> VariantHead | None:
        """The variant of a column, None for others."""
        place = column - self.first_variant
        return self.heads[place] if 0 <= place < len(self.heads) else None

    def column_of(self, variant: str) -> int:
        """The column of a variant, -1 where there is none."""
        names = [head.name for head in self.heads]
        return self.first_variant + names.index(variant) if variant in names else -1

    def place(self, line: int) -> int:
        """The place of the row in a line, -1 for a heading or where there is no line."""
        found = self.lines[line] if 0 <= line < len(self.lines) else -1
        return found if isinstance(found, int) else -1

    def row(self, line: int) -> GridRow | None:
        """The row in a line, None for a heading."""
        place = self.place(line)
        return self._rows[place] if place >= 0 else None

    def group(self, line: int) -> RowGroup | None:
        """The heading in a line, None for a row."""
        found = self.lines[line] if 0 <= line < len(self.lines) else None
        return found if isinstance(found, RowGroup) else None

    def line_of(self, place: int) -> int:
        """The line in which a row is, -1 where it is not shown."""
        return self._places.get(place, -1)

    def sort_name(self, column: int) -> str:
        """What a column is called where rows are sorted; "" where it cannot be sorted by."""
        head = self.head(column)
        if head is not None:
            return head.name
        return {CASE_COLUMN: CASE, EXPECTED_COLUMN: EXPECTED}.get(column, "")

    def title(self, column: int) -> str:
        """The name of a column."""
        head = self.head(column)
        if head is not None:
            return head.name
        judges = (each.title for each in self.judges)
        fixed = ("Case", "Expected", "Tags", *self.values, *judges)
        return fixed[column] if column < len(fixed) else ""

    def text(self, line: int, column: int) -> str:
        """What a cell says as text."""
        row, place = self.row(line), self.place(line)
        if row is None:
            return ""
        variant = column - self.first_variant
        if variant >= 0:
            return row.cells[variant].shown
        if column <= TAGS_COLUMN:
            return (row.title, row.expected, ", ".join(row.tags))[column]
        judge = self.judge(column)
        if judge is not None:
            return judge.text(self._results.table.scores, row.id)
        value = self._cases[place].values.get(self.values[column - TAGS_COLUMN - 1])
        return "" if value is None else text_of(value)

    # --- changes ----------------------------------------------------------------------------------

    @Slot()
    def _on_table(self) -> None:
        cases = self._results.cases
        names = dict.fromkeys(name for case in cases[:50] for name in case.values)
        heads = self._results.heads
        judges = self._results.judges
        if (tuple(names), _names(heads, judges)) == (self.values, _names(self.heads, self.judges)):
            self.heads, self.judges = heads, judges
            if heads:
                first = self._first_judge
                self.headerDataChanged.emit(
                    Qt.Orientation.Horizontal, first, self.columnCount() - 1
                )
            return
        self.beginResetModel()
        self.values, self.heads, self.judges, self.lines = tuple(names), heads, judges, ()
        self._places = {}
        self.endResetModel()

    @Slot()
    def _on_lines(self) -> None:
        results, lines = self._results, self._results.chosen.lines
        if lines == self.lines:
            self._rows, self._cases = results.table.rows, results.cases
            self._all_changed()
            return
        self.beginResetModel()
        self.lines, self._rows, self._cases = lines, results.table.rows, results.cases
        self._places = {each: line for line, each in enumerate(lines) if isinstance(each, int)}
        self.endResetModel()

    @Slot(list)
    def _on_rows(self, places: Sequence[int]) -> None:
        """Cells changed: the lines between the first and the last of them are painted again."""
        lines = sorted(self._lines(places))
        if lines and self.heads:
            first, last = self._first_judge, self.columnCount() - 1
            self.dataChanged.emit(self.index(lines[0], first), self.index(lines[-1], last))

    def _lines(self, places: Iterable[int]) -> list[int]:
        return [line for line in map(self.line_of, places) if line >= 0]

    def _all_changed(self) -> None:
        if self.lines:
            last = self.index(len(self.lines) - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    # --- Qt ---------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else self.first_variant + len(self.heads)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings can be reached, to fold them, and not be selected."""
        if self.group(index.row()) is not None:
            return Qt.ItemFlag.ItemIsEnabled
        return super().flags(index)

    def data(self, index: Index, role: int = _ROLE.DisplayRole) -> object:
        line, column = index.row(), index.column()
        if not index.isValid() or role not in (
            _ROLE.DisplayRole,
            _ROLE.UserRole,
            _ROLE.ToolTipRole,
            _ROLE.AccessibleTextRole,
        ):
            return None
        group, cell = self.group(line), self.cell(line, column)
        if role == _ROLE.UserRole:
            return group or cell
        if role == _ROLE.AccessibleTextRole:
            return self._spoken(line, column, cell)
        if group is not None:
            return group.title if role == _ROLE.DisplayRole else None
        if role == _ROLE.ToolTipRole:
            return self._tip(line, column, cell)
        return self.text(line, column)[:_SHOWN]

    def cell(self, line: int, column: int) -> GridCell | None:
        """The cell of a variant's column, None for others and in headings."""
        row = self.row(line)
        variant = column - self.first_variant
        return row.cells[variant] if row is not None and variant >= 0 else None

    def _spoken(self, line: int, column: int, cell: GridCell | None) -> str:
        group = self.group(line)
        if group is not None:
            state = "folded" if group.is_folded else "open"
            return f"{group.title}, {count_text(group.count, 'row')}, {state}"
        row = self.row(line)
        words = cell.spoken if cell is not None else self.text(line, column)[:_SHOWN]
        name = f"row {row.number}, " if row is not None and column == CASE_COLUMN else ""
        return f"{name}{self.title(column)}: {words}"

    def _tip(self, line: int, column: int, cell: GridCell | None) -> str | None:
        """The reason or the answer that may be cut; nothing for what is short."""
        if cell is not None:
            return cell.spoken if cell.text else None
        judge, row = self.judge(column), self.row(line)
        if judge is not None and row is not None:
            return judge.tip(self._results.table.scores, row.id)
        text = self.text(line, column)[:_SHOWN]
        return text if len(text) > 12 else None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == _ROLE.DisplayRole:
            return self.title(section)
        if role in (_ROLE.AccessibleTextRole, _ROLE.ToolTipRole):
            return self.spoken_head(section)
        return None

    def spoken_head(self, section: int) -> str:
        """The head of a column in words."""
        head = self.head(section) or self.judge(section)
        return head.spoken if head is not None else self.title(section)


def _names(heads: Sequence[VariantHead], judges: Sequence[JudgeHead]) -> list[list[str]]:
    return [[each.name for each in heads], [each.title for each in judges]]
