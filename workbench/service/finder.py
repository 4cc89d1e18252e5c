"""Finding prompts, runs, chats and models by name, for the box of Ctrl+K."""

from __future__ import annotations

import asyncio

from workbench.domain.finding import FoundItem, FoundKind, NameList, name_words
from workbench.domain.prompts.library import PromptRecord
from workbench.domain.searching import SearchFilter, SearchKind
from workbench.domain.views import ModelEntry, SearchHit
from workbench.history.chats import conversations
from workbench.history.runs import run_list
from workbench.history.search import finding
from workbench.service.core import Core
from workbench.service.models.model_files import ModelFiles

_LOOKED_AT = 50
_DIGITS = 15
"""Of the largest number of a run that is looked for; SQLite's integers have 18."""
_MARKS = str.maketrans("", "", "\x02\x03")


class Finder:
    """Finds things by what the user remembers of them.

    It is asked for every key, so the words of names are kept until other names are there.
    """

    def __init__(self, core: Core, model_files: ModelFiles) -> None:
        self._prompt_library = core.prompt_library
        self._store = core.store
        self._model_files = model_files
        self._entries: tuple[PromptRecord, ...] = ()
        self._prompts = NameList[PromptRecord](())
        self._chats_version = -1
        self._chats = NameList[tuple[int, str]](())
        self._models: NameList[ModelEntry] | None = None

    async def prepare(self) -> None:
        """Look at what would delay the first keys: models on disk, the names of prompts."""
        self._models = NameList(
            (f"{entry.name} {entry.path.rpartition('/')[2]}", entry)
            for entry in await self._model_files.all()
            if not entry.error
        )
        await asyncio.to_thread(self._named_prompts)

    async def find(self, text: str, kind: FoundKind, most: int = 6) -> tuple[FoundItem, ...]:
        """What of one kind fits typed words, the best (then the newest) first.

        Names fit where each typed word begins a word of theirs. Runs and chats are found by what
        was written in them too, and a run by its number. Models are those that :meth:`prepare` saw.

        Args:
            text: what was typed.
            kind: what is looked for.
            most: the most results.
        """
        typed = name_words(text)
        if not typed:
            return ()
        if kind == "prompt":
            return await asyncio.to_thread(self._find_prompts, typed, most)
        if kind == "model":
            return await self._find_models(typed, most)
        if kind == "chat":
            return await self._find_chats(text, typed, most)
        return await self._find_runs(text, most)

    def _find_prompts(self, typed: tuple[str, ...], most: int) -> tuple[FoundItem, ...]:
        return tuple(
            FoundItem(
                kind="prompt", id=entry.path, title=entry.title or entry.name, detail=entry.folder
            )
            for entry in self._named_prompts().best(typed, most)
        )

    def _named_prompts(self) -> NameList[PromptRecord]:
        entries = self._prompt_library.listing_so_far().entries
        if entries is not self._entries:
            self._prompts = NameList(
                (f"{entry.title} {entry.name} {entry.folder}", entry) for entry in entries
            )
            self._entries = entries
        return self._prompts

    async def _find_models(self, typed: tuple[str, ...], most: int) -> tuple[FoundItem, ...]:
        if self._models is None:
            await self.prepare()
        assert self._models is not None
        return tuple(
            FoundItem(kind="model", id=entry.path, title=entry.name, detail=entry.quantization)
            for entry in self._models.best(typed, most)
        )

    async def _find_chats(
        self, text: str, typed: tuple[str, ...], most: int
    ) -> tuple[FoundItem, ...]:
        version = await self._store.data_version()
        if version != self._chats_version:
            titles = await self._store.read(conversations.titles)
            self._chats = NameList((title, (number, title)) for number, title in titles)
            self._chats_version = version
        found = [
            FoundItem(kind="chat", id=str(number), title=title)
            for number, title in self._chats.best(typed, most)
        ]
        if len(found) == most:  # a name is worth more than a text that was written
            return tuple(found)
        known = {item.id for item in found}
        found += [
            FoundItem(
                kind="chat",
                id=str(hit.id),
                title=hit.title,
                detail=_line(hit.snippet),
                message_id=hit.message_id,
            )
            for hit in await self._hits(text, most, "chat")
            if str(hit.id) not in known
        ]
        return tuple(found[:most])

    async def _hits(self, text: str, most: int, kind: SearchKind) -> tuple[SearchHit, ...]:
        """The newest hits, of each run or conversation one."""
        wanted = SearchFilter(kinds=(kind,))
        page = await self._store.search(finding.search, text, wanted, _LOOKED_AT)
        first: dict[int, SearchHit] = {}
        for hit in page.hits:
            first.setdefault(hit.id, hit)
        return tuple(first.values())[:most]

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
            for hit in await self._hits(text, most, "run")
            if str(hit.id) not in known
        ]
        return tuple(found[:most])


def _line(snippet: str) -> str:
    return " ".join(snippet.translate(_MARKS).split())
