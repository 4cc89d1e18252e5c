"""Grammars that may be used: each was tried once in a process that nobody will miss."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections import OrderedDict

import msgspec

from workbench.domain.errors import GrammarError
from workbench.domain.sampling import Sampling
from workbench.engine.constraint import Constraint, read_constraint
from workbench.sandbox.pool import SandboxPool

TRIAL_SECONDS = 20.0
"""Long for a cold start on a busy machine; a grammar itself is read in milliseconds."""
COMMAND = (sys.executable, "-P", "-m", "workbench.engine.worker.grammar_trial")
"""Starts the process that meets grammars first."""
_REMEMBERED = 4096
_IDLE_SECONDS = 30.0


class Grammars:
    """Turns a grammar or JSON schema into a grammar that llama.cpp takes, and remembers it.

    Args:
        pool: where schemas are read.
    """

    def __init__(self, pool: SandboxPool) -> None:
        self._pool = pool
        self._known: OrderedDict[tuple[str, str, str], Constraint | GrammarError] = OrderedDict()
        self._lock = asyncio.Lock()
        self._trial = _Trial()

    async def close(self) -> None:
        """End the process that tries grammars."""
        await self._trial.close()

    async def checked(
        self, sampling: Sampling, model_path: str
    ) -> tuple[Sampling, tuple[str, ...]]:
        """The sampling with ``grammar`` set to what the worker may be given.

        Returns:
            It, and a sentence for each keyword of a schema that the grammar does not enforce.

        Raises:
            GrammarError: it cannot be used; the sentence says where and why.
        """
        if not sampling.grammar and not sampling.json_schema:
            return sampling, ()
        key = (sampling.grammar, sampling.json_schema, model_path)
        async with self._lock:  # many calls of a run come at once with the same grammar
            found = self._known.get(key)
            if found is None:
                found = self._known[key] = await self._try(*key)
                while len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
        if isinstance(found, GrammarError):
            raise GrammarError(found.reason, line=found.line)
        return msgspec.structs.replace(sampling, grammar=found.grammar, json_schema=""), found.notes

    async def _try(
        self, grammar: str, json_schema: str, model_path: str
    ) -> Constraint | GrammarError:
        try:
            found = await read_constraint(self._pool, grammar=grammar, json_schema=json_schema)
        except GrammarError as error:
            return error
        reason = await self._trial.reason(found.grammar, model_path)
        return GrammarError(reason) if reason else found


class _Trial:
    """The process that meets new grammars first; another is started when one has died of it.

    It keeps the model's vocabulary, so that the many grammars of a search are read in milliseconds,
    and is let go when nothing was asked for a while.
    """

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._idle: asyncio.TimerHandle | None = None

    async def reason(self, grammar: str, model_path: str) -> str:
        """Why a grammar cannot be used, "" where it can."""
        if self._idle is not None:
            self._idle.cancel()
        process = await self._started()
        asked = json.dumps({"grammar": grammar, "model": model_path})
        try:
            told = await asyncio.wait_for(_exchange(process, asked), TRIAL_SECONDS)
        except TimeoutError:
            await self.close()
            return "llama.cpp takes too long to read the grammar: simplify it."
        except BaseException:
            await self.close()
            raise
        if not told:
            await self.close()
            return "llama.cpp crashes on the grammar: simplify it."
        self._idle = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._let_go)
        return str(json.loads(told)["reason"])

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *COMMAND,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
        return self._process

    def _let_go(self) -> None:
        """End the process at the end of its input."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()

    async def close(self) -> None:
        """End the process now."""
        if self._idle is not None:
            self._idle.cancel()
        process, self._process = self._process, None
        if process is not None:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
            await process.communicate()


async def _exchange(process: asyncio.subprocess.Process, asked: str) -> bytes:
    """One line for another; b"" where the process has ended."""
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(asked.encode() + b"\n")
        await process.stdin.drain()
    return await process.stdout.readline()
