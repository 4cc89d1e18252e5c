"""Regular expressions of JavaScript as patterns that mean the same here."""

from __future__ import annotations

import re

_SPACES = r" \t\n\r\f\v\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_DOT = r"[^\n\r\u2028\u2029]"
_CODES = re.compile(r"u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}")
_GROUP = re.compile(r"\(\?(?:[:=!]|<[=!])")
_NAMED = re.compile(r"\(\?<([A-Za-z_]\w*)>")
_NAMED_AGAIN = re.compile(r"k<([A-Za-z_]\w*)>")
_KEPT = frozenset("dDwWbBnrtfv")
_KEPT_IN_SETS = frozenset("dwnrtfv")


class NotTranslatableError(ValueError):
    """A pattern has something that has no equal here."""


def translated(pattern: str) -> str:
    r"""The same pattern: ``$`` is the very end, ``\d`` and ``\w`` are ASCII, no dot is a ``\r``.

    Raises:
        NotTranslatableError: it has something that has no equal here, such as ``\p`` or ``[^]``.
    """
    found = ["(?a)"]
    at = 0
    in_set = False
    while at < len(pattern):
        piece, length = _in_set(pattern, at) if in_set else _outside(pattern, at)
        if not in_set and pattern[at] == "[":
            in_set = True
        elif in_set and pattern[at] == "]":
            in_set = False
        found.append(piece)
        at += length
    return "".join(found)


def _outside(pattern: str, at: int) -> tuple[str, int]:
    """What a place outside of a set becomes, and how many characters of the pattern it is."""
    letter = pattern[at]
    if letter == "\\":
        return _escape(pattern, at, in_set=False)
    if letter == "[":
        start = pattern[at : at + 2]
        whole = "[^" if start == "[^" else "["
        if pattern[at + len(whole) : at + len(whole) + 1] == "]":
            raise NotTranslatableError(f"{whole}]")
        return whole, len(whole)
    if pattern.startswith("(?", at):
        named = _NAMED.match(pattern, at)
        if named is not None:
            return f"(?P<{named[1]}>", named.end() - at
        if _GROUP.match(pattern, at) is None:
            raise NotTranslatableError(pattern[at : at + 3])
    return {"$": r"\Z", ".": _DOT}.get(letter, letter), 1


def _in_set(pattern: str, at: int) -> tuple[str, int]:
    letter = pattern[at]
    if letter == "\\":
        return _escape(pattern, at, in_set=True)
    return ("\\[" if letter == "[" else letter), 1


def _escape(pattern: str, at: int, *, in_set: bool) -> tuple[str, int]:
    letter = pattern[at + 1 : at + 2]
    codes = _CODES.match(pattern, at + 1)
    again = None if in_set else _NAMED_AGAIN.match(pattern, at + 1)
    if codes is not None:
        return f"\\{codes[0]}", 1 + len(codes[0])
    if again is not None:
        return f"(?P={again[1]})", 1 + len(again[0])
    if letter == "s":
        return (_SPACES if in_set else f"[{_SPACES}]"), 2
    if letter == "S" and not in_set:
        return f"[^{_SPACES}]", 2
    is_plain = bool(letter) and not letter.isalnum()
    is_reference = not in_set and letter.isdigit() and letter != "0"
    if is_plain or is_reference or letter in (_KEPT_IN_SETS if in_set else _KEPT):
        return f"\\{letter}", 2
    raise NotTranslatableError(f"\\{letter}")
