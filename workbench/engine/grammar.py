"""Checks a GBNF grammar before llama.cpp sees it: most bad ones would end the worker (0.3.36).

The syntax is that of llama.cpp's parser (``src/llama-grammar.cpp``); beyond it these are refused:
references to rules that do not exist, rules that begin with themselves, ranges that run backwards,
and sizes that would exhaust the stack.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from workbench.domain.errors import GrammarError

MAX_BYTES = 64 * 1024
MAX_NESTING = 150
MAX_REPETITION = 2000
"""llama.cpp's MAX_REPETITION_THRESHOLD; it multiplies over nested repetitions."""
ROOT = "root"

_SPACE = re.compile(r"(?:[ \t]|#[^\r\n]*)*")
_SPACE_AND_LINES = re.compile(r"(?:[ \t\r\n]|#[^\r\n]*)*")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_NUMBER = re.compile(r"[0-9]{1,9}")
_ESCAPES = {"x": 2, "u": 4, "U": 8}
_PLAIN_ESCAPES = {
    "t": "\t",
    "r": "\r",
    "n": "\n",
    "\\": "\\",
    '"': '"',
    "[": "[",
    "]": "]",
    "-": "-",
}
_TOKEN = re.compile(r"!?<(?:\[[0-9]{1,9}\]|[^>\s\[][^>\s]*)>")


@dataclass
class _Item:
    """Something that is matched, ``least`` times or more: a reference, a group, or characters."""

    rule: str = ""
    group: list[list[_Item]] | None = None
    is_empty: bool = False
    line: int = 0
    weight: int = 1
    least: int = 1
    is_repeated: bool = False
    has_no_end: bool = False


@dataclass
class _Rule:
    line: int
    alternatives: list[list[_Item]] = field(default_factory=list)


def check_grammar(text: str) -> None:
    """Raise unless the grammar can be used.

    Raises:
        GrammarError: with the line and what is wrong there.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise GrammarError("The grammar is longer than 64 KB: make it shorter.")
    if "\0" in text:
        raise GrammarError("The grammar holds a NUL character: remove it.")
    rules = _Parser(text).parse()
    if ROOT not in rules:
        raise GrammarError(f"The grammar has no rule called {ROOT}, with which it begins: add one.")
    for name, rule in rules.items():
        _require_defined(name, rule.alternatives, rules)
    _refuse_left_recursion(rules)


class _Parser:
    """Recursive descent over the text; ``_at`` is the next character."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._line_starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._at = 0
        self._depth = 0
        self._rule = ""

    def parse(self) -> dict[str, _Rule]:
        rules: dict[str, _Rule] = {}
        self._skip(lines=True)
        while self._at < len(self._text):
            line = self._line
            name = self._match(_NAME)
            if not name:
                raise self._error("a rule begins with a name of letters, digits and hyphens")
            self._rule = name
            self._skip(lines=False)
            if not self._text.startswith("::=", self._at):
                raise self._error(f"::= is missing after the name {name}")
            self._at += 3
            self._skip(lines=True)
            rules[name] = _Rule(line, self._alternatives(nested=False))
            if self._peek() not in ("", "\n", "\r"):
                raise self._error(f"{self._peek()!r} does not fit here")
            self._skip(lines=True)
        return rules

    def _alternatives(self, *, nested: bool) -> list[list[_Item]]:
        found = [self._sequence(nested=nested)]
        while self._peek() == "|":
            self._at += 1
            self._skip(lines=True)
            found.append(self._sequence(nested=nested))
        return found

    def _sequence(self, *, nested: bool) -> list[_Item]:
        items: list[_Item] = []
        while (char := self._peek()) not in ("", "|", ")", "\n", "\r"):
            if char in "*+?{":
                if not items:
                    raise self._error(f"{char} repeats nothing")
                if items[-1].is_repeated:
                    items[-1] = _Item(
                        group=[[items[-1]]], line=items[-1].line, weight=items[-1].weight
                    )
                self._repeat(items[-1])
            else:
                items.append(self._item(char))
            self._skip(lines=nested)
        return items

    def _item(self, char: str) -> _Item:
        line = self._line
        if char == '"':
            return _Item(is_empty=not self._literal(), line=line)
        if char == "[":
            return _Item(is_empty=not self._class(), line=line)
        if char == "(":
            return self._group(line)
        if char == ".":
            self._at += 1
            return _Item(line=line)
        if char in "<!":
            if not self._match(_TOKEN):
                raise self._error("a token is written <text> or <[number]>")
            return _Item(line=line)
        name = self._match(_NAME)
        if not name:
            raise self._error(f"{char!r} does not fit here")
        return _Item(rule=name, line=line)

    def _group(self, line: int) -> _Item:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise self._error(f"brackets are nested deeper than {MAX_NESTING}")
        self._at += 1
        self._skip(lines=True)
        found = self._alternatives(nested=True)
        if self._peek() != ")":
            raise self._error(") is missing")
        self._at += 1
        self._depth -= 1
        weight = 1 + sum(item.weight for sequence in found for item in sequence)
        return _Item(group=found, line=line, weight=weight)

    def _literal(self) -> str:
        self._at += 1
        found: list[str] = []
        while self._peek() != '"':
            found.append(self._char('the text ends before its closing "'))
        self._at += 1
        return "".join(found)

    def _class(self) -> bool:
        """Whether the class holds anything."""
        self._at += 1
        if self._peek() == "^":
            self._at += 1
        count = 0
        while self._peek() != "]":
            low = self._char("the class ends before its closing ]")
            count += 1
            if self._peek() == "-" and self._text[self._at + 1 : self._at + 2] != "]":
                self._at += 1
                high = self._char("the class ends before its closing ]")
                if high < low:
                    raise self._error(f"the range {low}-{high} runs backwards")
        self._at += 1
        return count > 0

    def _char(self, at_the_end: str) -> str:
        char = self._peek()
        if not char:
            raise self._error(at_the_end)
        self._at += 1
        if char != "\\":
            return char
        escape = self._peek()
        self._at += 1
        if escape in _PLAIN_ESCAPES:
            return _PLAIN_ESCAPES[escape]
        size = _ESCAPES.get(escape, 0)
        digits = self._text[self._at : self._at + size]
        if not size or not re.fullmatch(rf"[0-9A-Fa-f]{{{size}}}", digits):
            raise self._error(f"\\{escape} is no escape that is known")
        self._at += size
        if int(digits, 16) > 0x10FFFF:
            raise self._error(f"\\{escape}{digits} is no character")
        return chr(int(digits, 16))

    def _repeat(self, item: _Item) -> None:
        sign = self._peek()
        self._at += 1
        item.is_repeated = True
        if sign != "{":
            item.least = 1 if sign == "+" else 0
            item.has_no_end = sign != "?"
            return
        self._skip(lines=True)
        least = most = self._count()
        if self._peek() == ",":
            self._at += 1
            self._skip(lines=True)
            most = self._count() if self._peek() != "}" else None
        if self._peek() != "}":
            raise self._error("} is missing")
        self._at += 1
        assert least is not None
        if most is not None and most < least:
            raise self._error(f"{{{least},{most}}} asks for fewer at most than at least")
        item.weight *= max(most or least, 1)
        if item.weight > MAX_REPETITION:
            raise self._error(f"repetitions multiply to more than {MAX_REPETITION:,}")
        item.least, item.has_no_end = least, most is None

    def _count(self) -> int | None:
        digits = self._match(_NUMBER)
        if not digits:
            raise self._error("a number is missing in { }")
        self._skip(lines=True)
        return int(digits)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if not found:
            return ""
        self._at = found.end()
        return found.group()

    def _skip(self, *, lines: bool) -> None:
        self._match(_SPACE_AND_LINES if lines else _SPACE)

    @property
    def _line(self) -> int:
        return bisect_right(self._line_starts, self._at)

    def _error(self, what: str) -> GrammarError:
        where = f", in the rule {self._rule}" if self._rule else ""
        return GrammarError(
            f"The grammar cannot be used: line {self._line}{where}: {what}.", line=self._line
        )


