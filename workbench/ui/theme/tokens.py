"""The values of the design language, read from ``resources/tokens.json``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

RESOURCES = Path(__file__).parents[3] / "resources"

Scheme = Literal["dark", "light"]


class TypeToken(msgspec.Struct, frozen=True):
    """A text style: sizes and line heights are device-independent pixels."""

    family: Literal["ui", "mono"]
    size: int
    weight: int
    line: int


class Tokens(msgspec.Struct, frozen=True):
    """Everything the design language fixes by number."""

    color: dict[Scheme, dict[str, str]]
    space: tuple[int, ...]
    radius: dict[str, int]
    type: dict[str, TypeToken]
    motion_ms: dict[str, int]
    size: dict[str, int]


TOKENS = msgspec.json.decode((RESOURCES / "tokens.json").read_bytes(), type=Tokens)
