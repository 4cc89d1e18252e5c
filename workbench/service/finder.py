"""Finding prompts, runs, chats and models by name, for the box of Ctrl+K."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TypeVar

from workbench.domain.finding import FoundItem, FoundKind, fit, name_words
from workbench.domain.prompts.prompt import LibraryEntry
from workbench.history import conversations, run_list, search
from workbench.service.core import Core
from workbench.service.models.model_files import ModelFiles

T = TypeVar("T")
_DIGITS = 15
"""Of the largest number of a run that is looked for; SQLite's integers have 18."""
_MARKS = str.maketrans("", "", "\x02\x03")


class Finder:
    """Finds things by what the user remembers of them."""

    def __init__(self, core: Core, model_files: ModelFiles) -> None:
        self._prompt_library = core.prompt_library
        self._store = core.store
        self._model_files = model_files

    async def find(self, text: str, kind: FoundKind, most: int = 6) -> tuple[FoundItem, ...]:
        """What of one kind fits typed words, the best (then the newest) first.

        Names fit where each typed word begins a word of theirs. Runs and chats are found by what
        was said in them too, and a run by its number.

        Args:
            text: what was typed.
            kind: what is looked for.
            most: so many at most.
        """
        typed = name_words(text)
        if not typed:
            return ()
        if kind == "prompt":
            return await asyncio.to_thread(self._find_prompts, typed, most)
        if kind == "model":
            models = [
                (f"{entry.name} {entry.path.rpartition('/')[2]}", entry)
                for entry in await self._model_files.all()
                if not entry.error
            ]
            return tuple(
                FoundItem(kind="model", id=entry.path, title=entry.name, detail=entry.quantization)
                for entry in _best(models, typed, most)
            )
        if kind == "chat":
            return await self._find_chats(text, typed, most)
        return await self._find_runs(text, most)

    def _find_prompts(self, typed: tuple[str, ...], most: int) -> tuple[FoundItem, ...]:
        entries = self._prompt_library.listing_so_far().entries
        named: list[tuple[str, LibraryEntry]] = [
            (f"{entry.title} {entry.name} {entry.folder}", entry) for entry in entries
        ]
        return tuple(
            FoundItem(
                kind="prompt", id=entry.path, title=entry.title or entry.name, detail=entry.folder
            )
            for entry in _best(named, typed, most)
        )

    async def _find_chats(
        self, text: str, typed: tuple[str, ...], most: int
    ) -> tuple[FoundItem, ...]:
        named = [
            (chat.title, chat) for chat in await self._store.read(conversations.list_conversations)
        ]
        by_name = [
            FoundItem(kind="chat", id=str(chat.conversation_id), title=chat.title)
            for chat in _best(named, typed, most)
        ]
        known = {item.id for item in by_name}
        by_name += [
            FoundItem(
                kind="chat",
                id=str(hit.id),
                title=hit.title,
                detail=_line(hit.snippet),
                message_id=hit.message_id,
            )
            for hit in await self._store.read(search.find, text, most, "message")
            if str(hit.id) not in known
        ]
        return tuple(by_name[:most])

    async def _find_runs(self, text: str, most: int) -> tuple[FoundItem, ...]:
        number = text.casefold().removeprefix("run").strip().replace(",", "")
        found: list[FoundItem] = []
        if number.isascii() and number.isdigit() and len(number) <= _DIGITS:
            newest = await self._store.read(run_list.list_runs, before_id=int(number) + 1, limit=1)
            found = [
                FoundItem(kind="run", id=str(run.run_id), title=run.title)
                for run in newest
                if run.run_id == int(number)
            ]
        known = {item.id for item in found}
        found += [
            FoundItem(kind="run", id=str(hit.id), title=hit.title, detail=_line(hit.snippet))
            for hit in await self._store.read(search.find, text, most, "run")
            if str(hit.id) not in known
        ]
        return tuple(found[:most])


def _line(snippet: str) -> str:
    return " ".join(snippet.translate(_MARKS).split())


def _best(named: Iterable[tuple[str, T]], typed: tuple[str, ...], most: int) -> list[T]:
    """Those that fit, the best first, equally good ones in their order."""
    ranked: tuple[list[T], ...] = ([], [], [])
    for name, item in named:
        rank = fit(typed, name_words(name))
        if rank is not None:
            ranked[rank].append(item)
            if rank == 0 and len(ranked[0]) >= most:
                break
    return [item for group in ranked for item in group][:most]
