"""Reads a grammar or a JSON schema and tries the outcome once; runs in the sandbox."""

from __future__ import annotations

import random
from typing import Any

from llguidance import LLMatcher, LLTokenizer

from workbench.domain.errors import GrammarError
from workbench.engine.constraints.grammar import check_grammar
from workbench.engine.constraints.json_schema import grammar_of_schema
from workbench.engine.constraints.lark import LIMITS, lark_of_rules

_TRIED_BYTES = 16


def read_job(grammar: str, json_schema: str) -> dict[str, Any]:
    """A ``Constraint`` as builtins; GrammarError where none can be made."""
    notes: list[str] = []
    if json_schema:
        made = grammar_of_schema(json_schema)
        lark = made.grammar
        notes += (
            f"The answer is not bound by “{keyword}” of the JSON schema: check it yourself."
            for keyword in made.unbound
        )
    else:
        lark = lark_of_rules(check_grammar(grammar))
    if "<" not in lark:  # Tokens are known to the model only.
        _follow(lark, "JSON schema" if json_schema else "grammar")
    return {"grammar": lark, "notes": notes}


def _follow(grammar: str, what: str) -> None:
    """Write the beginning of a text by a grammar, byte by byte.

    Raises:
        GrammarError: it cannot be used.
    """
    tokenizer = LLTokenizer("byte")
    matcher = LLMatcher(tokenizer, grammar, log_level=0, limits=LIMITS)
    chance = random.Random(1)  # noqa: S311 - any choice will do
    for _ in range(_TRIED_BYTES):
        if matcher.is_error():
            break
        mask = matcher.compute_logit_bias()
        allowed = [byte for byte, bias in enumerate(mask) if bias]
        if matcher.is_error() or matcher.is_stopped():
            break
        matcher.consume_token(chance.choice(allowed))
    if matcher.is_error():
        reason = matcher.get_error().strip().splitlines()[0].rstrip(".")
        if reason.startswith("NoExtension"):
            raise GrammarError(f"No text fits the {what}: it can never be followed.")
        raise GrammarError(f"The {what} cannot be used, simplify it: {reason}.")
