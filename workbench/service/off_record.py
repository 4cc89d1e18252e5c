"""Conversations off the record: the parts of a second history, which is in memory only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from workbench.domain.errors import UsageError
from workbench.domain.off_record import is_off_the_record
from workbench.domain.views import Conversation
from workbench.history.chats import conversations, keeping
from workbench.service.chats import Chats
from workbench.service.core import Core
from workbench.service.models.models import Models
from workbench.service.runs.runs import Runs
from workbench.service.runs.steering import Steering
from workbench.service.sources import Sources
from workbench.service.tokens import Tokens
from workbench.service.transcripts.exporting import Exporting

T = TypeVar("T")
_IDS = ("conversation_id", "message_id", "run_id")


class OffTheRecord:
    """Begins conversations in memory, lists them, and keeps one after all.

    They have their own conversations, runs, tokens: parts whose store is never on disk, so nothing
    they do can be written. Models, profiles and prompts are the program's. All of it is gone when
    the program ends.
    """

    def __init__(self, core: Core, models: Models, sources: Sources) -> None:
        self._kept = core.store
        self._core = core.off_the_record()
        self._opening = asyncio.Lock()
        self._is_open = False
        self.runs = Runs(self._core, models, sources.passages)
        self.chats = Chats(self._core, self.runs, sources)
        self.steering = Steering(self._core, models, self.runs)
        self.tokens = Tokens(self._core, models, self.chats, self.steering)
        self.exporting = Exporting(self._core)

    async def begin(self) -> Conversation:
        """A new, empty conversation in memory."""
        async with self._opening:
            if not self._is_open:
                await self._core.store.open()
                self._is_open = True
        return await self.chats.create()

    async def all(self, text: str = "") -> tuple[Conversation, ...]:
        """The conversations off the record, last changed first; ``text`` as in ``chats.all``."""
        return await self.chats.all(text) if self._is_open else ()

    async def keep(self, conversation_id: int) -> int:
        """Write a conversation into the history after all, with its runs; its number there.

        Raises:
            UsageError: there is none, or it is being answered.
            StoreError: it cannot be saved; it is off the record as before.
        """
        self.check()
        await self._core.store.flush()
        whole = await self._core.store.read(keeping.take, conversation_id)
        made = await self._kept.write(keeping.put, whole)
        await self.forget(conversation_id)
        return made

    async def forget(self, conversation_id: int) -> None:
        """Take a conversation out of the list; what it has ends with the program."""
        self.check()
        await self._core.store.write(conversations.set_deleted, conversation_id)

    def check(self) -> None:
        """UsageError where no conversation is off the record: one of another session, say."""
        if not self._is_open:
            raise UsageError("This conversation was off the record: it is not kept.")

    def paired(self, kept: T) -> T:
        """A part whose methods act where their first argument is: in the history or off the record.

        The first argument is the number of a conversation, message or run, a value that has one
        (``ChatMessage``), or a sequence of these; anything else means the history.

        Args:
            kept: the part of the history, of a kind that this has too.
        """
        own = (self.runs, self.chats, self.steering, self.tokens, self.exporting)
        other = next(each for each in own if type(each) is type(kept))
        return cast("T", _ByNumber(kept, other, self.check))

    async def close(self) -> None:
        """Let all of it go."""
        await self.runs.stop_all()
        if self._is_open:
            self._is_open = False
            await self._core.store.close()


class _ByNumber:
    """What :meth:`OffTheRecord.paired` makes."""

    def __init__(self, kept: Any, other: Any, check: Callable[[], None]) -> None:
        self.__dict__.update(_kept_part=kept, _other_part=other, _check_part=check)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._kept_part, name)
        if name.startswith("_") or not callable(found):
            return found
        other, check = getattr(self._other_part, name), self._check_part

        def call(*arguments: Any, **named: Any) -> Any:
            if not _is_other(arguments):
                return found(*arguments, **named)
            check()
            return other(*arguments, **named)

        return call

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._kept_part, name, value)


def _is_other(arguments: Sequence[Any]) -> bool:
    first = arguments[0] if arguments else None
    if isinstance(first, (list, tuple)):
        first = first[0] if first else None
    if isinstance(first, int):
        return is_off_the_record(first)
    numbers = (getattr(first, name, None) for name in _IDS)
    return any(isinstance(each, int) and is_off_the_record(each) for each in numbers)
