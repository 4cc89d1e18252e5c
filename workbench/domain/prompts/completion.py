"""Completion candidates at a place of a template."""

from __future__ import annotations

from typing import Literal

import msgspec

CandidateKind = Literal[
    "input", "variable", "attribute", "filter", "test", "function", "snippet", "file", "key"
]


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be typed.

    ``text`` replaces the characters from ``start`` to ``end`` of the file. Then
    ``select`` (offset and length in ``text``) is selected, and each of ``tab_stops`` after
    that, with Tab. ``detail`` is one line about it.
    """

    label: str
    kind: CandidateKind
    text: str
    start: int
    end: int
    select: tuple[int, int]
    tab_stops: tuple[tuple[int, int], ...] = ()
    detail: str = ""


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """Candidates at a place, best first; ``prefix`` is what is typed of them already."""

    prefix: str = ""
    candidates: tuple[Candidate, ...] = ()
