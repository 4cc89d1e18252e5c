"""What an answer is bound by: a grammar, given as such or made from a JSON schema."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from workbench.domain.errors import GrammarError, SandboxError
from workbench.engine.grammar import check_grammar
from workbench.engine.json_schema import SchemaGrammar
from workbench.sandbox.pool import SandboxPool

_SECONDS = 3.0


class Constraint(msgspec.Struct, frozen=True):
    """A grammar without faults, and a sentence for each keyword that it does not enforce."""

    grammar: str
    notes: tuple[str, ...] = ()


async def read_constraint(pool: SandboxPool, *, grammar: str, json_schema: str) -> Constraint:
    """Check a grammar, or make one from a JSON schema; no model is needed.

    Args:
        pool: where schemas are read: one can be made to take for ever.
        grammar: GBNF, or "".
        json_schema: JSON text, or "".

    Raises:
        GrammarError: it cannot be used; the sentence says where and why.
    """
    if not json_schema:
        if grammar:
            await asyncio.to_thread(check_grammar, grammar)
        return Constraint(grammar)
    job = "workbench.engine.json_schema:grammar_of_schema_job"
    try:
        found: Any = await pool.call(job, json_schema, deadline_seconds=_SECONDS)
    except SandboxError:
        raise GrammarError("The JSON schema takes too long to read: make it simpler.") from None
    made = msgspec.convert(found, SchemaGrammar)
    try:
        await asyncio.to_thread(check_grammar, made.grammar)
    except GrammarError as error:
        raise GrammarError(
            f"The JSON schema cannot be used, its grammar has a fault: {error}"
        ) from None
    notes = tuple(
        f"The answer is not bound by “{keyword}” of the JSON schema: check it yourself."
        for keyword in made.unbound
    )
    return Constraint(made.grammar, notes)
