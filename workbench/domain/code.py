"""Code in answers, as it is coloured."""

from __future__ import annotations

from typing import Literal, NamedTuple

LONGEST_COLORED = 20_000
"""Characters up to which code has colours."""
CodeKind = Literal["comment", "string", "number", "keyword", "name"]


class CodeSpan(NamedTuple):
    """Characters of a code that are of one kind."""

    begin: int
    end: int
    kind: CodeKind
