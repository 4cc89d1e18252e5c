"""A process that chats, edits, deletes and imports at random, for :mod:`.killed_chats`."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import time
from pathlib import Path
from typing import Any

from workbench.domain.chat import ChatOptions
from workbench.domain.errors import WorkbenchError
from workbench.domain.runs.events import LoggedEvent, TextReceived
from workbench.domain.runs.sampling import Sampling
from workbench.domain.views import ChatMessage
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.settings import Paths, starter_model

TOKENS_A_SECOND = 250.0
_IMPORTED = 60
"""Conversations of the export."""


class Worker:
    """Does something at random, and says before and after what it was."""

    def __init__(self, folder: Path, seed: int, say: int, *, model: bool) -> None:
        self._folder = folder
        self._chance = random.Random(seed)
        self._words = (f"w{seed}x{number}x" for number in itertools.count())
        self._say_to = say
        engine = None if model else SimulatedEngine(tokens_per_second=TOKENS_A_SECOND)
        self._core = Workbench(Paths.default(folder), engine=engine)
        self._options = ChatOptions(
            model=str(starter_model()) if model else "",
            sampling=Sampling(max_tokens=60),
            seed=seed + 1,
        )

    def _say(self, *words: object) -> None:
        os.write(self._say_to, (json.dumps([time.monotonic(), *words]) + "\n").encode())

    async def work(self) -> None:
        """Work until the end comes."""
        await self._core.open()
        if not self._options.model:  # made-up answers need no more than the name of a file
            pretend = self._folder / "pretend.gguf"
            pretend.touch()
            await self._core.models.load(str(pretend))
        self._core.subscribe(self._on_event)
        self._say("ready")
        moves = (
            (self._send, 30), (self._edit, 12), (self._regenerate, 10), (self._version, 12),
            (self._insert, 10), (self._delete, 12), (self._undo, 8), (self._delete_whole, 4),
            (self._import, 4), (self._erase, 2),
        )  # fmt: skip
        chosen, weights = zip(*moves, strict=True)
        while True:
            move = self._chance.choices(chosen, weights)[0]
            try:
                await move()
            except WorkbenchError as error:
                self._say("refused", str(error))

    def _on_event(self, logged: LoggedEvent) -> None:
        if isinstance(logged.event, TextReceived):
            self._say("received", logged.run_id, logged.seq)

    async def _messages(self, role: str = "") -> list[ChatMessage]:
        """Those of one conversation."""
        listed = await self._core.chats.all()
        if not listed:
            return []
        chosen = self._chance.choice(listed[:12])
        found = await self._core.chats.messages(chosen.conversation_id)
        return [each for each in found if not role or each.role == role]

    async def _some(self, role: str = "") -> ChatMessage | None:
        found = await self._messages(role)
        return self._chance.choice(found) if found else None

    async def _answered(self, answer: ChatMessage, word: str) -> None:
        """A question is on disk with its answer's run: let it write, to the end or not."""
        saved = answer.parent_id if word else answer.message_id
        self._say("saved", saved, word, answer.conversation_id)
        assert answer.run_id is not None
        if self._chance.random() < 0.3:
            await asyncio.sleep(self._chance.uniform(0.0, 0.2))
            await self._core.runs.cancel(answer.run_id)
        await self._core.runs.wait(answer.run_id)
        self._say("ended", answer.run_id)

    async def _send(self) -> None:
        word = next(self._words)
        found = await self._some() if self._chance.random() < 0.8 else None
        conversation = found.conversation_id if found is not None else None
        answer = await self._core.chats.send(conversation, f"Tell me of {word}", self._options)
        await self._answered(answer, word)

    async def _edit(self) -> None:
        asked = await self._some("user")
        if asked is not None:
            word = next(self._words)
            answer = await self._core.chats.edit(asked, f"Rather of {word}", self._options)
            await self._answered(answer, word)

    async def _regenerate(self) -> None:
        found = await self._some("assistant")
        if found is not None:
            await self._answered(await self._core.chats.regenerate(found, self._options), "")

    async def _version(self) -> None:
        found = await self._some()
        if found is not None:
            word = next(self._words)
            made = await self._core.chats.save_version(found, f"Another version {word}")
            self._say("saved", made.message_id, word, made.conversation_id)

    async def _insert(self) -> None:
        found = await self._some()
        if found is not None:
            word = next(self._words)
            made = await self._core.chats.insert(found, "user", f"Put in {word}", after=True)
            self._say("saved", made.message_id, word, made.conversation_id)

    async def _delete(self) -> None:
        found = await self._some()
        if found is not None:
            self._say("touches", found.message_id)
            change = await self._core.chats.delete_message(found)
            self._say("deleted", change.message_id)

    async def _undo(self) -> None:
        found = await self._some()
        if found is not None:
            self._say("touches", None)
            await self._core.chats.undo(found.conversation_id)
            self._say("undone", found.conversation_id)

    async def _delete_whole(self) -> None:
        found = await self._some()
        if found is not None:
            await self._core.chats.delete(found.conversation_id)
            await self._core.chats.restore(found.conversation_id)

    async def _erase(self) -> None:
        found = await self._messages()
        if found and self._chance.random() < 0.3:
            conversation = found[0].conversation_id
            self._say("erases", conversation)
            wanted = await self._core.erasing.prepare(conversation_ids=[conversation])
            await self._core.erasing.erase(wanted.erasure)
            self._say("erased", conversation)

    async def _import(self) -> None:
        self._say("imports")
        report = await self._core.importing.run([str(export_of(self._folder))])
        self._say("imported", len(report.items))


def export_of(folder: Path) -> Path:
    """The export that is imported again and again."""
    return folder / "conversations.json"


def write_export(path: Path) -> None:
    """Some conversations of another program, with branches."""
    conversations = []
    for number in range(_IMPORTED):
        mapping: dict[str, Any] = {"root": {"id": "root", "parent": None, "message": None}}
        parent = "root"
        for at in range(8):
            name = f"{number}-{at}"
            mapping[name] = {
                "id": name,
                "parent": parent,
                "message": {
                    "id": name,
                    "author": {"role": "assistant" if at % 2 else "user"},
                    "create_time": 1.7e9 + number * 100 + at,
                    "content": {"content_type": "text", "parts": [f"imported {number} {at}"]},
                    "metadata": {},
                },
            }
            parent = name if at != 4 else parent
        conversations.append(
            {
                "conversation_id": f"export-{number}",
                "title": f"Imported {number}",
                "create_time": 1.7e9,
                "update_time": 1.7e9,
                "mapping": mapping,
                "current_node": parent,
            }
        )
    path.write_text(json.dumps(conversations))