def _require_defined(name: str, alternatives: list[list[_Item]], rules: dict[str, _Rule]) -> None:
    for sequence in alternatives:
        for item in sequence:
            if item.rule and item.rule not in rules:
                raise GrammarError(
                    f"The grammar cannot be used: line {item.line}, in the rule {name}: there is "
                    f"no rule called {item.rule}.",
                    line=item.line,
                )
            if item.group is not None:
                _require_defined(name, item.group, rules)


def _refuse_left_recursion(rules: dict[str, _Rule]) -> None:
    """A rule that can come back to itself before it has matched anything never ends."""
    nullable: set[str] = set()
    while True:
        more = {
            name
            for name, rule in rules.items()
            if name not in nullable and _can_be_empty(rule.alternatives, nullable)
        }
        if not more:
            break
        nullable |= more
    first = {name: _first_rules(rule.alternatives, nullable) for name, rule in rules.items()}
    looping = _find_loop(first)
    if looping:
        line = rules[looping].line
        raise GrammarError(
            f"The grammar cannot be used: line {line}: the rule {looping} begins with itself and "
            "would never end; let it begin with something else.",
            line=line,
        )
    for name, rule in rules.items():
        _refuse_empty_loops(name, rule.alternatives, nullable)


def _find_loop(first: dict[str, set[str]]) -> str:
    """A name that can be reached from itself, "" where there is none (depth-first search)."""
    done: set[str] = set()
    for start, following in first.items():
        path: dict[str, list[str]] = {} if start in done else {start: list(following)}
        while path:
            name, left = next(reversed(path.items()))
            if not left:
                done.add(name)
                del path[name]
            elif (other := left.pop()) in path:
                return other
            elif other not in done:
                path[other] = list(first[other])
    return ""


def _refuse_empty_loops(name: str, alternatives: list[list[_Item]], nullable: set[str]) -> None:
    """What may be empty and is repeated without end never ends either."""
    for sequence in alternatives:
        for item in sequence:
            if item.has_no_end and _is_nothing(item, nullable):
                raise GrammarError(
                    f"The grammar cannot be used: line {item.line}, in the rule {name}: something "
                    "that may be empty is repeated without end; let it hold at least one "
                    "character.",
                    line=item.line,
                )
            if item.group is not None:
                _refuse_empty_loops(name, item.group, nullable)


def _can_be_empty(alternatives: list[list[_Item]], nullable: set[str]) -> bool:
    return any(all(_is_nullable(item, nullable) for item in each) for each in alternatives)


def _is_nullable(item: _Item, nullable: set[str]) -> bool:
    return item.least == 0 or _is_nothing(item, nullable)


def _is_nothing(item: _Item, nullable: set[str]) -> bool:
    """Whether one occurrence of it may be empty."""
    if item.group is not None:
        return _can_be_empty(item.group, nullable)
    return item.is_empty or item.rule in nullable


def _first_rules(alternatives: list[list[_Item]], nullable: set[str]) -> set[str]:
    """Rules that may come first, before anything was matched."""
    found: set[str] = set()
    for sequence in alternatives:
        for item in sequence:
            if item.rule:
                found.add(item.rule)
            if item.group is not None:
                found |= _first_rules(item.group, nullable)
            if not _is_nullable(item, nullable):
                break
    return found
