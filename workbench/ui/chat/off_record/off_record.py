"""Begins conversations off the record, and keeps them after all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.off_record import is_off_the_record
from workbench.ui.actions import Action
from workbench.ui.chat.off_record.bar import OffRecordBar
from workbench.ui.tasks import background

if TYPE_CHECKING:
    from workbench.ui.chat.panel import ChatPanel

_ELSEWHERE = (
    "This conversation is off the record: keep it first, other workspaces save what they show."
)


class OffRecord(QObject):
    """Joins the bar, the list's button and the actions.

    Args:
        panel: the Chat workspace.
    """

    def __init__(self, panel: ChatPanel) -> None:
        super().__init__(panel)
        self._panel, self._model = panel, panel.model
        self.bar = OffRecordBar()
        panel.page.insert_bar(self.bar)
        self.bar.keep_wanted.connect(self.keep)
        panel.list.off_record_wanted.connect(self.begin)
        self._model.opened.connect(self._show)
        self._model.messages_changed.connect(self._show)

    def actions(self) -> tuple[Action, ...]:
        """What can be done."""
        return (
            Action(id="chat.off_record", title="New conversation off the record", run=self.begin,
                   keys="Ctrl+Shift+N", icon="eye-off"),
            Action(id="chat.keep", title="Keep the conversation that is off the record",
                   run=self.keep, when=lambda: self.is_shown),
        )  # fmt: skip

    @property
    def is_shown(self) -> bool:
        """Whether the conversation on the screen is off the record."""
        return is_off_the_record(self._model.current)

    @property
    def lost(self) -> str:
        """What the end of the program loses, as a sentence; "" where it is nothing."""
        drafts = self._model.drafts
        found = [
            each.title
            for each in self._model.off_record
            if each.leaf_id is not None or not drafts.get(each.conversation_id).is_empty
        ]
        if len(found) == 1:
            return f"“{found[0]}” is off the record and is lost then."
        return f"{len(found)} conversations off the record are lost then." if found else ""

    def allows_elsewhere(self) -> bool:
        """Whether the conversation may be shown in another workspace; says so where it may not."""
        if self.is_shown:
            self._panel.context.notify(_ELSEWHERE)
        return not self.is_shown

    @Slot()
    def _show(self) -> None:
        self.bar.setVisible(self.is_shown)

    @background
    async def begin(self) -> None:
        """Show a new conversation that is in memory only."""
        try:
            made = await self._panel.bridge.ask(lambda core: core.off_the_record.begin())
        except WorkbenchError as error:
            self._model.failed.emit(str(error))
            return
        self._model.open(made.conversation_id)
        self._model.read_conversations()
        self._panel.composer.box.setFocus()

    @background
    async def keep(self) -> None:
        """Write the shown conversation into the history."""
        number = self._model.current
        if number is None or not is_off_the_record(number):
            return
        try:
            kept = await self._panel.bridge.ask(lambda core: core.off_the_record.keep(number))
        except WorkbenchError as error:
            self._model.failed.emit(str(error))
            return
        drafts = self._model.drafts
        drafts.set(kept, drafts.get(number))
        self._model.open(kept)
        self._model.read_conversations()
        self._panel.context.notify("The conversation is kept.")
