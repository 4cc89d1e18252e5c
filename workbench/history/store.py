"""The history as other rooms use it, as coroutines of the core's loop."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection

from workbench.domain.chat import ChatDraft, Turn
from workbench.domain.chat_tree import TreeChange
from workbench.domain.prompts.prompt import Draft
from workbench.domain.runs.events import LoggedEvent
from workbench.domain.runs.run_state import RunState, fold_all
from workbench.domain.runs.spec import Json, RunSpec
from workbench.domain.views import (
    ChatMessage,
)
from workbench.history import codec, session
from workbench.history.chats import conversations, message_tree, summaries
from workbench.history.runs import runs
from workbench.history.runs.owner import own_process
from workbench.history.runs.run_end import RunEnd
from workbench.history.writer import HistoryWriter
from workbench.history.writing.queue import STATE

T = TypeVar("T")
D = TypeVar("D")


class HistoryStore(HistoryWriter):
    """Runs, conversations, drafts, session state and speeds in one SQLite file.

    The statements of this room are called through :meth:`read` and :meth:`write`, as in
    ``store.read(run_list.list_runs, limit=10)``; here is what takes more than a statement.

    What writes returns after the commit and raises StoreError where it failed: DiskFullError,
    DatabaseLockedError, DatabaseDamagedError, DatabaseNewerError. What is typed or received
    (events, drafts, the session) stays queued in place of that and is tried again. What reads
    sees everything written before, also by other programs.
    """

    # --- runs ---------------------------------------------------------------------------------

    async def create_run(
        self, spec: RunSpec, *, title: str, manifest: dict[str, Any], expected: str = ""
    ) -> int:
        """Put a run on disk before any work on it starts.

        Args:
            spec: everything that decides the run.
            title: what the list shows.
            manifest: what it ran on; a RunStarted event that has one replaces it.
            expected: the right answer, "" where it is not known.

        Returns:
            The run's id, larger than all before.

        Raises:
            DiskFullError: there is no room; the run is not to be started.
            StoreError: it cannot be saved for another reason.
        """
        run_id = await self.write(runs.insert_run, spec, title, manifest, own_process(), expected)
        self._own_runs.add(run_id)
        return run_id

    async def reopen_run(self, run_id: int) -> None:
        """Have a run that has ended to oneself, to add events to it; :meth:`finish_run` ends that.

        Should the program be killed meanwhile, the run is interrupted like any other.

        Raises:
            UsageError: there is no such run, or a program is at work on it.
            StoreError: it cannot be saved.
        """
        await self.write(runs.reopen, run_id, own_process())
        self._own_runs.add(run_id)

    async def finish_run(self, run_id: int, state: RunState) -> None:
        """Write what is queued and how the run ended: status, output, counters, search.

        A failure does not raise: all of it stays queued, is tried again, and :attr:`status` has the
        problem.
        """
        self._queue_end(RunEnd.of(run_id, state))
        await self._flush()

    async def events(self, run_id: int) -> list[LoggedEvent]:
        """The events of a run in order; empty where there is none."""
        await self._flush()
        stored = await self.read(runs.load_events, run_id)
        return stored + self._queued(run_id)

    # --- conversations ------------------------------------------------------------------------

    async def messages(
        self, conversation_id: int, leaf_id: int | None = None
    ) -> tuple[ChatMessage, ...]:
        """The shown branch, or the one that ends in ``leaf_id``, first message first.

        A running answer has its text so far.
        """
        state_of = await self._states()
        return await self.read(message_tree.load_branch, conversation_id, state_of, leaf_id)

    async def last_messages(self, conversation_id: int, most: int) -> tuple[ChatMessage, ...]:
        """The end of the shown branch, at once; empty where it is no longer than that."""
        state_of = await self._states()
        return await self.read(message_tree.load_end, conversation_id, state_of, most)

    async def _states(self) -> message_tree.StateOf:
        """How far running answers are."""
        await self._flush()
        unsaved = tuple(self._events)

        def state_of(connection: Connection, run_id: int) -> RunState:
            stored = runs.load_events(connection, run_id)
            return fold_all(stored + [each for each in unsaved if each.run_id == run_id])

        return state_of

    async def answer_versions(self, message_id: int) -> tuple[ChatMessage, ...]:
        """All versions in the place of a message, oldest first, as :meth:`messages`."""
        state_of = await self._states()
        return await self.read(message_tree.load_versions, message_id, state_of)

    async def add_turn(self, turn: Turn) -> ChatMessage:
        """As :meth:`add_answers`; returns the first answer."""
        return (await self.add_answers(turn))[0]

    async def add_answers(self, turn: Turn) -> tuple[ChatMessage, ...]:
        """Put a question, its runs and the answers' empty messages on disk, all or nothing.

        Raises:
            DiskFullError: there is no room; the run is not to be started.
            UsageError: there is no such conversation. StoreError: it cannot be saved.
        """
        answers = await self.write(message_tree.insert_turn, turn, own_process())
        self._own_runs.update(each.run_id for each in answers if each.run_id is not None)
        return answers

    async def add_summary(
        self, above: ChatMessage, following: tuple[int, ...], spec: RunSpec, title: str
    ) -> tuple[ChatMessage, TreeChange]:
        """Put a summary's empty message and its run on disk, as ``chats/summaries.py``."""
        made, change = await self.write(
            summaries.insert_summary, above, following, spec, title, own_process()
        )
        assert made.run_id is not None
        self._own_runs.add(made.run_id)
        return made, change

    async def save_chat_draft(self, conversation_id: int, draft: ChatDraft) -> None:
        """Keep what is written in a conversation and not sent; an empty draft is forgotten."""
        await self.keep(f"chat {conversation_id}", conversations.save_draft, conversation_id, draft)

    # --- session ------------------------------------------------------------------------------

    async def save_draft(self, draft: Draft) -> None:
        """Keep the unsaved text of a file."""
        await self.keep(f"draft {draft.path}", session.save_draft, draft)

    async def discard_draft(self, path: str) -> None:
        """Forget the unsaved text of a file."""
        await self.keep(f"draft {path}", session.discard_draft, path)

    async def state_as(self, key: str, kind: type[T], default: D) -> T | D:
        """A JSON value of a type kept between sessions; ``default`` where it is not of that."""
        stored = await self.read(session.get_state, key)
        if stored is None:
            return default
        try:
            return msgspec.convert(stored, kind)
        except codec.UNREADABLE:
            return default

    async def keep_state(self, key: str, value: Json) -> None:
        """Keep a JSON value between sessions, as soon as that is possible."""
        await self.keep(STATE + key, session.set_state, key, value)

    async def data_version(self) -> int:
        """A number that grows whenever this or another program wrote."""
        return self._commits + await self.read(_data_version)


def _data_version(connection: Connection) -> int:
    version: int = connection.exec_driver_sql("PRAGMA data_version").scalar_one()
    return version
