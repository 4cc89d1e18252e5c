"""Reads a GBNF grammar and says what is wrong with it, line by line.

The syntax is that of llama.cpp's parser (``src/llama-grammar.cpp``); beyond it these are refused:
references to rules that do not exist, rules that begin with themselves, ranges that run backwards,
and sizes that would exhaust the stack. llama.cpp's own servers may end on most of them.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from workbench.domain.errors import GrammarError
from workbench.engine.constraints.grammar_rules import Item, Rule, refuse_endless, require_defined

MAX_BYTES = 64 * 1024
MAX_NESTING = 200
MAX_REPETITION = 2000
"""llama.cpp's MAX_REPETITION_THRESHOLD; it multiplies over nested repetitions."""
MAX_ELEMENTS = 500_000
"""Of the grammar when its repetitions are written out, as llama.cpp keeps them (8 bytes each)."""
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


def check_grammar(text: str) -> dict[str, Rule]:
    """The rules of a grammar that can be used.

    Raises:
        GrammarError: with the line and what is wrong there.
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise GrammarError("The grammar holds half a character: type it again.") from None
    if size > MAX_BYTES:
        raise GrammarError("The grammar is longer than 64 KB: make it shorter.")
    if "\0" in text:
        raise GrammarError("The grammar holds a NUL character: remove it.")
    try:
        rules = _Parser(text).parse()
    except RecursionError:
        raise GrammarError("The grammar is nested too deeply: use fewer brackets.") from None
    if ROOT not in rules:
        raise GrammarError(f"The grammar has no rule called {ROOT}, with which it begins: add one.")
    require_defined(rules)
    refuse_endless(rules)
    return rules


class _Parser:
    """Recursive descent over the text; ``_at`` is the next character."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._line_starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._at = 0
        self._depth = 0
        self._rule = ""
        self._rules: dict[str, Rule] = {}
        self._names: set[str] = set()
        self._rules_made = 0
        self._elements = 0

    def parse(self) -> dict[str, Rule]:
        self._skip(lines=True)
        while self._at < len(self._text):
            line = self._line
            name = self._match(_NAME)
            if not name:
                raise self._error("a rule begins with a name of letters, digits and hyphens")
            self._rule = name
            self._see(name)
            self._skip(lines=False)
            if not self._text.startswith("::=", self._at):
                raise self._error(f"::= is missing after the name {name}")
            self._at += 3
            self._skip(lines=True)
            self._rules[name] = Rule(name, line, self._alternatives(nested=False))
            if self._peek() not in ("", "\n", "\r"):
                raise self._error(f"{self._peek()!r} does not fit here")
            self._skip(lines=True)
        return self._rules

    def _alternatives(self, *, nested: bool) -> list[list[Item]]:
        found = [self._sequence(nested=nested)]
        while self._peek() == "|":
            self._at += 1
            self._skip(lines=True)
            found.append(self._sequence(nested=nested))
        return found

    def _sequence(self, *, nested: bool) -> list[Item]:
        items: list[Item] = []
        while (char := self._peek()) not in ("", "|", ")", "\n", "\r"):
            if char in "*+?{":
                if not items or items[-1].is_empty:
                    raise self._error(f"{char} repeats nothing")
                if items[-1].is_repeated:
                    items[-1] = self._bracketed([[items[-1]]], items[-1])
                self._repeat(items[-1])
            else:
                items.append(self._item(char))
                self._count_elements(items[-1].elements)
            self._skip(lines=nested)
        return items

    def _item(self, char: str) -> Item:
        line = self._line
        if char == '"':
            text = self._literal()
            return Item(text=text, line=line, elements=len(text))
        if char == "[":
            return self._class(line)
        if char == "(":
            return self._group(line)
        if char == ".":
            self._at += 1
            return Item(line=line)
        if char in "<!":
            token = self._match(_TOKEN)
            if not token:
                raise self._error("a token is written <text> or <[number]>")
            return Item(token=token, line=line)
        name = self._match(_NAME)
        if not name:
            raise self._error(f"{char!r} does not fit here")
        self._see(name)
        return Item(rule=name, line=line)

    def _see(self, name: str) -> None:
        """llama.cpp counts a name as a rule when it first meets it."""
        if name not in self._names:
            self._names.add(name)
            self._rules_made += 1

    def _group(self, line: int) -> Item:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise self._error(f"brackets are nested deeper than {MAX_NESTING}")
        self._at += 1
        self._skip(lines=True)
        before = self._rules_made
        self._rules_made += 1
        found = self._alternatives(nested=True)
        if self._peek() != ")":
            raise self._error(") is missing")
        self._at += 1
        self._depth -= 1
        return self._bracketed(found, Item(line=line, rules_made=self._rules_made - before))

    def _bracketed(self, alternatives: list[list[Item]], like: Item) -> Item:
        """A rule without a name of its own, and the reference to it."""
        name = f"{self._rule} #{len(self._rules)}"
        self._rules[name] = Rule(self._rule, like.line, alternatives)
        return Item(rule=name, line=like.line, rules_made=like.rules_made, elements=like.elements)

    def _literal(self) -> str:
        self._at += 1
        found: list[str] = []
        while self._peek() != '"':
            found.append(self._char('the text ends before its closing "'))
            if found[-1] == "\0":
                raise self._error("no token can write the NUL character \\x00; leave it out")
        self._at += 1
        return "".join(found)

    def _class(self, line: int) -> Item:
        self._at += 1
        negated = self._peek() == "^"
        self._at += negated
        ranges: list[tuple[str, str]] = []
        while self._peek() != "]":
            low = high = self._char("the class ends before its closing ]")
            if self._peek() == "-" and self._text[self._at + 1 : self._at + 2] != "]":
                self._at += 1
                high = self._char("the class ends before its closing ]")
                if high < low:
                    raise self._error(f"the range {low}-{high} runs backwards")
            ranges.append((low, high))
        self._at += 1
        if not negated and ranges and all(low == high == "\0" for low, high in ranges):
            raise self._error("no token can write the NUL character \\x00; leave it out")
        return Item(ranges=ranges, negated=negated, line=line, elements=2 * len(ranges))

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

    def _repeat(self, item: Item) -> None:
        sign = self._peek()
        self._at += 1
        if sign == "{":
            item.least, item.most = self._bounds()
        else:
            item.least = 1 if sign == "+" else 0
            item.most = 1 if sign == "?" else None
        item.is_repeated = True
        times = max(item.most or item.least, 1)
        item.rules_made *= times
        if max(item.rules_made, times) > MAX_REPETITION:
            raise self._error(f"repetitions multiply to more than {MAX_REPETITION:,}")
        self._rules_made += 1 if item.most is None else item.most - item.least
        self._count_elements(item.elements * times)
        item.elements *= max(item.least, 1)

    def _bounds(self) -> tuple[int, int | None]:
        """The counts in { }."""
        self._skip(lines=True)
        least = self._count()
        most: int | None = least
        if self._peek() == ",":
            self._at += 1
            self._skip(lines=True)
            most = self._count() if self._peek() != "}" else None
        if self._peek() != "}":
            raise self._error("} is missing")
        self._at += 1
        if most is not None and most < least:
            raise self._error(f"{{{least},{most}}} asks for fewer at most than at least")
        return least, most

    def _count_elements(self, count: int) -> None:
        self._elements += count
        if self._elements > MAX_ELEMENTS:
            raise self._error("repetitions make the grammar too large")

    def _count(self) -> int:
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
