"""Answers to questions: from the history, or from the models, several at once."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import NamedTuple

import msgspec

from workbench.domain.errors import StoreError, WorkbenchError
from workbench.domain.text import Message
from workbench.domain.views import ModelEntry
from workbench.engine.protocol import Engine
from workbench.history.evaluation import measurements
from workbench.history.evaluation.measurements import Measurement
from workbench.models.memory.context_size import deciding_settings
from workbench.prompts.render import render
from workbench.service.core import Core
from workbench.service.evaluation.judges.questions import (
    Answer,
    Question,
    TextsQuestion,
    key_of,
    put,
)
from workbench.service.models.models import Models
from workbench.service.models.servers import SOURCE as SERVER

_KEEP_EVERY = 16
_SAMPLE_BYTES = 1024 * 1024

OnMeasured = Callable[[int, int], None]
"""How many questions have an answer, and how many there are."""


def label_of_model(name: str, digest: str) -> str:
    """A model in signatures: its name with the beginning of the digest of its file."""
    return f"{name}@{digest[:8]}"


class JudgeModel(NamedTuple):
    """A model that is asked, and the digest of what decides its numbers."""

    entry: ModelEntry
    digest: str

    @property
    def label(self) -> str:
        """For signatures."""
        return label_of_model(self.entry.name, self.digest)


class Put(NamedTuple):
    """A question to a model."""

    model: JudgeModel
    question: Question

    @property
    def key(self) -> str:
        """By which its answer is kept."""
        return key_of(self.question, self.model.digest)


class Asking:
    """Finds answers and asks for those that are missing."""

    def __init__(self, core: Core, models: Models) -> None:
        self._store = core.store
        self._pool = core.pool
        self._library = core.prompt_library
        self._models = models
        self._digests: dict[tuple[str, int, float], str] = {}

    async def model(self, ref: str) -> JudgeModel:
        """The model of a name or path with its digest; nothing is loaded.

        Raises:
            ModelError: there is no such model.
        """
        entry = await self._models.find(ref)
        if entry.source == SERVER:
            return JudgeModel(entry, hashlib.sha256(entry.path.encode()).hexdigest())
        settings = await self._models.settings_now(entry.path)
        of_file = await asyncio.to_thread(self._digest, entry)
        deciding = deciding_settings(settings)
        if not settings.adapters and not deciding:
            return JudgeModel(entry, of_file)
        parts: list[object] = [of_file, settings.adapters, settings.kv_type]
        if settings.kv_type == "f16" or settings.gpu_layers:  # a small cache alone says the rest
            parts += [deciding] if deciding else []
        content = msgspec.json.encode(parts)
        return JudgeModel(entry, hashlib.sha256(content).hexdigest())

    def _digest(self, entry: ModelEntry) -> str:
        """Of the size and of three pieces of the file, so that a copy elsewhere has the same.

        The header with the vocabulary is in the first; reading all of some gigabytes would take
        longer than what is asked.
        """
        path = Path(entry.path)
        try:
            status = path.stat()
            at = (entry.path, status.st_size, status.st_mtime)
            if at not in self._digests:
                digest = hashlib.sha256(str(entry.file_bytes or status.st_size).encode())
                with path.open("rb") as file:
                    for start in (0, status.st_size // 2, status.st_size - _SAMPLE_BYTES):
                        file.seek(max(0, start))
                        digest.update(file.read(_SAMPLE_BYTES))
                self._digests[at] = digest.hexdigest()
            return self._digests[at]
        except OSError:
            return hashlib.sha256(entry.path.encode("utf-8", "replace")).hexdigest()

    async def known(self, keys: Iterable[str]) -> dict[str, Answer]:
        """The answers that the history has, by key; what cannot be read is missing."""
        found = await self._store.read(measurements.load, tuple(dict.fromkeys(keys)))
        return await asyncio.to_thread(_decoded, found)

    async def ask(
        self,
        wanted: Mapping[str, Put],
        on_measured: OnMeasured | None = None,
    ) -> dict[str, Answer | WorkbenchError]:
        """Ask models, one after the other, and keep what they answer.

        Where this is cancelled, what was answered is kept.

        Args:
            wanted: questions by key, those that begin alike next to each other.
            on_measured: hears how far it is.

        Returns:
            An answer for each, or the error why there is none.

        Raises:
            StoreError: an answer could not be kept.
        """
        work = _Work(self, wanted, on_measured)
        for path in dict.fromkeys(each.model.entry.path for each in wanted.values()):
            keys = [key for key, each in wanted.items() if each.model.entry.path == path]
            await work.run(wanted[keys[0]].model, keys)
        return work.found

    async def one(self, engine: Engine, question: Question) -> Answer:
        """Ask an engine that has the model, without keeping it."""
        messages: tuple[Message, ...] = ()
        if isinstance(question, TextsQuestion) and question.prompt is not None:
            prompt = question.prompt
            messages = await render(
                self._pool,
                prompt.source,
                prompt.path,
                prompt.variables,
                sources=self._library.sources(),
            )
        return await put(engine, question, messages)

    def hold(self, model: JudgeModel) -> AbstractAsyncContextManager[Engine]:
        """An engine that has the model inside the block."""
        return self._models.hold(model.entry)

    async def keep(self, given: Sequence[Measurement]) -> None:
        """Keep answers.

        Raises:
            StoreError: they cannot be saved.
        """
        await self._store.write(measurements.keep, given)


class _Work:
    """Questions at work."""

    def __init__(
        self, asking: Asking, wanted: Mapping[str, Put], on_measured: OnMeasured | None
    ) -> None:
        self._asking = asking
        self._wanted = wanted
        self._tell = on_measured or (lambda _done, _total: None)
        self.found: dict[str, Answer | WorkbenchError] = {}
        self._unsaved: list[Measurement] = []

    async def run(self, model: JudgeModel, keys: Sequence[str]) -> None:
        try:
            async with self._asking.hold(model) as engine:
                await self._all(engine, keys)
        except StoreError:
            raise
        except WorkbenchError as error:  # the model cannot be had
            for key in keys:
                self.found.setdefault(key, error)
        finally:
            await asyncio.shield(self._save())

    async def _all(self, engine: Engine, keys: Sequence[str]) -> None:
        waiting = iter(keys)

        async def work() -> None:
            for key in waiting:
                await self._one(engine, key)

        width = engine.model.decode_width if engine.model is not None else 1
        tasks = [asyncio.create_task(work()) for _ in range(min(width, len(keys)))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                raise error

    async def _one(self, engine: Engine, key: str) -> None:
        given = self._wanted[key]
        try:
            answer = await self._asking.one(engine, given.question)
        except StoreError:
            raise
        except WorkbenchError as error:
            self.found[key] = error
        else:
            self.found[key] = answer
            self._unsaved.append(
                Measurement(
                    key=key,
                    kind=answer.__struct_config__.tag or "",  # type: ignore[arg-type]
                    model=given.model.entry.name,
                    payload=msgspec.msgpack.encode(answer),
                )
            )
            if len(self._unsaved) >= _KEEP_EVERY:
                await self._save()
        self._tell(len(self.found), len(self._wanted))

    async def _save(self) -> None:
        unsaved, self._unsaved = self._unsaved, []
        if unsaved:
            await self._asking.keep(unsaved)


def _decoded(found: Mapping[str, bytes]) -> dict[str, Answer]:
    decoder = msgspec.msgpack.Decoder(Answer)
    answers: dict[str, Answer] = {}
    for key, payload in found.items():
        try:
            answers[key] = decoder.decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue  # damaged: it is measured again
    return answers
