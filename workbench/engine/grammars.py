"""Grammars that may be used: each was tried once in a process of its own."""

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
_REMEMBERED = 256


class Grammars:
    """Turns a grammar or JSON schema into a grammar that llama.cpp takes, and remembers it.

    Args:
        pool: where schemas are read.
    """

    def __init__(self, pool: SandboxPool) -> None:
        self._pool = pool
        self._known: OrderedDict[tuple[str, str, str], Constraint | GrammarError] = OrderedDict()
        self._lock = asyncio.Lock()

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
        reason = await _try_on_model(found.grammar, model_path)
        return GrammarError(reason) if reason else found


async def _try_on_model(grammar: str, model_path: str) -> str:
    """Let a throw-away process meet the grammar first; the reason why it cannot be used, or ""."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "workbench.engine.worker.grammar_trial",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    asked = json.dumps({"grammar": grammar, "model": model_path})
    try:
        told, _ = await asyncio.wait_for(process.communicate(asked.encode()), TRIAL_SECONDS)
    except TimeoutError:
        return "llama.cpp takes too long to read the grammar: simplify it."
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    try:
        return str(json.loads(told)["reason"])
    except ValueError:
        return "llama.cpp crashes on the grammar: simplify it."
