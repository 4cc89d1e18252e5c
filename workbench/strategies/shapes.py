"""Grammars (GBNF) for steps that have a shape."""

from __future__ import annotations

from collections.abc import Sequence

_LINE = "line ::= [^\\n]{1,%d}"
_LINE_CHARACTERS = 240
_REASON_CHARACTERS = 160
"""Short, so that the verdict after it is within the tokens of a thought."""


def quoted(text: str) -> str:
    """A text as a GBNF literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def one_of(texts: Sequence[str]) -> str:
    """Exactly one of these texts."""
    return "root ::= " + " | ".join(quoted(text) for text in texts)


def numbered(count: int, line: str = _LINE % _LINE_CHARACTERS) -> str:
    """``count`` numbered lines; ``line`` is the rule of that name."""
    items = " ".join(
        f'"{"" if place == 1 else chr(92) + "n"}{place}. " line' for place in range(1, count + 1)
    )
    return f"root ::= {items}\n{line}"


def numbered_moves(count: int, one: str) -> str:
    """``count`` numbered lines, each as the grammar ``one`` has it."""
    return numbered(count, one.replace("root ::=", "line ::=", 1))


def list_of_lines(most: int) -> str:
    """One to ``most`` numbered lines."""
    rules = ["root ::= item-1"]
    for place in range(1, most + 1):
        mark = f'"{"" if place == 1 else chr(92) + "n"}{place}. "'
        rest = f" item-{place + 1}?" if place < most else ""
        rules.append(f"item-{place} ::= {mark} line{rest}")
    return "\n".join([*rules, _LINE % _LINE_CHARACTERS])


def reasoned(ending: str, characters: int = _REASON_CHARACTERS) -> str:
    """A short reason on a line of its own, then ``ending`` (a GBNF expression)."""
    return f'root ::= [^\\n]{{1,{characters}}} "\\n" ({ending})'


def verdict(labels: Sequence[str]) -> str:
    """A reason, then one of the labels."""
    return reasoned(" | ".join(quoted(label) for label in labels))


def vote(count: int) -> str:
    """A reason, then the number of the best choice."""
    numbers = " | ".join(quoted(str(number)) for number in range(1, count + 1))
    return reasoned(f'"The best choice is " ({numbers})')


def score(characters: int = _REASON_CHARACTERS) -> str:
    """A reason, then a score from 0 to 10."""
    return reasoned('"Score: " ("10" | [0-9])', characters)


NUMBER = 'root ::= "-"? [0-9]{1,12} ("." [0-9]{1,6})?'
YES_NO = 'root ::= "Yes" | "No"'


def letter(count: int) -> str:
    """One of the first ``count`` letters, as in a multiple choice."""
    return f"root ::= [A-{chr(ord('A') + count - 1)}]"
