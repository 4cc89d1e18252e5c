"""What the worker finds of a model while it has nothing else to do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from workbench.engine.model_file import FileStamp, Wanted
from workbench.engine.protocol import LoadedModel


class Findings:
    """The digest of the model's file, and how many answers it decodes best together."""

    def __init__(self) -> None:
        self.widths: dict[str, int] = {}
        """How many answers are decoded best together, by model and settings."""
        self.sent: Wanted | None = None
        """The model that the worker was last given."""
        self._digests: dict[tuple[str, FileStamp], str] = {}
        self._is_measured = asyncio.Event()
        self._listeners: list[Callable[[], None]] = []

    def on_width(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` when ``widths`` has grown."""
        self._listeners.append(listener)

    async def wait_measured(self) -> None:
        """Until the width of the loaded model is known."""
        await self._is_measured.wait()

    def begin(self, wanted: Wanted) -> int:
        """A model is sent to the worker: its width where it is known, else 0."""
        self.sent = wanted
        self._is_measured.clear()
        return self.widths.get(wanted.width_key, 0)

    def loaded(self, model: LoadedModel, width: int) -> LoadedModel:
        """The model that was sent is in memory; it is returned with what is known of its file."""
        assert self.sent is not None
        if width or self.sent.settings.sequences:
            self._is_measured.set()
        digest = self._digests.get((self.sent.path, self.sent.stamp), "")
        return msgspec.structs.replace(model, file_sha256=digest)

    def take_digest(self, path: str, sha256: str, model: LoadedModel | None) -> LoadedModel | None:
        """The digest of a file; the model in memory with it."""
        if self.sent is None or self.sent.path != path:
            return model
        self._digests[path, self.sent.stamp] = sha256
        return model and msgspec.structs.replace(model, file_sha256=sha256)

    def take_width(self, path: str, width: int, model: LoadedModel | None) -> LoadedModel | None:
        """How many answers a model decodes best together; the model in memory with it."""
        if self.sent is None or self.sent.path != path:
            return model
        self.widths[self.sent.width_key] = width
        self._is_measured.set()
        for listener in self._listeners:
            listener()
        return model and msgspec.structs.replace(model, decode_width=width)
