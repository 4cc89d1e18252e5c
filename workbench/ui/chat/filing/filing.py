"""Pins, folders and tags of conversations, from Chat's own list; how far the index of it is."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.views import Labels
from workbench.ui.history.opened.labels_form import LabelsPopover
from workbench.ui.tasks import background

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge
    from workbench.ui.chat.conversation_list import ConversationList
    from workbench.ui.chat.view_model import ChatModel
    from workbench.ui.kit.banner import Banner


class Filing(QObject):
    """Does what the menu of a conversation says of its pin, folder and tags, and what is dragged.

    Args:
        bridge: to the core.
        model: its list is read again.
        found: the list.
        banner: says where a conversation was put, with Undo.
    """

    def __init__(
        self, bridge: Bridge, model: ChatModel, found: ConversationList, banner: Banner
    ) -> None:
        super().__init__(found)
        self._bridge, self._model, self._list = bridge, model, found
        self._banner = banner
        self.labels = LabelsPopover(bridge, found)
        self.labels.form.saved.connect(model.read_conversations)
        self.labels.form.failed.connect(model.failed)
        found.pin_wanted.connect(self.pin)
        found.labels_wanted.connect(self._on_labels)
        found.list.filed.connect(self.put)
        model.conversations_changed.connect(self._on_conversations)

    @background
    async def pin(self, conversation_id: int, pinned: bool) -> None:
        """Pin a conversation to the top of the list, or let it go back to its place."""

        async def work(core: Workbench) -> None:
            before: Labels = await core.history.labels("conversation", conversation_id)
            labels = msgspec.structs.replace(before, pinned=pinned)
            await core.history.set_labels("conversation", conversation_id, labels)

        await self._bridge.ask(work)
        self._model.read_conversations()

    @background
    async def put(self, conversation_id: int, folder: str) -> None:
        """Put a conversation into a folder ("" out of it), and offer to take that back."""

        async def work(core: Workbench) -> str:
            before: Labels = await core.history.labels("conversation", conversation_id)
            labels = msgspec.structs.replace(before, folder=folder)
            await core.history.set_labels("conversation", conversation_id, labels)
            return before.folder

        listed = {each.conversation_id: each.title for each in self._model.conversations}
        title = listed.get(conversation_id, "The conversation")
        try:
            before = await self._bridge.ask(work)
        except WorkbenchError as error:
            self._model.failed.emit(str(error))
            return
        self._model.read_conversations()
        words = f"is in the folder “{folder}”" if folder else f"is not in “{before}” any more"
        undo = functools.partial(self.put, conversation_id, before)
        self._banner.show_message(f"“{title}” {words}.", "text-2", "Undo", undo)

    @Slot(int)
    def _on_labels(self, conversation_id: int) -> None:
        self.labels.open_for("conversation", conversation_id, self._list.search)

    @Slot()
    def _on_conversations(self) -> None:
        self._list.show_index_note(self._model.index_note)
