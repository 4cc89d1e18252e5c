"""When two answers are the same answer.

What is around an answer goes ("Answer:", quotes, markdown, LaTeX, a full stop); then numbers are
compared as numbers, letters of a choice as letters, and everything else as text without regard to
case. A unit, or the words behind a letter, count only where both have them: "12" is "12 eggs", and
"12 eggs" is not "12 apples". What is shown is never changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from workbench.domain.answers.numbers import read_number

_LONGEST = 4096
"""Longer texts are compared as they are, but for white space and case."""
_QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’", "«": "»", "„": "“", "`": "`"}
_MARKS = ("***", "**", "*", "__", "_", "~~")
_MATH = (("$$", "$$"), ("$", "$"), (r"\(", r"\)"), (r"\[", r"\]"))
_COMMAND = re.compile(
    r"\\(?:boxed|fbox|text|textbf|textit|mathrm|mathbf|mathit|operatorname|mbox)\s*\{"
)
_LETTER = re.compile(
    r"(?:(?:option|choice|answer)\s+)?"
    r"(?:[(\[](?P<inside>[A-Za-z])[)\]]|(?P<closed>[A-Za-z])[)\]]|(?P<plain>[A-Za-z]))"
    r"(?P<rest>[.:)]?(?:\s.*)?)",
    re.DOTALL | re.IGNORECASE,
)


_LABEL = re.compile(
    r"[*_]{0,3}(?:(?:the|my|so,? the)\s)?(?:(?:final|correct)\s)?answer[*_]{0,3}\s?"
    r"(?:is\b\s?[:：]?|[:：][*_]{0,3})\s*(?=\S)",
    re.IGNORECASE,
)


class Form(NamedTuple):
    """What answers are compared by: a number, the letter of a choice, or a text.

    ``unit`` is what a number counts, or the words behind a letter.
    """

    kind: str
    value: Fraction | str
    unit: str = ""

    def agrees(self, other: Form) -> bool:
        """Whether both are the same answer."""
        same = (self.kind, self.value) == (other.kind, other.value)
        return same and (self.unit == other.unit or not self.unit or not other.unit)


def unwrap(answer: str) -> str:
    """An answer without wrappers around the whole of it: quotes, markdown, LaTeX, white space.

    Nothing in the middle goes: "2**5", "$PATH" and "__init__" stay as they are.
    """
    text = answer.strip()
    while True:
        inner = _inside(text)
        if inner is None:
            return text
        text = inner.strip()


def _without_label(text: str) -> str:
    label = _LABEL.match(text)
    return text[label.end() :] if label is not None else text


def _inside(text: str) -> str | None:
    """The text without one pair around it, None where there is no pair."""
    for mark in _MARKS:
        if _is_around(text, mark, mark) and not (mark[0] == "_" and _is_name(text.strip("_"))):
            return text[len(mark) : -len(mark)]
    close = _QUOTES.get(text[:1])
    if close is not None and _is_around(text, text[0], close):
        return text[1:-1]
    for start, end in _MATH:
        if _is_around(text, start, end):
            return text[len(start) : -len(end)]
    command = _COMMAND.match(text)
    if command is not None and _closing(text, command.end()) == len(text) - 1:
        return text[command.end() : -1]
    return None


def _is_around(text: str, start: str, end: str) -> bool:
    """Whether ``start`` and ``end`` are one pair around a text, and not two beginnings of parts."""
    inner = text[len(start) : -len(end)]
    if not (text.startswith(start) and text.endswith(end) and inner.strip()):
        return False
    return start not in inner and end not in inner and inner[0] not in "*_~"


def _is_name(text: str) -> bool:
    """Whether a text is a name of a program, where marks at its ends belong to it."""
    return text.isidentifier()


def _closing(text: str, start: int) -> int:
    """Where the bracket closes that was opened just before ``start``; -1 where it does not."""
    depth = 1
    for at in range(start, len(text)):
        depth += (text[at] == "{") - (text[at] == "}")
        if not depth:
            return at
    return -1


def boxed(text: str) -> tuple[str, int] | None:
    r"""The first ``\boxed{...}`` of a text that is closed, and where it ends; None without one."""
    for match in re.finditer(r"\\(?:boxed|fbox)\s*\{", text):
        close = _closing(text, match.end())
        if close < 0:
            return None
        if text[match.end() : close].strip():
            return text[match.end() : close].strip(), close + 1
    return None


def plain_text(text: str) -> str:
    """Any text for comparing: unwrapped, white space as one space, no full stop, case folded."""
    if len(text) > _LONGEST:
        return " ".join(text.split()).casefold()
    before, text = "", " ".join(text.split())
    while text != before:
        before, text = text, unwrap(text)
        text = text.rstrip(".。").rstrip() or text
    return text.casefold()


@lru_cache(maxsize=4096)
def form_of(answer: str) -> Form:
    """What an answer is compared by."""
    text, before = " ".join(answer.split()), ""
    if len(text) > _LONGEST:
        return Form("text", text.casefold())
    while text != before:
        before, text = text, unwrap(text)
        text = _without_label(text.rstrip(".。").rstrip() or text)
    number = read_number(text)
    if number is not None:
        return Form("number", number.value, number.unit)
    letter = _LETTER.fullmatch(text)
    if letter is not None:
        found = letter["inside"] or letter["closed"] or letter["plain"]
        rest = letter["rest"] or ""
        marked = letter["inside"] or letter["closed"] or rest[:1] in (".", ":", ")")
        if not rest or (marked and (not letter["plain"] or found.isupper())):
            return Form("letter", found.casefold(), plain_text(rest.lstrip(".:) ")))
    return Form("text", text.casefold())


def same_answer(one: str | None, other: str | None) -> bool:
    """Whether two answers are the same; no answer is the same as nothing."""
    return one is not None and other is not None and form_of(one).agrees(form_of(other))


class _Group:
    def __init__(self, form: Form) -> None:
        self.form = form
        self.members: list[int] = []


def group_answers(answers: Sequence[str | None]) -> list[list[int]]:
    """The places of equal answers, in the order in which each answer was seen first.

    An answer without a unit joins the first group of its number and is the same as whatever unit
    that group gets, so a group is never split by an answer that comes later. None is left out.
    """
    groups: dict[tuple[str, Fraction | str], list[_Group]] = {}
    found: list[_Group] = []
    for index, answer in enumerate(answers):
        if answer is None:
            continue
        form = form_of(answer)
        alike = groups.setdefault((form.kind, form.value), [])
        group = next((each for each in alike if each.form.agrees(form)), None)
        if group is None:
            group = _Group(form)
            alike.append(group)
            found.append(group)
        elif not group.form.unit:
            group.form = form
        group.members.append(index)
    return [group.members for group in found]
