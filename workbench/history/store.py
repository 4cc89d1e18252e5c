"""The history's one door: every method is a coroutine of the core's loop."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Connection

from workbench.domain.events import LoggedEvent
from workbench.domain.prompts import Draft
from workbench.domain.run_state import RunState, fold_all
from workbench.domain.spec import Json, RunSpec
from workbench.domain.text import Role
from workbench.domain.versions import PromptVersion, VersionOrigin, VersionText
from workbench.domain.views import ChatMessage, Conversation, ModelSpeed, RunSummary, SearchHit
from workbench.history import conversations, runs, search, session, versions
from workbench.history.run_end import RunEnd
from workbench.history.writer import HistoryWriter, own_process


class HistoryStore(HistoryWriter):
    """Runs, conversations, drafts, session state and speeds in one SQLite file.

    Methods that write return after the commit and raise StoreError where it failed: DiskFullError,
    DatabaseLockedError, DatabaseDamagedError, DatabaseNewerError. Methods that read see everything
    written before, also by other programs.
    """

    # --- runs ---------------------------------------------------------------------------------

    async def create_run(self, spec: RunSpec, *, title: str, manifest: dict[str, Any]) -> int:
        """Put a run on disk before any work on it starts.

        Args:
            spec: everything that decides the run.
            title: what the list shows.
            manifest: what it ran on; a RunStarted event that has one replaces it.

        Returns:
            The run's id, larger than all before.

        Raises:
            DiskFullError: there is no room; the run is not to be started.
            StoreError: it cannot be saved for another reason.
        """
        run_id = await self._write(runs.insert_run, spec, title, manifest, own_process())
        self._own_runs.add(run_id)
        return run_id

    async def reopen_run(self, run_id: int) -> None:
        """Have a run that has ended to oneself, to add events to it; :meth:`finish_run` ends that.

        Should the program be killed meanwhile, the run is interrupted like any other.

        Raises:
            UsageError: there is no such run, or a program is at work on it.
            StoreError: it cannot be saved.
        """
        await self._write(runs.reopen, run_id, own_process())
        self._own_runs.add(run_id)

    async def finish_run(self, run_id: int, state: RunState) -> None:
        """Write what is queued and how the run ended: status, output, counters, search.

        A failure does not raise: all of it stays queued, is tried again, and :attr:`status` has the
        problem.
        """
        self._queue_end(RunEnd.of(run_id, state))
        await self._flush()

    async def run_spec(self, run_id: int) -> RunSpec:
        """What a run was made from (UsageError where there is no such run)."""
        return await self._read(runs.load_spec, run_id)

    async def manifest(self, run_id: int) -> dict[str, Any]:
        """What a run ran on (UsageError where there is no such run)."""
        return await self._read(runs.load_manifest, run_id)

    async def events(self, run_id: int) -> list[LoggedEvent]:
        """The events of a run in order; empty where there is none."""
        await self._flush()
        stored = await self._read(runs.load_events, run_id)
        return stored + self._queued(run_id)

    async def list_runs(
        self,
        before_id: int | None = None,
        limit: int = 256,
        text: str = "",
        strategy: str = "",
        group: str = "",
        version: int = 0,
    ) -> tuple[RunSummary, ...]:
        """Runs, newest first.

        Args:
            before_id: continues a list after this run.
            limit: most rows.
            text: words that all occur in title, prompt or outputs; the last may be a beginning.
            strategy: only this strategy.
            group: only the columns of this comparison.
            version: only runs of the version of a prompt with this id.
        """
        return await self._read(
            runs.list_runs,
            before_id=before_id,
            limit=limit,
            typed=text,
            strategy=strategy,
            group=group,
            version=version,
        )

    async def find_done(self, digest: str, limit: int = 8) -> tuple[RunSummary, ...]:
        """Finished runs made from a spec with that digest, newest first."""
        return await self._read(runs.find_done, digest, limit)

    async def search(self, text: str, limit: int = 50) -> tuple[SearchHit, ...]:
        """Where all the words occur, in runs and conversations, newest first."""
        return await self._read(search.find, text, limit)

    async def delete_run(self, run_id: int) -> None:
        """Take a run out of lists and search; :meth:`restore_run` brings it back."""
        await self._write(runs.set_deleted, run_id, time.time())

    async def restore_run(self, run_id: int) -> None:
        """Bring a deleted run back."""
        await self._write(runs.set_deleted, run_id, None)

    # --- versions of prompts ------------------------------------------------------------------

    async def record_versions(self, path: str, *texts: tuple[str, VersionOrigin]) -> None:
        """Keep texts of a prompt file, in their order; a text that is known is not kept again."""
        await self._write(versions.record_all, path, texts)

    async def move_prompt(self, old: str, new: str) -> None:
        """A prompt file, or a folder of them, was moved: versions are found under the new path."""
        await self._write(versions.move, old, new)

    async def versions(self, path: str) -> tuple[PromptVersion, ...]:
        """The versions of a prompt file, newest first, without counts of lines."""
        return await self._read(versions.load, path)

    async def version_texts(self, path: str) -> tuple[VersionText, ...]:
        """The texts of all versions of a prompt file, by number."""
        return await self._read(versions.load_texts, path)

    async def version_text(self, path: str, number: int) -> str:
        """The text of a version (UsageError where there is none of that number)."""
        return await self._read(versions.load_text, path, number)

    async def version_number(self, path: str, text: str) -> int | None:
        """The number of the version with that text, None where it was not kept."""
        return await self._read(versions.number_of, path, text)

    async def describe_version(self, path: str, number: int, **words: str) -> None:
        """Give a version a ``name`` or a ``note`` (UsageError where there is no such version)."""
        await self._write(versions.describe, path, number, words)

    # --- conversations ------------------------------------------------------------------------

    async def conversations(self, text: str = "") -> tuple[Conversation, ...]:
        """Conversations, last changed first; ``text`` keeps those in which its words occur."""
        return await self._read(conversations.list_conversations, text)

    async def create_conversation(self, title: str) -> Conversation:
        """A new, empty conversation."""
        return await self._write(conversations.insert_conversation, title)

    async def rename_conversation(self, conversation_id: int, title: str) -> None:
        """Give a conversation another title."""
        await self._write(conversations.rename, conversation_id, title)

    async def delete_conversation(self, conversation_id: int) -> None:
        """Take a conversation out of the list; :meth:`restore_conversation` brings it back."""
        await self._write(conversations.set_deleted, conversation_id, time.time())

    async def restore_conversation(self, conversation_id: int) -> None:
        """Bring a deleted conversation back."""
        await self._write(conversations.set_deleted, conversation_id, None)

    async def messages(self, conversation_id: int) -> tuple[ChatMessage, ...]:
        """The shown branch, first message first; a running answer has its text so far."""
        await self._flush()
        unsaved = tuple(self._events)

        def state_of(connection: Connection, run_id: int) -> RunState:
            stored = runs.load_events(connection, run_id)
            return fold_all(stored + [each for each in unsaved if each.run_id == run_id])

        return await self._read(conversations.load_branch, conversation_id, state_of)

    async def add_message(
        self,
        conversation_id: int,
        parent_id: int | None,
        role: Role,
        text: str,
        run_id: int | None = None,
    ) -> ChatMessage:
        """Add a message under ``parent_id`` (None: at the top); the branch to it is then shown.

        The text of an answer with a run may be empty: the run's output is filled in when it ends.

        Raises:
            UsageError: there is no such conversation.
        """

        def add(connection: Connection) -> ChatMessage:
            message_id = conversations.insert_message(
                connection,
                conversation_id=conversation_id,
                parent_id=parent_id,
                role=role,
                text=text,
                run_id=run_id,
            )
            return conversations.load_message(connection, message_id)

        return await self._write(add)

    async def set_leaf(self, conversation_id: int, message_id: int) -> None:
        """Show the branch through a message, to its newest end (UsageError where it is not one)."""
        await self._write(conversations.set_leaf, conversation_id, message_id)

    # --- session ------------------------------------------------------------------------------

    async def save_draft(self, draft: Draft) -> None:
        """Keep the unsaved text of a file."""
        await self._write(session.save_draft, draft)

    async def drafts(self) -> tuple[Draft, ...]:
        """All unsaved texts, last saved first."""
        return await self._read(session.load_drafts)

    async def discard_draft(self, path: str) -> None:
        """Forget the unsaved text of a file."""
        await self._write(session.discard_draft, path)

    async def get_state(self, key: str, default: Json = None) -> Json:
        """A JSON value kept between sessions, or ``default``."""
        return await self._read(session.get_state, key, default)

    async def set_state(self, key: str, value: Json) -> None:
        """Keep a JSON value between sessions."""
        await self._write(session.set_state, key, value)

    async def record_speed(
        self, model_path: str, *, generation: float, prompt: float, threads: int = 0
    ) -> None:
        """Keep how fast a model was (tokens a second); 0 leaves the figure known before."""
        await self._write(session.record_speed, model_path, threads, prompt, generation)

    async def speed(self, model_path: str, threads: int | None = None) -> ModelSpeed | None:
        """The last known speed of a model, with ``threads`` or with any; None if never measured."""
        return await self._read(session.load_speed, model_path, threads)

    async def speeds(self) -> dict[str, ModelSpeed]:
        """The last known speed of every model that was measured, by its path."""
        return await self._read(session.load_speeds)

    async def data_version(self) -> int:
        """A number that grows whenever this or another program wrote."""
        return self._commits + await self._read(_data_version)


def _data_version(connection: Connection) -> int:
    version: int = connection.exec_driver_sql("PRAGMA data_version").scalar_one()
    return version
