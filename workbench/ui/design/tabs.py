"""The row of open prompts: a tab each, and at its right end what is done with the text."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QAction, QEnterEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QTabBar

from workbench.ui.actions import Action, menu_groups, shown_keys
from workbench.ui.bindings import bindings
from workbench.ui.kit import IconButton, row
from workbench.ui.kit.menu import Menu
from workbench.ui.theme import font, icon, theme

_HEIGHT = 36
_LONGEST = 28
"""Characters of a name in its tab."""


_LOCKED = "Stays as it is: saving makes your own copy"


class _Close(IconButton):
    """Closes a tab; while the text is not saved it shows a dot until the mouse is over it."""

    def __init__(self, name: str) -> None:
        super().__init__("close", f"Close {name}", size=20, glyph=12)
        self._dirty = False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Ctrl+W closes with the keyboard

    def show_dirty(self, dirty: bool) -> None:
        if dirty != self._dirty:
            self._dirty = dirty
            self._choose(over=self.underMouse())

    def _choose(self, *, over: bool) -> None:
        self.set_icon("dot" if self._dirty and not over else "close")

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._choose(over=True)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._choose(over=False)


class _Bar(QTabBar):
    """Tabs that the middle button closes.

    Signals:
        closed(int): the tab at that index.
    """

    closed = Signal(int)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            index = self.tabAt(event.position().toPoint())
            if index >= 0:
                self.closed.emit(index)
            return
        super().mouseReleaseEvent(event)


class TabRow(QFrame):
    """The open prompts by path; the buttons at the right belong to the one in front.

    Signals:
        chosen(str), close_wanted(str): a path.
        format_wanted(): tidy the text.
    """

    chosen = Signal(str)
    close_wanted = Signal(str)
    format_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._order: list[str] = []
        self._locked: set[str] = set()
        self.setProperty("surface", "panel")
        self.setProperty("rule", "bottom")
        self.setFixedHeight(_HEIGHT)
        self.bar = _Bar()
        self.bar.setAccessibleName("Open prompts")
        self.bar.setAccessibleName("Open prompts")
        self.bar.setFont(font("body"))
        self.bar.setExpanding(False)
        self.bar.setMovable(True)
        self.bar.setElideMode(Qt.TextElideMode.ElideNone)  # rather scroll than hide every name
        self.bar.currentChanged.connect(self._on_current)
        self.bar.closed.connect(self._on_middle)
        self.format = IconButton("format", "Format the prompt", keys="Shift+Alt+F")
        self.format.clicked.connect(self.format_wanted)
        self.more = IconButton("dots", "More about this prompt")
        self.more.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
        layout = row(self.bar, self.format, self.more, margins=(0, 0, 8, 0), gap=4)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.hide()
        theme().changed.connect(self._on_theme)

    def set_menu(self, actions: tuple[Action, ...]) -> None:
        """What "more" offers, of all actions those with a place in a menu."""
        menu = Menu("More about this prompt", self.more)
        for group in menu_groups(actions):
            menu.addSeparator()
            for action in group:
                entry = menu.addAction(action.title)
                entry.triggered.connect(functools.partial(_run, action))
                menu.aboutToShow.connect(functools.partial(self._refresh_entry, entry, action))
        self.more.setMenu(menu)

    def _refresh_entry(self, entry: QAction, action: Action) -> None:
        hint = shown_keys(bindings().at(action.keys, self.more))
        entry.setText(f"{action.title}\t{hint}" if hint else action.title)
        if action.is_on is not None:
            entry.setCheckable(True)
            entry.setChecked(action.is_on())

    def paths(self) -> list[str]:
        """The open prompts in the order of their tabs."""
        return [str(self.bar.tabData(index)) for index in range(self.bar.count())]

    def keep_order(self, paths: Sequence[str]) -> None:
        """Put these in this order, whichever is shown first."""
        self._order = list(paths)

    def show_path(self, path: str) -> None:
        """Bring a prompt's tab to the front, made if there is none."""
        with QSignalBlocker(self.bar):
            if path not in self.paths():
                self._name(self.bar.insertTab(self._place_for(path), icon("prompt"), ""), path)
            self.bar.setCurrentIndex(self.paths().index(path))
        self.show()

    def _place_for(self, path: str) -> int:
        """Before the first tab that comes after it in the order to keep; else at the end."""
        if path not in self._order:
            return self.bar.count()
        later = set(self._order[self._order.index(path) :])
        return next((i for i, each in enumerate(self.paths()) if each in later), self.bar.count())

    def _name(self, index: int, path: str) -> None:
        name = Path(path).stem
        self.bar.setTabText(index, name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…")
        self.bar.setTabData(index, path)
        self.bar.setTabToolTip(index, path)
        close = _Close(name)
        close.clicked.connect(functools.partial(self.close_wanted.emit, path))
        self.bar.setTabButton(index, QTabBar.ButtonPosition.RightSide, close)

    def rename(self, old: str, new: str) -> None:
        """A prompt has another path; its tab stays where it is."""
        if old in self.paths():
            self._name(self.paths().index(old), new)

    def remove(self, path: str) -> None:
        """Take a prompt's tab away."""
        if path in self.paths():
            self.bar.removeTab(self.paths().index(path))
            self.setVisible(self.bar.count() > 0)

    def show_dirty(self, path: str, dirty: bool, *, locked: bool = False) -> None:
        """Mark a prompt that has something to save, and one that must stay as it is."""
        if path not in self.paths():
            return
        (self._locked.add if locked else self._locked.discard)(path)
        index = self.paths().index(path)
        button = self.bar.tabButton(index, QTabBar.ButtonPosition.RightSide)
        if isinstance(button, _Close):
            button.show_dirty(dirty)
        notes = [*(["Not saved"] if dirty else []), *([_LOCKED] if locked else [])]
        self.bar.setTabToolTip(index, "\n".join([path, *notes]))
        self.bar.setAccessibleTabName(index, ", ".join([Path(path).stem, *notes]))
        self._show_icon(index)

    def step(self, by: int) -> None:
        """Go to the next tab or, with -1, the one before, round and round."""
        count = self.bar.count()
        if count:
            self.bar.setCurrentIndex((self.bar.currentIndex() + by) % count)

    @Slot(int)
    def _on_current(self, index: int) -> None:
        if index >= 0 and self.bar.tabData(index):
            self.chosen.emit(str(self.bar.tabData(index)))

    @Slot(int)
    def _on_middle(self, index: int) -> None:
        self.close_wanted.emit(str(self.bar.tabData(index)))

    @Slot()
    def _on_theme(self) -> None:
        for index in range(self.bar.count()):
            self._show_icon(index)

    def _show_icon(self, index: int) -> None:
        locked = self.bar.tabData(index) in self._locked
        self.bar.setTabIcon(index, icon("lock" if locked else "prompt"))


def _run(action: Action, _checked: bool = False) -> None:
    if action.when():
        action.run()
