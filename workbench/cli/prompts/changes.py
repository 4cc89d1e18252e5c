"""Prints differences between texts in the terminal."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from workbench.cli.terminal import say
from workbench.domain.prompts.versions import DiffLine

_SIGNS = {"same": " ", "inserted": "+", "deleted": "-"}
_COLOURS = {"same": "", "inserted": "green", "deleted": "red"}


def print_lines(lines: Sequence[DiffLine]) -> None:
    """All lines with their signs, coloured where the terminal has colours."""
    for line in lines:
        say([(f"{_SIGNS[line.kind]} {line.text}", _COLOURS[line.kind])])


def unified(before: str, after: str, before_name: str, after_name: str) -> str:
    """A unified diff that ``patch`` reads; "" where nothing differs."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    lines = difflib.unified_diff(old, new, before_name, after_name)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
