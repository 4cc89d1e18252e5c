"""A regular expression as a GBNF expression for the inside of a JSON string.

JSON schemas use ECMA-262's expressions. What can be said in GBNF is taken: classes, groups,
alternatives and counted repetition. Look-around, back references and word boundaries cannot.
"""

from __future__ import annotations

import re

LAST = 0x10FFFF
Ranges = list[tuple[int, int]]
"""Characters as inclusive ranges of code points."""

_DIGIT: Ranges = [(0x30, 0x39)]
_WORD: Ranges = [(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)]
_SPACE: Ranges = [
    *((0x09, 0x0D), (0x1C, 0x20), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A)),
    *((0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF)),
]
_NOT_ASCII: Ranges = [(0x80, LAST)]
"""Whether these are digits or letters is seen differently by different readers of patterns."""
_LINE_ENDS: Ranges = [(0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029)]
_CLASSES = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_CONTROLS = {"n": 0x0A, "t": 0x09, "r": 0x0D, "f": 0x0C}
_ESCAPED = {0x22: '"', 0x5C: "\\", 0x08: "b", 0x09: "t", 0x0A: "n", 0x0C: "f", 0x0D: "r"}
"""Characters that stand behind a backslash inside a JSON string."""
_PLAIN: Ranges = [(0x20, 0x21), (0x23, 0x5B), (0x5D, 0x7E), (0x80, 0xD7FF), (0xE000, LAST)]
_COUNT = re.compile(r"\{(\d{1,4})(?:(,)(\d{1,4})?)?\}")


class UnsupportedPatternError(ValueError):
    """The expression uses what GBNF cannot say."""


def pattern_to_gbnf(pattern: str) -> str:
    """The expression for texts in which ``pattern`` is found; it refers to a rule named "char".

    Raises:
        UnsupportedPatternError: it cannot be said in GBNF.
    """
    starts = pattern.startswith("^")
    ends = pattern.endswith("$") and not _is_escaped(pattern, len(pattern) - 1)
    inner = pattern[starts : len(pattern) - ends]
    parser = _Parser(inner)
    expression = parser.parse()
    if parser.has_top_alternatives:
        if starts or ends:
            raise UnsupportedPatternError("^ or $ in one of several alternatives")
        expression = f"({expression})"
    parts = ("" if starts else "char*", expression, "" if ends else "char*")
    return " ".join(part for part in parts if part) or '""'


def _is_escaped(text: str, at: int) -> bool:
    before = text[:at]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self.has_top_alternatives = False

    def parse(self) -> str:
        found = self._alternatives()
        if self._at < len(self._text):
            raise UnsupportedPatternError("a bracket too many")
        return found

    def _alternatives(self) -> str:
        found = [self._sequence()]
        while self._take("|"):
            found.append(self._sequence())
        if self._depth == 0:
            self.has_top_alternatives = len(found) > 1
        return " | ".join(part or '""' for part in found)

    def _sequence(self) -> str:
        found: list[str] = []
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            item = self._item()
            found.append(item + self._quantifier())
        return " ".join(found)

    def _item(self) -> str:
        char = self._text[self._at]
        self._at += 1
        if char == "(":
            return self._group()
        if char == "[":
            return expression_of(self._class())
        if char == ".":
            return expression_of(complement(_LINE_ENDS))
        if char == "\\":
            return expression_of(self._escape())
        if char in "^$*+?{":
            raise UnsupportedPatternError(f"{char} in the middle")
        return expression_of([(ord(char), ord(char))])

    def _group(self) -> str:
        if self._take("?") and not self._take(":"):
            raise UnsupportedPatternError("look-around or a named group")
        self._depth += 1
        found = self._alternatives()
        self._depth -= 1
        if not self._take(")"):
            raise UnsupportedPatternError("a bracket is not closed")
        return f"({found})"

    def _quantifier(self) -> str:
        counted = _COUNT.match(self._text, self._at)
        if counted:
            self._at = counted.end()
            least, comma, most = counted.groups()
            sign = f"{{{least}{comma or ''}{most or ''}}}"
        elif self._at < len(self._text) and self._text[self._at] in "*+?":
            sign = self._text[self._at]
            self._at += 1
        else:
            return ""
        self._take("?")  # which of several matches is found makes no difference here
        return sign

    def _class(self) -> Ranges:
        negated = self._take("^")
        found: Ranges = []
        start = self._at
        while not self._take("]"):
            first = self._class_item()
            is_range = (
                self._text[self._at : self._at + 1] == "-"
                and self._text[self._at + 1 : self._at + 2] != "]"
            )
            if is_range and len(first) == 1:
                self._at += 1
                last = self._class_item()
                first = [(first[0][0], last[-1][1])]
            found += first
        if not negated:
            return found
        if re.search(r"\\[wWdD]", self._text[start : self._at]):
            found = [*found, *_NOT_ASCII]
        return complement(found)

    def _class_item(self) -> Ranges:
        if self._at >= len(self._text):
            raise UnsupportedPatternError("a class is not closed")
        char = self._text[self._at]
        self._at += 1
        return self._escape() if char == "\\" else [(ord(char), ord(char))]

    def _escape(self) -> Ranges:
        if self._at >= len(self._text):
            raise UnsupportedPatternError("a backslash at the end")
        char = self._text[self._at]
        self._at += 1
        if char.lower() in _CLASSES:
            ranges = _CLASSES[char.lower()]
            if char.islower():
                return ranges
            return complement(ranges if char == "S" else [*ranges, *_NOT_ASCII])
        if char in _CONTROLS:
            return [(_CONTROLS[char], _CONTROLS[char])]
        if char in "xu":
            size = 2 if char == "x" else 4
            digits = self._text[self._at : self._at + size]
            if not re.fullmatch(rf"[0-9A-Fa-f]{{{size}}}", digits):
                raise UnsupportedPatternError(f"\\{char} without its digits")
            self._at += size
            return [(int(digits, 16), int(digits, 16))]
        if char.isalnum():
            raise UnsupportedPatternError(f"\\{char}")
        return [(ord(char), ord(char))]

    def _take(self, char: str) -> bool:
        if self._text.startswith(char, self._at):
            self._at += 1
            return True
        return False


def complement(ranges: Ranges) -> Ranges:
    """All other characters."""
    found: Ranges = []
    at = 0
    for low, high in sorted(ranges):
        if low > at:
            found.append((at, low - 1))
        at = max(at, high + 1)
    if at <= LAST:
        found.append((at, LAST))
    return found


def expression_of(ranges: Ranges) -> str:
    """One of these characters, as it is written inside a JSON string.

    Raises:
        UnsupportedPatternError: none of them can stand there.
    """
    plain = [
        (max(low, least), min(high, most))
        for low, high in ranges
        for least, most in _PLAIN
        if max(low, least) <= min(high, most)
    ]
    escaped = [
        sign for code, sign in _ESCAPED.items() if any(low <= code <= high for low, high in ranges)
    ]
    if not plain and not escaped:
        raise UnsupportedPatternError("a character that JSON has no sign for")
    parts = ["[" + "".join(_range(low, high) for low, high in plain) + "]"] if plain else []
    parts += [f'"\\\\{_quoted(sign)}"' for sign in escaped]
    return parts[0] if len(parts) == 1 else f"({' | '.join(parts)})"


def _quoted(sign: str) -> str:
    return f"\\{sign}" if sign in '"\\' else sign


def _range(low: int, high: int) -> str:
    return _code(low) if low == high else f"{_code(low)}-{_code(high)}"


def _code(code: int) -> str:
    char = chr(code)
    return char if char.isascii() and char.isalnum() else f"\\U{code:08X}"
