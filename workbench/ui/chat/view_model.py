"""What Chat works on: the conversations, the shown branch, and the answer that is being written."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.events import LoggedEvent, RunFinished
from workbench.domain.run_state import RunState, fold
from workbench.domain.text import Message
from workbench.domain.views import ChatMessage, Conversation, StrategyInfo
from workbench.service.chats import ChatOptions
from workbench.ui.runs.words import output_text

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

_SEARCH_MS = 200


class ChatModel(QObject):
    """Conversations and the one that is open.

    Signals:
        conversations_changed(), strategies_changed().
        messages_changed(): the shown branch is another; ``messages`` has it.
        answer_changed(RunState, str): the answer that is being written: its run and its text.
        running_changed(bool). failed(str): a sentence. refused(str, str): what could not be sent,
        and why.
        deleted(Conversation): it can be restored.
    """

    conversations_changed = Signal()
    strategies_changed = Signal()
    messages_changed = Signal()
    answer_changed = Signal(object, str)
    running_changed = Signal(bool)
    failed = Signal(str)
    refused = Signal(str, str)
    deleted = Signal(int, str)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self.conversations: tuple[Conversation, ...] = ()
        self.strategies: tuple[StrategyInfo, ...] = ()
        self.current: int | None = None
        self.messages: tuple[ChatMessage, ...] = ()
        self.run_id: int | None = None
        self.state: RunState | None = None
        self.starting = False
        self._search = ""
        self._number = 0
        self._search_timer = QTimer(self, singleShot=True, interval=_SEARCH_MS)
        self._search_timer.timeout.connect(self.read_conversations)
        bridge.opened.connect(self.read_all)
        self.read_all()

    @property
    def running(self) -> bool:
        """Whether an answer is being written, or asked for."""
        return self.starting or self.run_id is not None

    @Slot()
    def read_all(self) -> None:
        """Read strategies and conversations."""

        async def strategies(core: object) -> tuple[StrategyInfo, ...]:
            return core.strategies()  # type: ignore[attr-defined, no-any-return]

        self._bridge.call(strategies, self._on_strategies, owner=self)
        self.read_conversations()

    def _on_strategies(self, infos: tuple[StrategyInfo, ...]) -> None:
        if infos != self.strategies:
            self.strategies = infos
            self.strategies_changed.emit()

    @Slot()
    def read_conversations(self) -> None:
        """Read the list again, with the words that are searched for."""
        words = self._search
        self._bridge.call(
            lambda core: core.conversations(words), self._on_conversations, owner=self
        )

    def _on_conversations(self, found: tuple[Conversation, ...]) -> None:
        self.conversations = found
        self.conversations_changed.emit()

    def search(self, words: str) -> None:
        """Keep the conversations in which ``words`` occur."""
        self._search = words
        self._search_timer.start()

    # --- conversations --------------------------------------------------------------------------

    def open(self, conversation_id: int) -> None:
        """Show a conversation; an answer that is still written to another goes on."""
        self._let_go()
        self.current = conversation_id
        self.read_messages()

    def start_new(self) -> None:
        """Show an empty conversation; it is kept from its first message on."""
        self._let_go()
        self.current, self.messages = None, ()
        self._number += 1
        self.messages_changed.emit()
        self.conversations_changed.emit()

    def continue_from(self, messages: Sequence[Message]) -> None:
        """Begin a conversation with what was said elsewhere, and show it."""
        self._bridge.call(
            lambda core: core.continue_from(messages),
            self._on_continued,
            self._on_failed,
            owner=self,
        )

    def _on_continued(self, made: Conversation) -> None:
        self.open(made.conversation_id)
        self.read_conversations()

    def read_messages(self) -> None:
        """Read the shown branch again."""
        conversation = self.current
        if conversation is None:
            return
        self._number += 1
        self._bridge.call(
            lambda core: core.messages(conversation),
            functools.partial(self._on_messages, self._number),
            self._on_failed,
            owner=self,
        )

    def _on_messages(self, number: int, messages: tuple[ChatMessage, ...]) -> None:
        if number != self._number:
            return
        self.messages = messages
        self.messages_changed.emit()
        last = messages[-1] if messages else None
        if last is not None and last.run_id is not None and last.run_status == "running":
            self._follow(last.run_id)

    def rename(self, conversation_id: int, title: str) -> None:
        """Give a conversation another title."""
        self._bridge.call(
            lambda core: core.rename_conversation(conversation_id, title),
            self._on_written,
            owner=self,
        )

    def delete(self, conversation_id: int) -> None:
        """Take a conversation away; it can be restored."""
        titles = {each.conversation_id: each.title for each in self.conversations}
        if conversation_id == self.current:
            self.start_new()
        self._bridge.call(
            lambda core: core.delete_conversation(conversation_id), self._on_written, owner=self
        )
        self.deleted.emit(conversation_id, titles.get(conversation_id, ""))

    def restore(self, conversation_id: int) -> None:
        """Bring a deleted conversation back and show it."""
        self._bridge.call(
            lambda core: core.restore_conversation(conversation_id), self._on_written, owner=self
        )
        self.open(conversation_id)

    def _on_written(self, _nothing: object) -> None:
        self.read_conversations()

    def show_version(self, message: ChatMessage, other: int) -> None:
        """Show another version of a message, with what follows it."""
        self._bridge.call(
            lambda core: core.show_branch(message.conversation_id, other),
            lambda _nothing: self.read_messages(),
            self._on_failed,
            owner=self,
        )

    # --- answers --------------------------------------------------------------------------------

    def send(self, text: str, options: ChatOptions) -> None:
        """Add a message to the conversation, or begin one with it."""
        conversation = self.current

        async def work(core: object) -> ChatMessage:
            target = conversation
            if target is None:
                target = (await core.create_conversation()).conversation_id  # type: ignore[attr-defined]
            message: ChatMessage = await core.send_message(target, text, options)  # type: ignore[attr-defined]
            return message

        self._begin(work, text)

    def edit(self, message: ChatMessage, text: str, options: ChatOptions) -> None:
        """Write another version of a user message and answer that."""
        self._begin(lambda core: core.edit_message(message, text, options), text)

    def regenerate(self, message: ChatMessage, options: ChatOptions) -> None:
        """Another answer beside ``message``."""
        self._begin(lambda core: core.regenerate(message, options), "")

    def _begin(self, ask: object, text: str) -> None:
        if self.running:
            return
        self.starting = True
        self.running_changed.emit(True)
        self._bridge.call(
            ask,  # type: ignore[arg-type]
            self._on_answering,
            functools.partial(self._on_refused, text),
            owner=self,
        )

    def _on_answering(self, answer: ChatMessage) -> None:
        self.starting = False
        self.current = answer.conversation_id
        if answer.run_id is not None:
            self._follow(answer.run_id)
        self.read_messages()
        self.read_conversations()

    def _on_refused(self, text: str, error: WorkbenchError) -> None:
        self.starting = False
        self.running_changed.emit(self.running)
        self.refused.emit(text, str(error))
        self.read_messages()

    def _on_failed(self, error: WorkbenchError) -> None:
        self.failed.emit(str(error))

    def read_run(self, run_id: int) -> None:
        """Tell of a stored answer's run, for what its message does not say (an error)."""
        self._bridge.call(lambda core: core.load_run(run_id), self._on_run_read, owner=self)

    def _on_run_read(self, state: RunState) -> None:
        self.answer_changed.emit(state, answer_text(state))

    def stop(self) -> None:
        """End the answer; what it says stays."""
        run_id = self.run_id
        if run_id is not None:
            self._bridge.call(lambda core: core.cancel_run(run_id))

    def _follow(self, run_id: int) -> None:
        if run_id == self.run_id:
            return
        self._let_go()
        self.run_id, self.state = run_id, RunState(run_id=run_id)
        self.running_changed.emit(True)
        self._bridge.follow(run_id, self._on_events)

    def _let_go(self) -> None:
        if self.run_id is not None:
            self._bridge.unfollow(self.run_id, self._on_events)
            self.run_id = self.state = None
            self.running_changed.emit(False)

    def _on_events(self, batch: list[LoggedEvent]) -> None:
        if self.state is None or batch[0].run_id != self.run_id:
            return
        for logged in batch:
            fold(self.state, logged)
        self.answer_changed.emit(self.state, answer_text(self.state))
        if isinstance(batch[-1].event, RunFinished):
            self._let_go()
            self.read_conversations()


def answer_text(state: RunState) -> str:
    """What an answer's message shows of its run."""
    if state.status != "running":
        return state.output
    return output_text(state)
