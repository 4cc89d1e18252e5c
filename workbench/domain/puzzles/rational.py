"""Exact arithmetic on expressions: + - * / and brackets over whole and decimal numbers."""

from __future__ import annotations

import re
from fractions import Fraction

_TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?|[-+*/()])")
_SIGNS = str.maketrans({"×": "*", "·": "*", "⋅": "*", "÷": "/", "−": "-", "–": "-"})
_LONGEST = 500
_DEEPEST = 40


class NotArithmetic(ValueError):
    """The text is no expression, or divides by zero."""


def plain_signs(text: str) -> str:
    """Typographic operators as their plain ones."""
    return text.translate(_SIGNS)


def read_number(text: str) -> Fraction:
    """A number as "7", "-1", "1.5" or "5/3".

    Raises:
        NotArithmetic: it is none.
    """
    try:
        return Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        raise NotArithmetic(text) from None


def show_number(number: Fraction) -> str:
    """A whole number, or a fraction such as "5/3"."""
    return str(number)


def evaluate(text: str) -> Fraction:
    """The value of an expression.

    Raises:
        NotArithmetic: it cannot be read, or divides by zero.
    """
    return _Reader(text).read()


def combine(left: Fraction, sign: str, right: Fraction) -> Fraction:
    """One operation; raises NotArithmetic for a division by zero."""
    if sign == "+":
        return left + right
    if sign == "-":
        return left - right
    if sign == "*":
        return left * right
    if not right:
        raise NotArithmetic("division by zero")
    return left / right


class _Reader:
    """Recursive descent over the usual precedence."""

    def __init__(self, text: str) -> None:
        text = plain_signs(text).strip()
        if len(text) > _LONGEST:
            raise NotArithmetic("too long")
        self._tokens: list[str] = []
        at = 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise NotArithmetic(text)
            self._tokens.append(match.group(1))
            at = match.end()
        self._at = 0

    def read(self) -> Fraction:
        value = self._sum(0)
        if self._at != len(self._tokens):
            raise NotArithmetic("something is left over")
        return value

    def _next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._next()
        self._at += 1
        return token

    def _sum(self, depth: int) -> Fraction:
        value = self._product(depth)
        while self._next() in ("+", "-"):
            value = combine(value, self._take(), self._product(depth))
        return value

    def _product(self, depth: int) -> Fraction:
        value = self._factor(depth)
        while self._next() in ("*", "/"):
            value = combine(value, self._take(), self._factor(depth))
        return value

    def _factor(self, depth: int) -> Fraction:
        token = self._take()
        if depth > _DEEPEST:
            raise NotArithmetic("too deep")
        if token.startswith("-"):
            return -self._factor(depth + 1)
        if token.startswith("("):
            value = self._sum(depth + 1)
            if self._take() != ")":
                raise NotArithmetic("a bracket is open")
            return value
        if not token or not token[0].isdigit():
            raise NotArithmetic(token)
        return Fraction(token)
