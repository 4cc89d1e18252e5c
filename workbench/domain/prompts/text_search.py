"""Finding and replacing in a text."""

from __future__ import annotations

import msgspec


class TextSearch(msgspec.Struct, frozen=True, kw_only=True):
    """What to look for. ``replacement`` None only finds; with ``regex`` it may name groups."""

    text: str
    case: bool = False
    whole_word: bool = False
    regex: bool = False
    replacement: str | None = None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Places in order: start, end (characters from 0) and what a replacement writes there."""

    places: tuple[tuple[int, int, str], ...] = ()
