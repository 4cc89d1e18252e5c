"""The constraint of an answer: a grammar, given as such or made from a JSON schema."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Any

import msgspec

from workbench.domain.errors import GrammarError, SandboxError
from workbench.processes.pool import SandboxPool

_SECONDS = 3.0
_REMEMBERED = 4096


class Constraint(msgspec.Struct, frozen=True):
    """A grammar in the syntax of llguidance, and a sentence for each keyword it leaves out."""

    grammar: str
    notes: tuple[str, ...] = ()


class Constraints:
    """Reads grammars and JSON schemas in the sandbox, each once.

    Args:
        pool: the sandbox.
    """

    def __init__(self, pool: SandboxPool) -> None:
        self._pool = pool
        self._known: OrderedDict[tuple[str, str], Constraint | GrammarError] = OrderedDict()
        self._lock = asyncio.Lock()

    async def read(self, *, grammar: str, json_schema: str) -> Constraint:
        """:func:`read_constraint`, from memory where it was asked before."""
        key = (grammar, json_schema)
        async with self._lock:  # many calls of a run come at once with the same grammar
            found = self._known.get(key)
            if found is None:
                try:
                    found = await read_constraint(
                        self._pool, grammar=grammar, json_schema=json_schema
                    )
                except GrammarError as error:
                    found = error
                self._known[key] = found
                while len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
        if isinstance(found, GrammarError):
            raise GrammarError(found.reason, line=found.line)
        return found


async def read_constraint(pool: SandboxPool, *, grammar: str, json_schema: str) -> Constraint:
    """Check a grammar, or make one from a JSON schema; no model is needed.

    Args:
        pool: where they are read: one can be made to take any time and memory.
        grammar: GBNF, or "".
        json_schema: JSON text, or "".

    Raises:
        GrammarError: it cannot be used; the sentence says where and why.
    """
    if not grammar and not json_schema:
        return Constraint("")
    job = "workbench.engine.constraints.job:read_job"
    try:
        found: Any = await pool.call(job, grammar, json_schema, deadline_seconds=_SECONDS)
    except SandboxError:
        what = "JSON schema" if json_schema else "grammar"
        raise GrammarError(f"The {what} takes too long to read: make it simpler.") from None
    return msgspec.convert(found, Constraint)
