"""Versions and branches: which is shown, what is deleted, inserted, copied, named and undone."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.domain.attachments import attached_files, title_words, with_files
from workbench.domain.chat import ChatOptions
from workbench.domain.chat_tree import BinItem, ConversationTree, TreeChange
from workbench.domain.errors import UsageError
from workbench.domain.off_record import is_off_the_record
from workbench.domain.text import Role
from workbench.domain.transcripts import Part
from workbench.domain.views import ChatMessage, Conversation
from workbench.history.chats import conversations, message_tree
from workbench.history.chats.branches import adding, deleting, outline, parents, showing
from workbench.service.chats.reader import ConversationReader, title_of

_APART = (
    "A message off the record is not copied into a conversation that is kept, nor the other way "
    "round: copy its text, or keep the whole conversation."
)
_NOTHING = "There is nothing to save: write a message or attach a file first."


class Branches(ConversationReader):
    """The tree of a conversation.

    What adds, deletes or brings back can be undone and done again, newest first, until the program
    ends; what is deleted stays in the bin after that.
    """

    # --- seeing ---------------------------------------------------------------------------------

    async def tree(self, conversation_id: int) -> ConversationTree:
        """Every message of a conversation with its text, deleted and hidden ones among them.

        Raises:
            UsageError: there is no such conversation.
        """
        return await self._store.read(outline.load_tree, conversation_id)

    async def outline(self, conversation_id: int) -> ConversationTree:
        """The same without texts, which :meth:`beginnings` gives for those that are seen."""
        return await self._store.read(outline.load_tree, conversation_id, with_texts=False)

    async def beginnings(self, message_ids: Sequence[int]) -> dict[int, str]:
        """The first words of messages."""
        return await self._store.read(outline.load_beginnings, message_ids)

    async def show_branch(self, conversation_id: int, message_id: int) -> None:
        """Show the branch through a message, where one was in it, else to its newest end."""
        await self._store.write(showing.set_leaf, conversation_id, message_id)

    # --- adding ---------------------------------------------------------------------------------

    async def add(
        self,
        conversation_id: int | None,
        role: Role,
        text: str,
        options: ChatOptions,
        files: Sequence[Part] = (),
    ) -> ChatMessage:
        """Say something at the end of the shown branch that is not answered yet.

        ``conversation_id`` None begins a conversation; ``files`` go with the text.

        Raises:
            UsageError: there is neither text nor file, or there is no such conversation.
        """
        if not text.strip() and not files:
            raise UsageError(_NOTHING)
        before: Sequence[ChatMessage] = ()
        leaf = None
        if conversation_id is None:
            title = title_of(title_words(text, files))
            made = await self._store.write(conversations.insert_conversation, title)
            conversation_id = made.conversation_id
        else:
            leaf = await self._leaf(conversation_id)
            before = await self.messages(conversation_id)
        is_other = not before or options.system != await self._system(before)
        system = options.system if is_other else None
        change = await self._store.write(
            adding.add_message_to,
            conversation_id,
            leaf,
            role,
            text,
            system,
            with_files((), files),
        )
        return await self._done(change)

    async def save_version(
        self, message: ChatMessage, text: str, files: Sequence[Part] | None = None
    ) -> ChatMessage:
        """Another version of a message of either role, without asking the model.

        It has the files of the message, or ``files`` in their place.

        Raises:
            UsageError: there is neither text nor file.
        """
        attachments = with_files(message.attachments, files)
        if not text.strip() and not attached_files(attachments):
            raise UsageError(_NOTHING)
        change = await self._store.write(
            adding.add_version,
            message.message_id,
            text,
            None if files is None else attachments,
        )
        return await self._done(change)

    async def insert(
        self,
        message: ChatMessage,
        role: Role,
        text: str,
        *,
        after: bool,
        files: Sequence[Part] = (),
    ) -> ChatMessage:
        """Say something before or after a message; what follows goes on after it, as copies.

        The branch without it stays as it was. ``files`` go with the text.

        Raises:
            UsageError: there is neither text nor file.
        """
        if not text.strip() and not files:
            raise UsageError(_NOTHING)
        change = await self._store.write(
            adding.insert_next_to,
            message.message_id,
            role,
            text,
            after=after,
            attachments=with_files((), files),
        )
        return await self._done(change)

    async def copy(
        self, message_id: int, conversation_id: int, parent_id: int | None, *, with_rest: bool
    ) -> ChatMessage:
        """Copy a message, or the branch from it on, under a message of any conversation.

        Raises:
            UsageError: there is no such message, or one of both places is off the record.
        """
        if is_off_the_record(message_id) != is_off_the_record(conversation_id):
            raise UsageError(_APART)
        change = await self._store.write(
            adding.copy_under, message_id, conversation_id, parent_id, with_rest=with_rest
        )
        return await self._done(change)

    async def fork(self, message_id: int, *, whole: bool = False, model: str = "") -> Conversation:
        """A new conversation that has come as far as a message, with the same options.

        Args:
            message_id: the message.
            whole: with every branch of the conversation.
            model: the model that answers there, "" for the same.

        Raises:
            UsageError: there is no such message.
        """
        found = await self._store.read(parents.conversation_of, message_id)
        old = await self._store.read(conversations.load_conversation, found)
        new = await self._store.write(adding.fork, message_id, old.title, whole=whole)
        if model:
            options = {**old.options, "model": model}
            await self._store.write(conversations.set_options, new, options)
        return await self._store.read(conversations.load_conversation, new)

    async def set_label(self, message_id: int, label: str) -> None:
        """Name a message, or the branch from it on; "" takes the name away."""
        await self._store.write(adding.set_label, message_id, label)

    async def set_pinned(self, message_id: int, *, pinned: bool = True) -> None:
        """Pin a message, or take the pin away."""
        await self._store.write(adding.set_pinned, message_id, pinned=pinned)

    # --- deleting -------------------------------------------------------------------------------

    async def delete_message(self, message: ChatMessage | int) -> TreeChange:
        """Delete a message with what follows it; answers that are being written there end.

        Raises:
            UsageError: there is no such message, or it is deleted.
        """
        message_id = message if isinstance(message, int) else message.message_id
        await self._stop_below(message_id)
        change = await self._store.write(deleting.delete_branch, message_id)
        self._steps.add(change)
        return change

    async def restore_message(self, message_id: int) -> TreeChange:
        """Bring back a deleted message with what went along, and show it.

        Raises:
            UsageError: there is no such message, or it is not deleted.
        """
        change = await self._store.write(deleting.restore_branch, message_id)
        self._steps.add(change)
        return change

    async def bin(self, conversation_id: int | None = None) -> tuple[BinItem, ...]:
        """What is deleted and can be brought back, last deleted first.

        ``conversation_id`` keeps the messages of one conversation.
        """
        return await self._store.read(deleting.list_bin, conversation_id)

    async def _stop_below(self, message_id: int) -> None:
        for run_id in await self._store.read(deleting.running_below, message_id):
            await self._runs.cancel(run_id)

    # --- undoing --------------------------------------------------------------------------------

    async def undo(self, conversation_id: int) -> TreeChange | None:
        """Take back the last change of a conversation's tree; None where there is none.

        What was added is deleted, unless it has been written on: that is not taken back.
        """
        while change := self._steps.last(conversation_id):
            if await self._is_possible(change):
                if change.kind != "delete":
                    for unit in _changed(change):
                        await self._stop_below(unit)
                await self._store.write(deleting.undo_change, change)
                self._steps.undone(conversation_id)
                return change
            self._steps.drop(conversation_id)
        return None

    async def redo(self, conversation_id: int) -> TreeChange | None:
        """Do again what was undone last; None where there is nothing."""
        change = self._steps.last_undone(conversation_id)
        if change is not None:
            await self._store.write(deleting.redo_change, change)
            self._steps.redone(conversation_id)
        return change

    async def _is_possible(self, change: TreeChange) -> bool:
        for unit in _changed(change):
            is_living, newest = await self._store.read(deleting.state_below, unit)
            if is_living == (change.kind == "delete"):
                return False
            if change.kind == "add" and newest > change.newest:
                return False
        return True

    async def _done(self, change: TreeChange) -> ChatMessage:
        """Remember what was added; returns the first of it."""
        self._steps.add(change)
        return await self._store.read(message_tree.load_message, change.message_id)


def _changed(change: TreeChange) -> tuple[int, ...]:
    """The first messages of what was changed: several answers can be added together."""
    return change.units if change.kind == "add" and change.units else (change.message_id,)
