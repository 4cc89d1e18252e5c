"""Collections of documents that a message can name: "#" lists them over the message box."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame

from workbench.domain.sources.mentions import mentions_of
from workbench.ui.kit import GhostButton, Label, row
from workbench.ui.tasks import latest

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge
    from workbench.ui.chat.composer import Composer

_TYPED = re.compile(r"(?:^|\s)#([^\n#]*)$")
_MOST = 8


class MentionsStrip(QFrame):
    """The names that fit what is typed, as buttons, or which ones the message names.

    Signals:
        chosen(str): a name.
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.words = Label("", "small", "text-3")
        self.names: tuple[str, ...] = ()
        self.buttons: list[GhostButton] = []
        self._line = row(self.words, None, margins=(8, 4, 8, 0), gap=4)
        self.setLayout(self._line)
        self.setAccessibleName("Collections of documents")
        self.hide()

    def show_names(self, words: str, names: Sequence[str]) -> None:
        """Show a sentence and names to choose from."""
        for button in self.buttons:
            self._line.removeWidget(button)
            button.deleteLater()
        self.buttons = []
        self.names = tuple(names[:_MOST])
        self.words.setText(words)
        for place, name in enumerate(self.names, start=1):
            button = GhostButton(f"#{name}".replace("&", "&&"))  # no letter of it is a key
            button.setAccessibleName(f"#{name}")
            button.setToolTip("Its passages that fit the message best go with it")
            button.clicked.connect(lambda _=False, name=name: self.chosen.emit(name))
            self._line.insertWidget(place, button)
            self.buttons.append(button)
        self.setVisible(bool(words or names))


class Mentions(QObject):
    """Follows what is typed into the message box.

    Args:
        bridge: to the core, which knows the collections.
        composer: the message box is there.
    """

    def __init__(self, bridge: Bridge, composer: Composer) -> None:
        super().__init__(composer)
        self._bridge = bridge
        self._composer = composer
        self._names: tuple[str, ...] | None = None
        self.strip = MentionsStrip()
        self.strip.chosen.connect(self.put)
        composer.put_above(self.strip)
        composer.box.textChanged.connect(self._on_text)
        composer.box.installEventFilter(self)

    @Slot()
    def _on_text(self) -> None:
        if "#" not in self._composer.box.toPlainText():
            self._names = None
            self.strip.show_names("", ())
        elif self._names is None:
            self._read()
        else:
            self._show()

    @latest
    async def _read(self) -> None:
        self._names = await self._bridge.ask(lambda core: core.sources.names())
        self._show()

    def _show(self) -> None:
        names, text = self._names or (), self._composer.box.toPlainText()
        typed = _TYPED.search(text[: self._composer.box.textCursor().position()])
        named = mentions_of(text, names).names
        begun = typed.group(1).casefold() if typed is not None else None
        fitting = [each for each in names if begun is not None and begun in each.casefold()]
        if fitting and not any(each.casefold() == begun for each in named):
            self.strip.show_names("Documents", fitting)
        elif named:
            self.strip.show_names(f"With passages of {' and '.join(named)}", ())
        else:
            self.strip.show_names("", ())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tab takes the first name that fits."""
        is_tab = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab
        if not is_tab or not self.strip.names:
            return super().eventFilter(watched, event)
        event.accept()
        if event.type() == QEvent.Type.KeyPress:
            self.put(self.strip.names[0])
        return True

    @Slot(str)
    def put(self, name: str) -> None:
        """Write a name in place of what was typed of it."""
        box = self._composer.box
        cursor = box.textCursor()
        typed = _TYPED.search(box.toPlainText()[: cursor.position()])
        if typed is not None:
            length = len(typed.group(1))
            cursor.setPosition(cursor.position() - length)
            cursor.setPosition(cursor.position() + length, cursor.MoveMode.KeepAnchor)
        cursor.insertText(f"{name} ")
        box.setTextCursor(cursor)
        box.setFocus()
