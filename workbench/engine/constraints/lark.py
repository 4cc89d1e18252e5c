"""Writes the rules of a GBNF grammar in the syntax of llguidance, which is Lark's.

The converter that comes with llguidance joins rules into lexemes that match as much as they can, so
that ``"a" "bc" | "ab" "d"`` no longer allows "abc". Here each character is a lexeme of its own and
the language stays the same.
"""

from __future__ import annotations

import json

from llguidance import LLParserLimits

from workbench.engine.constraints.grammar import ROOT
from workbench.engine.constraints.grammar_rules import Item, Rule

HEADER = '%llguidance {"no_forcing": true}\n'
"""Without forcing, a token is allowed for its text alone, as in llama.cpp."""

LIMITS = LLParserLimits(max_items_in_row=10_000, verbose_errors=False)
"""llguidance's own, but for long lists of alternatives: what is over them ends an answer."""


def lark_of_rules(rules: dict[str, Rule]) -> str:
    """The grammar of these rules. A "<" in it is always the beginning of a token."""
    names = {name: "start" if name == ROOT else f"r{index}" for index, name in enumerate(rules)}
    lines = [
        f"{names[name]}: " + " | ".join(_sequence(each, names) for each in rule.alternatives)
        for name, rule in rules.items()
    ]
    return HEADER + "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """JSON text in which no "<" is left as it is."""
    return text.replace("<", "\\u003c")


def _sequence(items: list[Item], names: dict[str, str]) -> str:
    return " ".join(_item(item, names) for item in items) or '""'


def _item(item: Item, names: dict[str, str]) -> str:
    once = _once(item, names)
    if (item.least, item.most) == (1, 1):
        return once
    if item.is_empty:
        return '""'
    most = "" if item.most is None else item.most
    return f"{once}{{{item.least},{most}}}"


def _once(item: Item, names: dict[str, str]) -> str:
    if item.rule:
        return names[item.rule]
    if item.token:
        return item.token
    if item.is_empty and not item.negated:
        return '""'
    if item.text is not None:
        chars = [quoted(json.dumps(char)) for char in item.text]
        return chars[0] if len(chars) == 1 else f"({' '.join(chars)})"
    if not item.ranges:
        return "/(?s:.)/"
    inside = "".join(f"{_code(low)}-{_code(high)}" for low, high in item.ranges)
    return f"/[{'^' if item.negated else ''}{inside}]/"


def _code(char: str) -> str:
    return f"\\u{{{ord(char):x}}}"
