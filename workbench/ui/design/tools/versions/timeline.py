"""The timeline of a prompt: its versions, newest first, under the days they came."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QRect, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QListView, QStyle

from workbench.domain.prompts.versions import PromptVersion
from workbench.domain.text import count_text
from workbench.ui.kit.row_delegate import Index, Row, RowDelegate, draw_icon, draw_text
from workbench.ui.theme import color, theme

_VERSION = Qt.ItemDataRole.UserRole
_CURRENT = Qt.ItemDataRole.UserRole + 1
_ROW, _DAY = 44, 28
_LEFT, _TEXT = 10, 34
_ORIGINS = {
    "saved": ("save", "saved"),
    "run": ("play", "first seen in a run"),
    "imported": ("download", "found in the file"),
}


def origin_of(version: PromptVersion) -> tuple[str, str]:
    """The icon and the words of where a version came from."""
    if version.restored_at is not None:
        day = day_of(version.restored_at)
        day = day.lower() if day.endswith("day") else day
        return "undo", f"restored {day} {clock_of(version.restored_at)}"
    return _ORIGINS[version.origin]


def day_of(at: float) -> str:
    """A day in words; a time that is not known has none."""
    if not at:
        return "Earlier"
    day, today = time.localtime(at), time.localtime()
    if day[:3] == today[:3]:
        return "Today"
    if day[:3] == time.localtime(time.time() - 86_400)[:3]:
        return "Yesterday"
    return time.strftime("%d %B" if day.tm_year == today.tm_year else "%d %B %Y", day).lstrip("0")


def clock_of(at: float) -> str:
    """Hours and minutes."""
    return time.strftime("%H:%M", time.localtime(at)) if at else ""


def changes_of(version: PromptVersion) -> str:
    """Lines added and removed, "" where the version changed none."""
    parts = [f"+{version.added}"] if version.added else []
    parts += [f"\u2212{version.removed}"] if version.removed else []
    return " ".join(parts)


def runs_of(version: PromptVersion) -> str:
    """How many runs used a version."""
    if not version.runs:
        return ""
    return count_text(version.runs, "run")


class VersionsList(QListView):
    """Versions to choose from, by mouse or arrow keys.

    Signals:
        chosen(int): a number. name_wanted(): F2 was pressed.
    """

    chosen = Signal(int)
    name_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Versions, newest first")
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setUniformItemSizes(False)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setMinimumHeight(120)
        self._updating = False
        self._model = QStandardItemModel(self)
        self.setModel(self._model)
        self.setItemDelegate(_Delegate(self))
        self.selectionModel().currentChanged.connect(self._on_current)
        theme().changed.connect(self.viewport().update)

    def show_versions(
        self, versions: Sequence[PromptVersion], current: int | None, selected: int
    ) -> None:
        """Show other versions; ``current`` has the text in the editor."""
        place = self.verticalScrollBar().value()
        self._updating = True
        self._model.clear()
        chosen = None
        day = ""
        for version in versions:
            if day_of(version.created_at) != day:
                day = day_of(version.created_at)
                self._model.appendRow(_day_item(day))
            item = _item(version, is_current=version.number == current)
            self._model.appendRow(item)
            if version.number == selected:
                chosen = item
        if chosen is not None:
            self.setCurrentIndex(chosen.index())
        self._updating = False
        self.verticalScrollBar().setValue(place)

    def numbers(self) -> list[int]:
        """The numbers that are listed, from the top."""
        found = []
        for row in range(self._model.rowCount()):
            version = self._model.item(row).data(_VERSION)
            if version is not None:
                found.append(version.number)
        return found

    def choose(self, number: int) -> None:
        """Select a version."""
        for row in range(self._model.rowCount()):
            version = self._model.item(row).data(_VERSION)
            if version is not None and version.number == number:
                self.setCurrentIndex(self._model.item(row).index())

    @Slot(QModelIndex)
    def _on_current(self, index: QModelIndex) -> None:
        version = index.data(_VERSION)
        if version is not None and not self._updating:
            self.chosen.emit(version.number)

    def event(self, event: QEvent) -> bool:
        """F2 is this list's own while it has the focus."""
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_F2:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F2:
            self.name_wanted.emit()
            return
        super().keyPressEvent(event)


def _day_item(day: str) -> QStandardItem:
    item = QStandardItem(day)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    return item


def _item(version: PromptVersion, *, is_current: bool) -> QStandardItem:
    item = QStandardItem(f"Version {version.number}")
    item.setData(version, _VERSION)
    item.setData(is_current, _CURRENT)
    spoken = [
        f"Version {version.number}",
        "in the editor" if is_current else "",
        version.name,
        origin_of(version)[1],
        f"{day_of(version.created_at)} {clock_of(version.created_at)}",
        f"{count_text(version.added, 'line')} added, {version.removed:,} removed",
        runs_of(version),
        version.note,
    ]
    item.setData(", ".join(filter(None, spoken)), Qt.ItemDataRole.AccessibleTextRole)
    if version.note:
        item.setData(version.note, Qt.ItemDataRole.AccessibleDescriptionRole)
    return item


class _Delegate(RowDelegate):
    """Paints days and versions."""

    def height_of(self, index: Index) -> int:
        return _DAY if index.data(_VERSION) is None else _ROW

    def paint_row(self, row: Row, index: Index) -> None:
        version: PromptVersion | None = index.data(_VERSION)
        if version is None:
            place = row.box.adjusted(_LEFT, 0, -8, -4)
            bottom = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft
            draw_text(row.painter, place, index.data(), "micro", "text-3", bottom)
            return
        row.ground(6)
        if row.option.state & QStyle.StateFlag.State_HasFocus:
            row.painter.setPen(color("focus"))
            row.painter.setBrush(Qt.BrushStyle.NoBrush)
            row.painter.drawRoundedRect(row.box.adjusted(1, 1, -2, -2), 6, 6)
        self._paint_version(row, version, is_current=index.data(_CURRENT))

    @staticmethod
    def _paint_version(row: Row, version: PromptVersion, *, is_current: bool) -> None:
        area = row.box
        picture, words = origin_of(version)
        upper = QRect(area.left() + _TEXT, area.top() + 3, area.width() - _TEXT - 10, 20)
        lower = upper.translated(0, 19)
        draw_icon(
            row.painter, picture, "text-2", 16, area.left() + _LEFT, area.adjusted(0, 0, 0, -14)
        )
        row.room = upper
        clock = clock_of(version.created_at)
        row.right(clock, gap=12 if clock else 0)
        row.left(f"Version {version.number}", "body-strong", "text", gap=8)
        note = version.name or ("in the editor" if is_current else "")
        if version.name and is_current:
            note = f"{version.name} \u00b7 in the editor"
        row.left(note, "body", "text-2")
        row.room = lower
        counts = " \u00b7 ".join(filter(None, (changes_of(version), runs_of(version))))
        row.right(counts, "small", "text-2", gap=12 if counts else 0)
        remark = " ".join(version.note.split())
        row.left(f"{words} \u00b7 {remark}" if remark else words, "small", "text-3")
