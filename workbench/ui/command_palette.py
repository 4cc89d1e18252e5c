"""Search or run a command: every action, prompt, run and conversation in one box."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from rapidfuzz import fuzz, process, utils

from workbench.domain.views import SearchHit
from workbench.ui.actions import ActionTable, shown_keys
from workbench.ui.theme import color, font
from workbench.ui.widgets import column

_Index = QModelIndex | QPersistentModelIndex
_MOST = 60
_LEAST_SCORE = 55
_SEARCH_DELAY_MS = 120


@dataclass(frozen=True)
class Entry:
    """A line of the palette: its text, a quiet note at the right, and what it does."""

    title: str
    note: str
    run: Callable[[], None]


class _Entries(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []

    def show_entries(self, entries: list[Entry]) -> None:
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, _parent: _Index | None = None) -> int:
        return len(self.entries)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        entry = self.entries[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return entry.title
        return entry.note if role == Qt.ItemDataRole.UserRole else None


class _Line(QStyledItemDelegate):
    """Title left, note right."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        area: QRect = option.rect
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("selected"))
            painter.drawRoundedRect(area.adjusted(4, 1, -4, -1), 6, 6)
        painter.setFont(font("body"))
        note = str(index.data(Qt.ItemDataRole.UserRole) or "")
        inner = area.adjusted(14, 0, -14, 0)
        painter.setPen(color("text-3"))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, note)
        inner.setRight(inner.right() - painter.fontMetrics().horizontalAdvance(note) - 16)
        painter.setPen(color("text"))
        title = painter.fontMetrics().elidedText(
            str(index.data()), Qt.TextElideMode.ElideRight, inner.width()
        )
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, title)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(0, 32)


class CommandPalette(QDialog):
    """The box of Ctrl+K.

    Args:
        parent: the window, over which it opens.
        actions: the commands.
        search: asked for hits in the history while typing; answers through :meth:`show_hits`.
        open_hit: opens a hit.
    """

    def __init__(
        self,
        parent: QWidget,
        actions: ActionTable,
        search: Callable[[str], None],
        open_hit: Callable[[SearchHit], None],
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAccessibleName("Search or run a command")
        self.setProperty("surface", "panel")
        self._actions = actions
        self._search = search
        self._open_hit = open_hit
        self._recent: list[str] = []
        self._hits: tuple[SearchHit, ...] = ()
        self.box = QLineEdit()
        self.box.setPlaceholderText("Type a command, or words from a prompt, a run or a chat")
        self.box.setAccessibleName("Search or run a command")
        self.box.setMinimumHeight(34)
        self.list = QListView()
        self.list.setAccessibleName("Results")
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(_Line(self.list))
        self._model = _Entries()
        self.list.setModel(self._model)
        self.setLayout(column(self.box, self.list, margins=(8, 8, 8, 8), gap=8))
        self.resize(620, 420)
        self._timer = QTimer(self, singleShot=True, interval=_SEARCH_DELAY_MS)
        self._timer.timeout.connect(self._on_pause)
        self.box.textChanged.connect(self._on_text)
        self.box.returnPressed.connect(self._on_return)
        self.list.clicked.connect(self._on_clicked)
        self.box.installEventFilter(self)
        actions.ran.connect(self._on_ran)

    def open_over(self, parent: QWidget) -> None:
        """Show the palette in the upper middle of ``parent``, empty."""
        self._hits = ()
        self.box.clear()
        self._refresh()
        corner = parent.mapToGlobal(parent.rect().topLeft())
        self.move(corner.x() + (parent.width() - self.width()) // 2, corner.y() + 52)
        self.show()
        self.box.setFocus()

    def show_hits(self, text: str, hits: Sequence[SearchHit]) -> None:
        """Show what the history has for ``text``, unless something else was typed meanwhile."""
        if text == self.box.text().strip():
            self._hits = tuple(hits)
            self._refresh()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            watched is self.box
            and isinstance(event, QKeyEvent)
            and event.type() == (QEvent.Type.KeyPress)
        ):
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
            step = steps.get(Qt.Key(event.key()))
            if step is not None:
                last = self._model.rowCount() - 1
                row = min(max(self.list.currentIndex().row() + step, 0), last)
                self.list.setCurrentIndex(self._model.index(row))
                return True
        return super().eventFilter(watched, event)

    @Slot(str)
    def _on_ran(self, action_id: str) -> None:
        if action_id in self._recent:
            self._recent.remove(action_id)
        self._recent.insert(0, action_id)

    @Slot(str)
    def _on_text(self, _text: str) -> None:
        self._refresh()
        self._timer.start()

    @Slot()
    def _on_pause(self) -> None:
        text = self.box.text().strip()
        if text:
            self._search(text)
        else:
            self._hits = ()

    def _refresh(self) -> None:
        text = self.box.text().strip()
        usable = [action for action in self._actions.all() if action.when()]
        if text:
            titles = [action.title for action in usable]
            found = process.extract(
                text,
                titles,
                scorer=fuzz.WRatio,
                processor=utils.default_process,
                limit=_MOST,
                score_cutoff=_LEAST_SCORE,
            )
            usable = [usable[index] for _, _, index in found]
        else:
            rank = {action_id: place for place, action_id in enumerate(self._recent)}
            usable.sort(key=lambda action: rank.get(action.id, len(rank)))
        entries = [
            Entry(action.title, shown_keys(action.keys), _Trigger(self._actions, action.id))
            for action in usable
        ]
        entries += [self._hit_entry(hit) for hit in self._hits]
        self._model.show_entries(entries)
        if entries:
            self.list.setCurrentIndex(self._model.index(0))

    def _hit_entry(self, hit: SearchHit) -> Entry:
        snippet = " ".join(hit.snippet.replace("\x02", "").replace("\x03", "").split())
        kind = f"Run {hit.id:,}" if hit.kind == "run" else "Chat"
        return Entry(f"{hit.title}: {snippet}", kind, lambda: self._open_hit(hit))

    @Slot()
    def _on_return(self) -> None:
        self._run(self.list.currentIndex())

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self._run(index)

    def _run(self, index: QModelIndex) -> None:
        if index.isValid():
            entry = self._model.entries[index.row()]
            self.hide()
            entry.run()


class _Trigger:
    """Triggers one action of the table."""

    def __init__(self, actions: ActionTable, action_id: str) -> None:
        self._actions = actions
        self._action_id = action_id

    def __call__(self) -> None:
        self._actions.trigger(self._action_id)
