"""The lines of the palette: headings, and entries with an icon, a title and muted notes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QListView

from workbench.ui.kit.row_delegate import Index, Row, RowDelegate, RowsModel

_Flag = Qt.ItemFlag
_ROW, _HEADING, _PADDING, _ICON = 32, 28, 10, 16


@dataclass(frozen=True)
class Entry:
    """A line of the palette; without ``run`` a heading.

    ``detail`` is shown quietly behind the title, ``note`` at the right end; ``dim`` says that it
    is not available now.
    """

    title: str
    detail: str = ""
    note: str = ""
    icon: str = ""
    run: Callable[[], None] | None = None
    dim: bool = False


class PaletteRows(RowsModel[Entry]):
    """Groups of entries, each under its heading.

    Args:
        view: the list that shows them.
    """

    def __init__(self, view: QListView) -> None:
        super().__init__()
        self.setParent(view)
        self._view = view
        view.setModel(self)

    def show_groups(self, groups: Sequence[tuple[str, list[Entry]]], *, keep: bool) -> None:
        """List these; the first line is chosen, or with ``keep`` the one that was."""
        before = self.entry_at(self._view.currentIndex()) if keep else None
        self.beginResetModel()
        self.rows = [each for heading, entries in groups for each in (Entry(heading), *entries)]
        self.endResetModel()
        at = next((place for place, entry in enumerate(self.rows) if entry.run is not None), -1)
        if before is not None:
            same = (before.title, before.note)
            rows = enumerate(self.rows)
            at = next((i for i, e in rows if e.run and (e.title, e.note) == same), at)
        self._view.setCurrentIndex(self.index(at))

    def step(self, by: int) -> None:
        """Choose another line, over headings, not past the ends."""
        places = [place for place, entry in enumerate(self.rows) if entry.run is not None]
        if not places:
            return
        row = self._view.currentIndex().row()
        at = places.index(row) if row in places else 0
        chosen = places[min(max(at + by, 0), len(places) - 1)]
        first = chosen == places[0]
        self._view.setCurrentIndex(self.index(chosen))
        if first:
            self._view.scrollToTop()

    def entry_at(self, index: QModelIndex) -> Entry | None:
        """The entry of a row, None where there is none."""
        return self.rows[index.row()] if index.isValid() else None

    def height(self) -> int:
        """Of all lines, in pixels."""
        return sum(_ROW if entry.run is not None else _HEADING for entry in self.rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        heading = index.isValid() and self.rows[index.row()].run is None
        return _Flag.NoItemFlags if heading else _Flag.ItemIsEnabled | _Flag.ItemIsSelectable

    def text(self, row: Entry) -> str:
        return row.title

    def spoken(self, row: Entry) -> str:
        return ", ".join(part for part in (row.title, row.detail, row.note) if part)


class EntryList(QListView):
    """Shows :class:`PaletteRows`; the keys come from the box above it."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Results")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(_Delegate(self))


class _Delegate(RowDelegate):
    """Icon, title and detail left, note right; a heading alone."""

    def paint_row(self, row: Row, index: Index) -> None:
        entry: Entry = index.data(Qt.ItemDataRole.UserRole)
        if entry.run is not None:
            row.ground(6)
        row.inset(_PADDING, _PADDING)
        if entry.run is None:
            row.left(entry.title, "micro", "text-3")
            return
        row.icon(entry.icon, "text-off" if entry.dim else "text-2", _ICON, gap=10)
        row.right(entry.note, gap=16 if entry.note else 0)
        row.left(entry.title, "body", "text-off" if entry.dim else "text", gap=10)
        row.left(entry.detail, "small", "text-3")

    def height_of(self, index: Index) -> int:
        entry: Entry = index.data(Qt.ItemDataRole.UserRole)
        return _HEADING if entry.run is None else _ROW
