"""View model of Chat: the conversations, the shown branch, and live answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Signal, Slot

from workbench.domain.chat import UNBEGUN, ChatOptions, WaitingMessage
from workbench.domain.errors import WorkbenchError
from workbench.domain.profiles import Profile
from workbench.domain.runs.run_state import RunState
from workbench.domain.text import Message, Role
from workbench.domain.transcripts import Part
from workbench.domain.views import ChatMessage
from workbench.ui.chat.conversations_model import ConversationsModel
from workbench.ui.chat.drafts import Drafts
from workbench.ui.chat.live_answers import LiveAnswers
from workbench.ui.chat.sides.places import OpenedBranch, Place, place_of, read_sides
from workbench.ui.runs.words import output_text
from workbench.ui.tasks import background, cancel, latest

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

_END = 40
"""Messages of a long conversation that are shown while the rest of it is being read."""


class ChatModel(ConversationsModel):
    """Conversations and the one that is open.

    ``place`` has a new number for each conversation that is shown: what comes back from the core
    for an earlier one does not take the window away from where somebody is now.

    Signals:
        opening(): another conversation was asked for than is shown; settled(bool): it is shown, or,
            False, it does not come.
        opened(): another conversation is shown; ``messages``, ``system`` and ``options`` are its.
        messages_changed(): another branch, or more of it, is shown.
        found(int): go to the message at that place.
        answer_changed(RunState, str): an answer that is being written: its run and its text.
        running_changed(bool). refused(str, str, tuple[Part]): what could not be sent, why, files.
        deleted(int, str): a conversation, with its title.
    """

    opening = Signal()
    opened = Signal()
    settled = Signal(bool)
    messages_changed = Signal()
    found = Signal(int)
    answer_changed = Signal(object, str)
    running_changed = Signal(bool)
    refused = Signal(str, str, object)
    deleted = Signal(int, str)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self.current: int | None = None
        self._title = ""
        self.messages: tuple[ChatMessage, ...] = ()
        self.system = ""
        self.options: dict[str, object] = {}
        self.shown_key = UNBEGUN
        """The conversation that is on the screen, as drafts know it."""
        self.drafts = Drafts(bridge)
        self.live = LiveAnswers(bridge)
        self.live.changed.connect(self._on_live)
        self.live.listed.connect(self._tell_running)
        self._places: dict[int, int] = {}
        """Where in the branch the message with a run is."""
        self._ids: dict[int, int] = {}
        self.sides: dict[int, tuple[ChatMessage, ...]] = {}
        """The versions of each message that is shown in columns, by its id."""
        self.wanted_sides: dict[Place, bool] = {}
        """Where the user asked for columns, or for one answer."""
        self._place = 0
        self._shown_place = 0
        self._begun_place = 0
        """Where the end is shown while the rest is being read."""
        self.opens_at_end: Callable[[int], bool] = lambda _conversation: True
        """Whether the last messages are what is seen of a conversation first."""
        self._awaits_answer = False
        """Whether an answer has begun that is not shown yet: it may have ended before that."""
        self._starting: set[tuple[int | None, int]] = set()
        bridge.opened.connect(self.read_all)
        self.read_all()

    @property
    def title(self) -> str:
        """What the shown conversation is called, also where a search does not list it."""
        listed = {each.conversation_id: each.title for each in self.conversations}
        return "" if self.current is None else listed.get(self.current, self._title)

    @property
    def is_opening(self) -> bool:
        """Whether another conversation was asked for than is on the screen."""
        return self._place != self._shown_place

    @property
    def running(self) -> bool:
        """Whether the shown conversation is being answered, or is asked to be."""
        asked = self._awaits_answer or self._start_key in self._starting
        return asked or self.run_id is not None

    @property
    def run_id(self) -> int | None:
        """The run that answers in the shown conversation."""
        return None if self.current is None else self.live.of_conversation(self.current)

    @property
    def _start_key(self) -> tuple[int | None, int]:
        return (self.current, 0 if self.current is not None else self._place)

    @Slot()
    def read_all(self) -> None:
        """Read strategies, conversations and drafts."""
        self.read_strategies()
        self.drafts.read_all()
        self.read_last_system()
        self.read_conversations()

    # --- conversations --------------------------------------------------------------------------

    def open(self, conversation_id: int, message_id: int | None = None) -> None:
        """Show a conversation, at a message where one is named; answers elsewhere go on."""
        if conversation_id != self.current:
            self._leave()
            self.current = conversation_id
        self._read(conversation_id, message_id)
        if self.is_opening:
            self.opening.emit()

    def start_new(self) -> None:
        """Show an empty conversation; it is kept from its first message on."""
        self._leave()
        self.current, self.shown_key, self._shown_place = None, UNBEGUN, self._place
        cancel(self, "_read")
        self.opened.emit()
        self.messages_changed.emit()
        self.conversations_changed.emit()
        self._tell_running()
        self.settled.emit(True)

    def _leave(self) -> None:
        self._place += 1
        self._awaits_answer = False
        self._title, self.messages, self.system, self.options = "", (), "", {}
        self._places, self._ids, self.sides = {}, {}, {}

    @background
    async def continue_from(self, messages: Sequence[Message]) -> None:
        """Start a conversation with messages from elsewhere, and show it."""
        self.opening.emit()
        try:
            made = await self._bridge.ask(lambda core: core.chats.continue_from(messages))
        except WorkbenchError as error:
            self.settled.emit(False)
            self.failed.emit(str(error))
            return
        self.open(made.conversation_id)
        self.read_conversations()

    @background
    async def begin_with(self, profile: Profile) -> None:
        """Start a conversation with a profile's greeting, and show it."""
        self.opening.emit()
        try:
            made = await self._bridge.ask(lambda core: core.profiles.begin(profile))
        except WorkbenchError as error:
            self.settled.emit(False)
            self.failed.emit(str(error))
            return
        self.open(made.conversation_id)
        self.read_conversations()

    def read_messages(self) -> None:
        """Read the shown branch again."""
        if self.current is not None:
            self.open(self.current)

    @latest
    async def _read(self, conversation_id: int, message_id: int | None) -> None:
        place, wanted = self._place, dict(self.wanted_sides)
        at_end = message_id is None and self.opens_at_end(conversation_id)

        async def ask(core: Workbench) -> OpenedBranch:
            if message_id is not None:  # a write: it is done whatever is asked for next
                await asyncio.shield(core.chats.show_branch(conversation_id, message_id))
            opened = await core.chats.open(conversation_id)
            return OpenedBranch(opened, await read_sides(core, opened.messages, wanted))

        try:
            if at_end and place not in (self._shown_place, self._begun_place):
                await self._show_end(conversation_id, place)
            branch: OpenedBranch = await self._bridge.ask(ask)
        except WorkbenchError as error:
            self.start_new()
            self.failed.emit(str(error))
            return
        is_other = place != self._shown_place
        self._shown_place = place
        self._show(branch)
        self._awaits_answer = False
        shown_aside = [each for versions in branch.sides.values() for each in versions]
        for message in (*self.messages, *shown_aside):  # not only the last: a summary, columns
            if message.run_id is not None and message.run_status == "running":
                self.live.follow(message.run_id, message.conversation_id)
        if is_other and place != self._begun_place:
            self.opened.emit()
        self.messages_changed.emit()
        if message_id is not None and message_id in self._ids:
            self.found.emit(self._ids[message_id])
        if is_other:
            self.settled.emit(True)
        self._tell_running()

    async def _show_end(self, conversation_id: int, place: int) -> None:
        """Show the last messages of a long conversation; keys are held until all is read."""
        wanted = dict(self.wanted_sides)

        async def ask(core: Workbench) -> OpenedBranch | None:
            opened = await core.chats.open_end(conversation_id, _END)
            if opened is None:
                return None
            return OpenedBranch(opened, await read_sides(core, opened.messages, wanted))

        end: OpenedBranch | None = await self._bridge.ask(ask)
        if end is not None:
            self._begun_place = place
            self._show(end)
            self.opened.emit()
            self.messages_changed.emit()

    def _show(self, branch: OpenedBranch) -> None:
        """Have a conversation, or its end while the rest of it is being read."""
        read, sides = branch
        self.shown_key = read.conversation.conversation_id
        self._title, self.messages, self.system = (
            read.conversation.title,
            read.messages,
            read.system,
        )
        self.options = read.conversation.options
        self.sides = sides
        self._places = {
            each.run_id: at
            for at, message in enumerate(read.messages)
            for each in (message, *sides.get(message.message_id, ()))
            if each.run_id is not None
        }
        self._ids = {message.message_id: at for at, message in enumerate(read.messages)}

    def delete(self, conversation_id: int) -> None:
        """Take a conversation away; it can be restored."""
        titles = {each.conversation_id: each.title for each in self.conversations}
        if conversation_id == self.current:
            self.start_new()
        self._write(lambda core: core.chats.delete(conversation_id))
        self.deleted.emit(conversation_id, titles.get(conversation_id, ""))

    def restore(self, conversation_id: int) -> None:
        """Bring a deleted conversation back and show it."""
        self._write(lambda core: core.chats.restore(conversation_id))
        self.open(conversation_id)

    def keep_options(self, options: ChatOptions) -> None:
        """Keep how the shown conversation is answered from now on."""
        conversation = self.current
        if conversation is not None:
            self._bridge.call(lambda core: core.chats.keep_options(conversation, options))

    def show_version(self, message: ChatMessage, other: int) -> None:
        """Show another version of a message, with what follows it."""
        self._change(lambda core: core.chats.show_branch(message.conversation_id, other))

    @background
    async def _change(self, ask: Callable[[Workbench], Awaitable[object]]) -> None:
        """Have another end of the branch shown, which the list has too."""
        try:
            await self._bridge.ask(ask)
        except WorkbenchError as error:
            self.failed.emit(str(error))
            return
        self.read_messages()
        self.read_conversations()

    # --- answers --------------------------------------------------------------------------------

    def send(self, text: str, options: ChatOptions, files: tuple[Part, ...] = ()) -> None:
        """Add a message to the shown branch, or begin a conversation with it."""
        conversation = self.current
        after = self.messages[-1].message_id if self.messages else None
        self._begin(
            lambda core: core.chats.send(conversation, text, options, after, files),
            text,
            files,
            is_new=True,
        )

    async def send_waiting(self, conversation_id: int, waiting: WaitingMessage) -> None:
        """Send a message that waited in a conversation, whichever is shown.

        Raises:
            WorkbenchError: it was not sent.
        """
        key = (conversation_id, 0)
        self._starting.add(key)
        self._tell_running()
        try:
            answer = await self._bridge.ask(
                lambda core: core.chats.send(
                    conversation_id,
                    waiting.text,
                    waiting.options,
                    files=waiting.attachments,
                    keeps_draft=True,
                )
            )
            runs = await self._runs_with(answer)
        finally:
            self._starting.discard(key)
            self._tell_running()
        self._begun(answer, runs, shown=self.current == conversation_id and not self.is_opening)

    def edit(
        self,
        message: ChatMessage,
        text: str,
        options: ChatOptions,
        files: tuple[Part, ...] | None = None,
    ) -> None:
        """Write another version of a user message and answer that."""
        self._begin(lambda core: core.chats.edit(message, text, options, files), text, files or ())

    def regenerate(self, message: ChatMessage, options: ChatOptions) -> None:
        """Another version of an answer."""
        self._begin(lambda core: core.chats.regenerate(message, options), "")

    def is_aside(self, message: ChatMessage) -> bool:
        """Whether a message is shown in a column."""
        return any(
            message.message_id == each.message_id
            for versions in self.sides.values()
            for each in versions
        )

    def again(self, message: ChatMessage, options: ChatOptions, *, goes_on: bool = False) -> None:
        """Another answer by the model and strategy of a column, which stays one."""
        self.wanted_sides[place_of(message)] = True
        self._begin(lambda core: core.chats.again(message, options, goes_on=goes_on), "")

    def answer(self, message: ChatMessage, options: ChatOptions) -> None:
        """Answer a message that has no answer."""
        self._begin(lambda core: core.chats.answer(message, options), "")

    def summarise(self, above: ChatMessage, options: ChatOptions) -> None:
        """Sum up the shown branch until a message."""
        branch = self.messages
        self._begin(lambda core: core.chats.summarise(branch, above, options), "")

    def go_on(self, message: ChatMessage, options: ChatOptions) -> None:
        """Let an answer that was cut go on."""
        self._begin(lambda core: core.chats.continue_answer(message, options), "")

    def fork(self, message: ChatMessage, begun: str, options: ChatOptions) -> None:
        """Another version of an answer, which begins with ``begun``."""
        self._begin(lambda core: core.chats.fork_answer(message, begun, options), "")

    def add(self, text: str, options: ChatOptions, files: tuple[Part, ...] = ()) -> None:
        """Say something that is not answered yet."""
        conversation = self.current
        self._begin(
            lambda core: core.chats.add(conversation, "user", text, options, files),
            text,
            files,
            is_new=True,
        )

    def save_version(
        self, message: ChatMessage, text: str, files: tuple[Part, ...] | None = None
    ) -> None:
        """Another version of a message, without asking the model."""
        self._begin(lambda core: core.chats.save_version(message, text, files), text, files or ())

    def insert(
        self,
        message: ChatMessage,
        role: Role,
        text: str,
        *,
        after: bool,
        files: tuple[Part, ...] = (),
    ) -> None:
        """Say something before or after a message."""
        self._begin(
            lambda core: core.chats.insert(message, role, text, after=after, files=files),
            text,
            files,
        )

    @background
    async def _begin(
        self,
        ask: Callable[[Workbench], Awaitable[ChatMessage]],
        text: str,
        files: tuple[Part, ...] = (),
        *,
        is_new: bool = False,
    ) -> None:
        if self.running or self.is_opening:
            return
        key, place = self._start_key, self._place
        draft = self.shown_key
        self._starting.add(key)
        if is_new:
            self.drafts.take(draft)
        self._tell_running()
        try:
            answer = await self._bridge.ask(ask)
            runs = await self._runs_with(answer)
        except WorkbenchError as error:
            self._starting.discard(key)
            kept = self.drafts.get(draft)
            if is_new and not kept.text and not kept.attachments:
                kept = msgspec.structs.replace(kept, text=text, attachments=files)
                self.drafts.set(draft, kept)
            self._tell_running()
            is_here = place == self._place
            self.refused.emit(text if is_here else "", str(error), files if is_here else ())
            if place == self._place:
                self.read_messages()
            return
        self._starting.discard(key)
        self.drafts.sent(answer.conversation_id, draft)
        self._begun(answer, runs, shown=place == self._place)

    def _begun(self, answer: ChatMessage, runs: Sequence[int], *, shown: bool) -> None:
        """Answers are being written, in the shown conversation or elsewhere."""
        for run_id in runs:
            self.live.follow(run_id, answer.conversation_id)
        if shown:
            self.current = self.shown_key = answer.conversation_id
            self._awaits_answer = True
            self.read_messages()
            self.read_last_system()
        self._tell_running()
        self.read_conversations()

    async def _runs_with(self, answer: ChatMessage) -> tuple[int, ...]:
        """The runs that answer now: that of an answer first, then those asked for with it."""
        if answer.run_id is None:
            return ()
        if len(answer.sibling_ids) < 2:
            return (answer.run_id,)
        conversation = answer.conversation_id
        others = await self._bridge.ask(lambda core: core.chats.answering(conversation))
        return (answer.run_id, *(each for each in others if each != answer.run_id))

    @Slot()
    def _tell_running(self) -> None:
        self.running_changed.emit(self.running)

    @background
    async def read_run(self, run_id: int) -> None:
        """Emit a stored answer's run, for what its message lacks (errors, thoughts)."""
        try:
            state = await self._bridge.ask(lambda core: core.runs.load(run_id))
        except WorkbenchError:
            return
        state.run_id = run_id
        self.answer_changed.emit(state, answer_text(state))

    def place_of_message(self, message: ChatMessage) -> int | None:
        """Where in the shown branch a message is."""
        return self._ids.get(message.message_id)

    def place_of_id(self, message_id: int) -> int | None:
        """Where in the shown branch the message of an id is."""
        return self._ids.get(message_id)

    def place_of(self, run_id: int) -> int | None:
        """Where in the shown branch the answer of a run is."""
        return self._places.get(run_id)

    def stop(self) -> None:
        """End the answers of the shown conversation; what they say stays."""
        if self.current is not None:
            for run_id in self.live.all_of_conversation(self.current):
                self.stop_run(run_id)

    @Slot(int)
    def stop_run(self, run_id: int) -> None:
        """End one answer."""
        self._bridge.call(lambda core: core.runs.cancel(run_id))

    @Slot(object)
    def _on_live(self, state: RunState) -> None:
        if state.run_id in self._places:
            self.answer_changed.emit(state, answer_text(state))
            if state.status != "running":
                self.read_messages()
        if state.status != "running":
            self.read_conversations()


def answer_text(state: RunState) -> str:
    """What an answer's message shows of its run."""
    if state.status != "running":
        return state.output
    return output_text(state)
