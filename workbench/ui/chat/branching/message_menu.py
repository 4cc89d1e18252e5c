"""What can be done with a message, as a menu."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from workbench.domain.chat_tree import TreeNode
from workbench.domain.views import ChatMessage, ModelEntry
from workbench.ui.chat.branching.branching import Branching
from workbench.ui.chat.branching.label_form import LabelForm
from workbench.ui.kit.menu import Menu

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

_MOST_MODELS = 20


class MessageMenu(QObject):
    """Makes the menu of a message, in the transcript or on the map.

    Args:
        branching: does what is chosen, where it needs no text and no model.
        models: those that can answer.

    Signals:
        edit_wanted(ChatMessage), again_wanted(ChatMessage), go_on_wanted(ChatMessage),
        run_wanted(ChatMessage).
        insert_wanted(ChatMessage, bool): something is to be inserted after it, or before.
    """

    edit_wanted = Signal(object)
    again_wanted = Signal(object)
    go_on_wanted = Signal(object)
    run_wanted = Signal(object)
    insert_wanted = Signal(object, bool)

    def __init__(self, branching: Branching, models: Callable[[], Sequence[ModelEntry]]) -> None:
        super().__init__()
        self._branching = branching
        self._models = models

    def show(
        self,
        parent: QWidget,
        place: QPoint,
        message: ChatMessage | TreeNode,
        selection: str = "",
    ) -> None:
        """Show it at a place of the screen; what is chosen is done afterwards."""
        menu = self.make(parent, message, selection)
        menu.exec(place)
        menu.deleteLater()

    def make(self, parent: QWidget, message: ChatMessage | TreeNode, selection: str = "") -> Menu:
        """The menu of a message; ``selection`` is the text that is selected in it."""
        menu = Menu("The message", parent)
        if selection:
            copy = functools.partial(QGuiApplication.clipboard().setText, selection)
            _add(menu, "Copy the selection", copy)
            menu.addSeparator()
        deleted = isinstance(message, TreeNode) and message.deleted
        if deleted:
            restore = functools.partial(self._branching.restore, message.message_id)
            _add(menu, "Restore with what went along", restore)
            return menu
        if isinstance(message, ChatMessage):
            self._add_texts(menu, message)
        else:
            _add(menu, "Go there", functools.partial(self._branching.jump, message.message_id))
        menu.addSeparator()
        self._add_names(menu, parent, message)
        menu.addSeparator()
        self._add_copies(menu, message.message_id)
        menu.addSeparator()
        delete = functools.partial(self._branching.delete, message.message_id)
        _add(menu, "Delete with what follows\tDel", delete)
        return menu

    def _add_texts(self, menu: Menu, message: ChatMessage) -> None:
        """What needs the text of the message, and the box."""
        if message.role == "assistant":
            _add(menu, "Another answer", functools.partial(self.again_wanted.emit, message))
            if message.text.strip():
                _add(menu, "Continue", functools.partial(self.go_on_wanted.emit, message))
        _add(menu, "Edit\tF2", functools.partial(self.edit_wanted.emit, message))
        _add(menu, "Insert before", functools.partial(self.insert_wanted.emit, message, False))
        _add(menu, "Insert after", functools.partial(self.insert_wanted.emit, message, True))
        copy = functools.partial(QGuiApplication.clipboard().setText, message.text)
        _add(menu, "Copy the text", copy)
        if message.run_id is not None:
            _add(menu, "Open the run", functools.partial(self.run_wanted.emit, message))

    def _add_names(self, menu: Menu, parent: QWidget, message: ChatMessage | TreeNode) -> None:
        ask = functools.partial(self.ask_label, parent, message)
        _add(menu, "Rename the branch" if message.label else "Name the branch", ask)
        pin = functools.partial(self._branching.set_pinned, message.message_id, not message.pinned)
        _add(menu, "Unpin" if message.pinned else "Pin", pin)

    def _add_copies(self, menu: Menu, message_id: int) -> None:
        fork = functools.partial(self._branching.fork, message_id)
        _add(menu, "New conversation from here", functools.partial(fork, False))
        _add(menu, "New conversation with all branches", functools.partial(fork, True))
        models = [each for each in self._models() if each.can_run and not each.error]
        if models:
            others = Menu("New conversation from here with", menu)
            others.setTitle("New conversation from here with")
            for entry in models[:_MOST_MODELS]:
                _add(others, entry.name, functools.partial(fork, False, entry.path))
            menu.addMenu(others)
        _add(menu, "Take a copy", functools.partial(self._branching.copy, message_id, False))
        _add(
            menu,
            "Take a copy with what follows",
            functools.partial(self._branching.copy, message_id, True),
        )
        paste = functools.partial(self._branching.paste, message_id)
        _add(menu, "Put the copy here", paste).setEnabled(self._branching.copied is not None)

    def ask_label(self, parent: QWidget, message: ChatMessage | TreeNode) -> None:
        """Ask for the name of the branch from a message on."""
        form = LabelForm(parent.window(), message.label)
        if form.exec() == LabelForm.DialogCode.Accepted:
            self._branching.set_label(message.message_id, form.field.text())
        form.deleteLater()


def _add(menu: Menu, title: str, act: Callable[..., object]) -> QAction:
    action = menu.addAction(title)
    action.triggered.connect(lambda _checked=False: act())
    return action
