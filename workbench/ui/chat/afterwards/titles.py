"""Asks for a title of a conversation and offers it; nothing is renamed by itself."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.runs.run_state import RunState
from workbench.ui.actions import Action
from workbench.ui.chat.afterwards.choices import after_answers
from workbench.ui.tasks import latest

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge
    from workbench.ui.chat.view_model import ChatModel
    from workbench.ui.kit import Banner


class TitleOffers(QObject):
    """A title by the model that is loaded: after the first answer, or where one is asked for.

    Args:
        bridge: to the core.
        model: the conversations.
        banner: where a title is offered, unless it says something else.

    Signals:
        failed(str): why there is none, where one was asked for.
    """

    failed = Signal(str)

    def __init__(self, bridge: Bridge, model: ChatModel, banner: Banner) -> None:
        super().__init__(banner)
        self._bridge, self._model, self._banner = bridge, model, banner
        self._offer = ""
        """What the banner says of a title."""
        model.live.ended.connect(self._on_ended)
        model.opened.connect(self.withdraw)

    def actions(self) -> tuple[Action, ...]:
        """The commands."""
        return (
            Action(id="chat.suggest_title", title="Suggest a title", run=self.ask_for_shown,
                   when=lambda: self._model.current is not None),
        )  # fmt: skip

    @Slot(object, int)
    def _on_ended(self, state: RunState, conversation_id: int) -> None:
        """Ask for a title after the first answer of the conversation that is shown.

        Its messages may not be: a short answer ends before they are read.
        """
        is_wanted = state.status == "done" and after_answers().suggests_titles
        if is_wanted and conversation_id == self._model.current:
            self._ask_by_itself(conversation_id)

    @latest
    async def _ask_by_itself(self, conversation_id: int) -> None:
        try:
            title = await self._bridge.ask(
                lambda core: core.chats.suggest_title(conversation_id, unless_named=True)
            )
        except WorkbenchError:  # it was not asked for
            return
        if title and self._model.current == conversation_id and self._banner.isHidden():
            self._show(conversation_id, title)

    @Slot()
    def ask_for_shown(self) -> None:
        """Ask for a title of the conversation that is shown."""
        if self._model.current is not None:
            self.ask(self._model.current)

    @Slot(int)
    @latest
    async def ask(self, conversation_id: int) -> None:
        """Ask for a title of a conversation of the list."""
        self._offer = "The model is writing a title…"
        self._banner.show_message(self._offer, "text-2")
        try:
            title = await self._bridge.ask(lambda core: core.chats.suggest_title(conversation_id))
        except WorkbenchError as error:
            self.withdraw()
            self.failed.emit(str(error))
            return
        if title:
            self._show(conversation_id, title)
        else:
            self.withdraw()
            self.failed.emit("No title was written: an answer is at work, or the model had none.")

    def _show(self, conversation_id: int, title: str) -> None:
        use = functools.partial(self._model.rename, conversation_id, title)
        self._offer = f"Suggested title: “{title}”"
        self._banner.show_message(self._offer, "text-2", "Use it", use)

    @Slot()
    def withdraw(self) -> None:
        """Another conversation is shown: what was offered was for the one before."""
        if self._offer and self._banner.message == self._offer:
            self._banner.hide()
        self._offer = ""
