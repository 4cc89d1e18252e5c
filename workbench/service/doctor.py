"""What is installed, what this machine can do, and how fast it is."""

from __future__ import annotations

import asyncio
import importlib.metadata
import os
import platform
import time
from contextlib import aclosing
from typing import Any

import psutil

from workbench import __version__
from workbench.domain.errors import WorkbenchError
from workbench.domain.runs.sampling import Sampling
from workbench.domain.text import Message
from workbench.engine.protocol import GenerateRequest, PromptProgress, SampleDone, TextDelta
from workbench.history import session
from workbench.models.memory.machine import memory
from workbench.service.core import Core, try_saving
from workbench.service.models.models import Models

_PACKAGES = ("llama-cpp-python", "PySide6-Essentials", "SQLAlchemy", "Jinja2", "msgspec")
_STORY = "Tell a long story about a lighthouse keeper and a lost ship. "


class Doctor:
    """Examines the installation and the machine."""

    def __init__(self, core: Core, models: Models) -> None:
        self._engines = core.engines
        self._store = core.store
        self._paths = core.paths
        self._models = models

    async def examine(self, speed_seconds: float = 5.0) -> dict[str, Any]:
        """Examine the installation.

        Args:
            speed_seconds: how long to generate for the speed test; 0 leaves it out.

        Returns:
            JSON values in sections: program, packages, machine, paths, history, engine, model,
            speed. What cannot be found out has a sentence under ``error`` in its section.
        """
        found = self.describe()
        try:
            await self._models.load()
            model = self._engines.current.model
            if model is not None:
                found["engine"] = {"library": model.library, "threads": model.threads}
                found["model"] = {
                    "name": model.name,
                    "path": model.path,
                    "context_tokens": model.context_tokens,
                    "shared_prefixes": model.shared_prefixes,
                }
                if self._engines.current is self._engines.local:
                    found["memory"] = await self._compare_memory(model.path)
            if speed_seconds > 0:
                found["speed"] = await self._measure_speed(speed_seconds)
                await self._keep_speed(found["speed"])
        except WorkbenchError as error:
            found["engine"] = {"error": str(error)}
        return found

    def _examine_history(self) -> dict[str, Any]:
        status = self._store.status
        found: dict[str, Any] = {"path": status.path, "recovered": status.recovered}
        if status.problem:
            found["error"] = status.problem
        return found

    def describe(self) -> dict[str, Any]:
        """The sections of :meth:`examine` for which nothing is loaded or measured."""
        return {
            "program": {"version": __version__, "python": platform.python_version()},
            "packages": {name: _version(name) for name in _PACKAGES},
            "machine": {
                "system": platform.platform(),
                "processor": platform.processor() or platform.machine(),
                "cores": psutil.cpu_count(logical=False) or os.cpu_count(),
                "memory_bytes": memory().total_bytes,
                "free_bytes": memory().free_bytes,
            },
            "paths": self._paths.describe(),
            "history": self._examine_history(),
        }

    async def read_log(self, most_bytes: int = 64_000) -> str:
        """The end of the program's log, in whole lines; "" where nothing was written yet."""

        def read() -> str:
            path = self._paths.log
            if not path.exists():
                return ""
            with path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - most_bytes))
                text = file.read().decode("utf-8", "replace")
            return text if size <= most_bytes else text.partition("\n")[2]

        return await asyncio.to_thread(read)

    async def _compare_memory(self, path: str) -> dict[str, Any]:
        """The loaded model's estimate and the memory it uses, {} where that is not reported."""
        details = await self._models.inspect(path)
        estimate, used = details.memory, details.used
        if used is None:
            return {}
        return {
            "estimated_bytes": estimate.total_bytes,
            "used_bytes": used.total_bytes,
            "resident_bytes": used.resident_bytes,
            "error_percent": round(100 * (estimate.total_bytes / used.total_bytes - 1), 2),
        }

    async def _keep_speed(self, speed: dict[str, float]) -> None:
        model = self._engines.current.model
        if model is not None:
            await try_saving(
                self._store.write(
                    session.record_speed,
                    model.path,
                    prompt=speed["prompt_tokens_per_second"],
                    generation=speed["generated_tokens_per_second"],
                )
            )

    async def _measure_speed(self, seconds: float) -> dict[str, float]:
        """Read a prompt of a few hundred tokens and write until the time is over (tokens/s)."""
        messages = (Message.literal("user", _STORY * 24),)
        segments = await self._engines.current.format_chat(messages)
        request = GenerateRequest(
            segments=segments,
            sampling=Sampling(temperature=1.0, max_tokens=2000),
            seeds=(1,),
            mode="strict",
            messages=messages,
        )
        started = time.monotonic()
        first = None
        evaluated = generated = 0
        async with aclosing(self._engines.current.generate(request)) as frames:
            async for frame in frames:
                now = time.monotonic()
                if isinstance(frame, PromptProgress):
                    evaluated = frame.done_tokens - frame.reused_tokens
                elif isinstance(frame, TextDelta):
                    first = first or now
                    generated += len(frame.tokens)
                elif isinstance(frame, SampleDone):
                    break
                if now - started > seconds:
                    break
        ended = time.monotonic()
        first = first or ended
        return {
            "prompt_tokens_per_second": round(evaluated / max(first - started, 1e-9), 1),
            "generated_tokens_per_second": round(generated / max(ended - first, 1e-9), 1),
            "seconds": round(ended - started, 2),
        }


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
