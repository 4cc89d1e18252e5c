"""Search or run a command: every command, prompt, run, chat and model in one box."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from workbench.domain.finding import FoundItem, FoundKind, fit, name_words
from workbench.ui.actions import Action, ActionTable, shown_keys
from workbench.ui.kit import Label, column
from workbench.ui.palette_list import Entry, EntryList, PaletteRows
from workbench.ui.popups import note_closed
from workbench.ui.scrim import Scrim

_MOST = 8
"""Most lines of a group while something is typed."""
_RECENT = 5
_WIDTH, _TOP, _EDGE = 640, 52, 8
_KINDS: dict[FoundKind, tuple[str, str]] = {
    "prompt": ("Prompts", "prompt"),
    "chat": ("Chats", "chat"),
    "model": ("Models", "models"),
    "run": ("Runs", "history"),
}
_NOTHING = (
    "Nothing found. Each word is matched at the start of words: try fewer or shorter ones, "
    "a word of an answer, or a run's number. “Search the library” reads whole prompts."
)


@dataclass(frozen=True)
class PaletteSource:
    """What the palette asks of the window.

    ``search(text)`` looks for prompts, chats, models and runs and answers through
    :meth:`CommandPalette.show_found`; ``open_item`` opens one; ``place_of(scope)`` is the title of
    a workspace, and ``here()`` the id of the one that is shown.
    """

    search: Callable[[str], None]
    open_item: Callable[[FoundItem], None]
    place_of: Callable[[str], str]
    here: Callable[[], str]


class CommandPalette(Scrim):
    """The box of Ctrl+K: a popover over the window, which is dimmed meanwhile.

    Args:
        parent: the window, over which it opens.
        actions: the commands.
        source: where all else is found and opened.
    """

    def __init__(self, parent: QWidget, actions: ActionTable, source: PaletteSource) -> None:
        super().__init__(parent)
        self.setAccessibleName("Search or run a command")
        self._actions = actions
        self._source = source
        self._window = parent
        self._recent: list[str] = []
        self._found: dict[FoundKind, tuple[FoundItem, ...]] = {}
        self._before: QWidget | None = None
        self.card = QFrame(self)
        self.card.setProperty("popover", True)
        self.box = QLineEdit()
        self.box.setPlaceholderText("A command, a prompt, a chat, a model, a run")
        self.box.setAccessibleName("Search or run a command")
        self.box.setProperty("bare", True)
        self.box.setMinimumHeight(32)
        self.list = EntryList()
        self._rows = PaletteRows(self.list)
        self.nothing = Label(_NOTHING, "body", "text-3", wrap=True)
        self.nothing.setContentsMargins(10, 4, 10, 8)
        self.card.setLayout(
            column(self.box, self.list, self.nothing, margins=(_EDGE, _EDGE, _EDGE, _EDGE), gap=6)
        )
        self._search = QTimer(self, singleShot=True, interval=0)
        """After all keys that wait already: what one typed before the last is not looked for."""
        self._search.timeout.connect(self._on_typed)
        self._listing = QTimer(self, singleShot=True, interval=0)
        """After all answers that came together: they are listed once."""
        self._listing.timeout.connect(self._list_found)
        self.box.textChanged.connect(self._on_text)
        self.list.clicked.connect(self._run)
        self.box.installEventFilter(self)
        actions.ran.connect(self._on_ran)

    @property
    def entries(self) -> list[Entry]:
        """The lines that can be chosen, from top to bottom."""
        return [entry for entry in self._rows.rows if entry.run is not None]

    def open(self) -> None:
        """Show the palette in the upper middle of the window, empty."""
        self._before = self._window.focusWidget()
        self._found = {}
        self.box.clear()
        self._refresh()
        self.cover()
        self._arrange()
        self.box.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_box(self) -> None:
        """Put it away; the focus goes back to where it was."""
        if self.isHidden():
            return
        had_focus = self.box.hasFocus()
        self.uncover()
        note_closed()
        if had_focus and self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self._before = None

    def show_found(self, text: str, kind: FoundKind, items: Sequence[FoundItem]) -> None:
        """Show what there is of a kind for ``text``, unless something else was typed meanwhile."""
        if text == self.box.text().strip() and not self.isHidden():
            self._found[kind] = tuple(items)
            self._listing.start()

    # --- events ---------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self.box:
            super().eventFilter(watched, event)
            if event.type() == QEvent.Type.Resize and not self.isHidden():
                self._arrange()
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # no command of the window hears a key while the palette is open
            return True
        return isinstance(event, QKeyEvent) and self._on_key(event)

    def _on_key(self, event: QKeyEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress:
            return False
        key = Qt.Key(event.key())
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8}
        steps |= {Qt.Key.Key_PageUp: -8}
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if key in steps:
            self._rows.step(steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self.list.currentIndex())
        elif key == Qt.Key.Key_Escape or (control and key == Qt.Key.Key_K):
            self.close_box()
        else:
            return key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.card.geometry().contains(event.position().toPoint()):
            self.close_box()

    def show_indexed(self, share: float) -> None:
        """Which part of the history can be searched: until all can, nothing found means little."""
        building = f" The history is being indexed ({int(share * 100)} %)." if share < 1 else ""
        self.nothing.setText(_NOTHING + building)

    def _arrange(self) -> None:
        """The card as high as its lines, at most as high as the window allows."""
        width = min(_WIDTH, self.width() - 48)
        chrome = 2 * _EDGE + self.box.sizeHint().height() + 12
        room = self.height() - _TOP - 48 - chrome
        self.list.setFixedHeight(min(self._rows.height(), room))
        self.list.setVisible(bool(self._rows.rows))
        self.nothing.setVisible(not self._rows.rows and not self._waiting())
        self.card.setFixedWidth(width)
        self.card.adjustSize()
        self.card.move((self.width() - width) // 2, _TOP)
        self.show_shadow_of(self.card.geometry())

    # --- what is listed -------------------------------------------------------------------------

    def _waiting(self) -> bool:
        return len(self._found) < len(get_args(FoundKind)) or self._listing.isActive()

    @Slot(str)
    def _on_ran(self, action_id: str) -> None:
        if action_id == "palette.open":
            return
        if action_id in self._recent:
            self._recent.remove(action_id)
        self._recent.insert(0, action_id)

    @Slot(str)
    def _on_text(self, _text: str) -> None:
        self._found = {}
        self._listing.stop()
        self.wait_to_look()
        self._refresh()
        self._search.start()

    @Slot()
    def _list_found(self) -> None:
        self._refresh(keep=True)

    @Slot()
    def _on_typed(self) -> None:
        text = self.box.text().strip()
        if text:
            self._source.search(text)

    def _refresh(self, *, keep: bool = False) -> None:
        """List again; ``keep`` leaves the chosen line chosen."""
        text = self.box.text().strip()
        groups = list(self._matching(text) if text else self._commands())
        self._rows.show_groups([group for group in groups if group[1]], keep=keep)
        if self.isVisible():
            self._arrange()

    def _commands(self) -> Iterator[tuple[str, list[Entry]]]:
        """With nothing typed: the last ones, those of this workspace, all others."""
        here = self._source.here()
        known = {action.id: action for action in self._actions.all()}
        recent = [known[each] for each in self._recent if each in known][:_RECENT]
        left = [action for action in known.values() if action not in recent]
        local = [action for action in left if action.scope == here]
        rest = [action for action in left if action.scope != here]
        yield "Recent", [self._command(action) for action in recent]
        yield self._source.place_of(here), [self._command(action) for action in local]
        yield "Everywhere", [self._command(action) for action in rest]

    def _matching(self, text: str) -> Iterator[tuple[str, list[Entry]]]:
        typed = name_words(text)
        here = self._source.here()
        ranked = []
        for place, action in enumerate(self._actions.all()):
            title = f"{action.title} {self._source.place_of(action.scope)}"
            rank = fit(typed, name_words(title))
            if rank is not None:
                recency = self._recent.index(action.id) if action.id in self._recent else 999
                ranked.append((rank, recency, action.scope not in ("", here), place, action))
        ranked.sort(key=lambda each: each[:4])
        yield "Commands", [self._command(each[-1]) for each in ranked[:_MOST]]
        for kind, (heading, icon) in _KINDS.items():
            yield heading, [self._item(item, icon) for item in self._found.get(kind, ())]

    def _command(self, action: Action) -> Entry:
        possible = action.when() or action.scope not in ("", self._source.here())
        note = shown_keys(action.keys)
        return Entry(
            action.title,
            "" if not action.scope else self._source.place_of(action.scope),
            note if possible else "not now",
            action.icon or "command",
            functools.partial(self._actions.perform, action.id),
            dim=not possible,
        )

    def _item(self, item: FoundItem, icon: str) -> Entry:
        note = f"Run {int(item.id):,}" if item.kind == "run" else ""
        return Entry(
            item.title, item.detail, note, icon, functools.partial(self._source.open_item, item)
        )

    @Slot(QModelIndex)
    def _run(self, index: QModelIndex) -> None:
        entry = self._rows.entry_at(index)
        if entry is not None and entry.run is not None:
            self.close_box()
            entry.run()
