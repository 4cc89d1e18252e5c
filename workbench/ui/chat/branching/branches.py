"""Joins the panel with what can be done with its messages: menus, keys, the map, the bin."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from workbench.domain.chat_tree import TreeNode
from workbench.domain.views import ChatMessage
from workbench.ui.actions import Action
from workbench.ui.chat.branching.bin_view import BinView
from workbench.ui.chat.branching.branching import Branching
from workbench.ui.chat.branching.message_menu import MessageMenu
from workbench.ui.chat.map.map_model import MapModel
from workbench.ui.chat.map.pane import MapPane
from workbench.ui.kit import Button

if TYPE_CHECKING:
    from workbench.ui.chat.panel import ChatPanel

_MAP_WIDTH = 260


class Branches(QObject):
    """Versions and branches in the panel of Chat.

    Args:
        panel: whose transcript, composer and model these are.
    """

    def __init__(self, panel: ChatPanel) -> None:
        super().__init__(panel)
        self._panel, self._model, self._sending = panel, panel.model, panel.sending
        self.doing = Branching(panel.bridge, panel.model)
        self.menu = MessageMenu(self.doing, lambda: panel.composer.model.entries)
        self.keys = panel.transcript.keys
        self.keys.edit_wanted.connect(self._sending.edit)
        self.keys.delete_wanted.connect(self.delete)
        self.keys.undo_wanted.connect(self.doing.undo)
        self.keys.redo_wanted.connect(self.doing.redo)
        self.keys.menu_wanted.connect(self._show_menu)
        self.doing.reported.connect(self._on_reported)
        self.menu.edit_wanted.connect(self._sending.edit)
        self.menu.insert_wanted.connect(self._sending.insert)
        self.menu.again_wanted.connect(self._sending.regenerate)
        self.menu.go_on_wanted.connect(self._sending.go_on)
        self.menu.run_wanted.connect(panel.open_run)
        self.map_model = MapModel(panel.bridge)
        self.map = MapPane(self.map_model)
        self.map.hide()
        self.map_button = Button("Map", "branches", keys="Ctrl+T", tip="Map of the conversation")
        self.map_button.clicked.connect(self.toggle_map)
        self._connect_map()
        panel.list.bin.clicked.connect(self.open_bin)

    def _connect_map(self) -> None:
        view = self.map.view
        view.jump_wanted.connect(self._jump)
        view.menu_wanted.connect(self._show_menu)
        view.delete_wanted.connect(self.doing.delete)
        view.label_wanted.connect(functools.partial(self.menu.ask_label, self._panel))
        view.pin_wanted.connect(self._pin)
        view.undo_wanted.connect(self.doing.undo)
        view.redo_wanted.connect(self.doing.redo)
        self.map.closed.connect(self.toggle_map)
        self.doing.changed.connect(self.read_map)
        self._model.messages_changed.connect(self.read_map)

    def actions(self) -> tuple[Action, ...]:
        """What can be done with messages by keys, and from the palette."""
        return (
            Action(id="chat.earlier", title="Earlier version of the message",
                   run=functools.partial(self._step_version, -1), keys="Alt+Left"),
            Action(id="chat.later", title="Later version of the message",
                   run=functools.partial(self._step_version, 1), keys="Alt+Right"),
            Action(id="chat.message_before", title="Go to the message before",
                   run=functools.partial(self.keys.step, -1), keys="Alt+Up"),
            Action(id="chat.message_after", title="Go to the message after",
                   run=functools.partial(self.keys.step, 1), keys="Alt+Down"),
            Action(id="chat.regenerate", title="Another answer to the last message",
                   run=self._sending.regenerate_last, keys="Ctrl+R",
                   when=lambda: self._sending.can_regenerate),
            Action(id="chat.continue", title="Continue the answer",
                   run=self._sending.go_on_last, keys="Alt+Return",
                   when=lambda: self._sending.can_go_on),
            Action(id="chat.copy", title="Copy the last answer", run=self._copy_last,
                   keys="Ctrl+Shift+C", when=lambda: self._last_answer() is not None),
            Action(id="chat.undo", title="Undo the last change of the conversation",
                   run=self.doing.undo, when=lambda: self._model.current is not None),
            Action(id="chat.redo", title="Redo what was undone in the conversation",
                   run=self.doing.redo, when=lambda: self._model.current is not None),
            Action(id="chat.map", title="Map of the conversation", run=self.toggle_map,
                   keys="Ctrl+T", is_on=lambda: not self.map.isHidden()),
            Action(id="chat.bin", title="Bin: deleted conversations and messages",
                   run=self.open_bin),
        )  # fmt: skip

    # --- versions -------------------------------------------------------------------------------

    @Slot(object, int)
    def show_version(self, message: ChatMessage, other: int) -> None:
        """Show another version of a message, which keeps its place on the screen."""
        self._panel.stays = self._model.place_of_message(message)
        self._model.show_version(message, other)

    def _step_version(self, step: int) -> None:
        """Step the message that has the focus, or the last that has versions, seen ones first."""
        messages, focused = self._model.messages, self.keys.focused
        seen = [messages[place] for place in self._panel.transcript.shown_places]
        candidates = (*reversed(seen), *reversed(messages))
        if focused is not None and len(messages[focused].sibling_ids) > 1:
            candidates = (messages[focused],)
        for message in candidates:
            ids = message.sibling_ids
            if len(ids) > 1:
                place = ids.index(message.message_id) + step
                if 0 <= place < len(ids):
                    self.show_version(message, ids[place])
                return

    # --- the map --------------------------------------------------------------------------------

    def toggle_map(self) -> None:
        """Show the map, or take it away; the focus goes with it."""
        if self.map.isHidden():
            self.show_map()
            self.map.view.setFocus()
        else:
            had_focus = self.map.isAncestorOf(QApplication.focusWidget() or self._panel)
            self.map.hide()
            if had_focus:
                self._panel.composer.box.setFocus()

    def show_map(self) -> None:
        """Show the map, as wide as it was left."""
        self.map.show()
        splitter = self._panel.splitter
        sizes = splitter.sizes()
        if sizes[-1] < self.map.minimumWidth():  # it was never shown, or was hidden at the end
            sizes[-1] = _MAP_WIDTH
            splitter.setSizes(sizes)
        self.read_map()

    @Slot()
    def read_map(self) -> None:
        """Read the tree again, where it is seen."""
        if not self.map.isHidden():
            self.map_model.show(self._model.current)

    @Slot(int)
    def _jump(self, message_id: int) -> None:
        self.doing.jump(message_id)

    @Slot(object)
    def _pin(self, node: TreeNode) -> None:
        self.doing.set_pinned(node.message_id, not node.pinned)

    # --- menus, deleting ------------------------------------------------------------------------

    @Slot(object)
    def delete(self, message: ChatMessage) -> None:
        """Delete a message with what follows it."""
        self.doing.delete(message.message_id)

    @Slot(object, QPoint)
    def _show_menu(self, message: ChatMessage | TreeNode, place: QPoint) -> None:
        view = None
        if isinstance(message, ChatMessage):
            at = self._model.place_of_message(message)
            view = self._panel.transcript.view_at(at) if at is not None else None
        selection = view.body.selection() if view is not None else ""
        self.menu.show(self._panel, place, message, selection)

    @Slot(str, object)
    def _on_reported(self, words: str, undo: object) -> None:
        act = undo if callable(undo) else None
        self._panel.banner.show_message(words, "text-2", "Undo" if act else "", act)

    def _last_answer(self) -> ChatMessage | None:
        return next((it for it in reversed(self._model.messages) if it.role == "assistant"), None)

    def _copy_last(self) -> None:
        answer = self._last_answer()
        if answer is not None:
            QGuiApplication.clipboard().setText(answer.text)

    # --- the bin --------------------------------------------------------------------------------

    def open_bin(self) -> None:
        """Show what is deleted."""
        view = BinView(self._panel.bridge, self._panel.window())
        view.restored.connect(self._on_restored)
        view.exec()
        view.deleteLater()

    @Slot(int, object)
    def _on_restored(self, conversation_id: int, _message_id: int | None) -> None:
        self._model.open(conversation_id)
        self._model.read_conversations()
