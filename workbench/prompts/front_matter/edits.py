"""Small changes of front matter that leave every other character as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping

from workbench.domain.prompts.prompt import Fix
from workbench.prompts.document import lines_of


def add_input(text: str, input_lines: Mapping[str, int], name: str, kind: str) -> Fix | None:
    """A fix that describes one more input, below the others.

    Args:
        text: the whole file.
        input_lines: the file line of each input that is described.
        name: the new input; ``kind`` its type.
        kind: see ``name``.

    Returns:
        None where the inputs are not written one a line.
    """
    lines = lines_of(text)
    numbers = sorted(set(input_lines.values()))
    if not numbers or len(numbers) != len(input_lines) or numbers[-1] > len(lines):
        return None
    indents = {_indent(lines[number - 1]) for number in numbers}
    if len(indents) != 1:
        return None
    indent = indents.pop()
    if not indent or "inputs" in lines[numbers[0] - 1].split(":")[0]:
        return None
    last = numbers[-1]
    for number in range(last, len(lines)):
        if lines[number].strip():
            if _indent(lines[number]) <= indent:
                break
            last = number + 1
    added = f"{' ' * indent}{name}: {kind}\n"
    return Fix(title="Add to inputs", line=last + 1, column=1, length=0, text=added)


def remove_input(text: str, input_lines: Mapping[str, int], name: str) -> Fix | None:
    """A fix that takes an input's lines out of the front matter.

    Args:
        text: the whole file.
        input_lines: the file line of each input that is described.
        name: the input.

    Returns:
        None where it has no lines of its own.
    """
    lines = lines_of(text)
    first = input_lines.get(name, 0)
    if not 0 < first <= len(lines) or list(input_lines.values()).count(first) != 1:
        return None
    line = lines[first - 1]
    if not re.match(rf"\s+['\"]?{re.escape(name)}['\"]?\s*:", line):
        return None
    last = first
    while last < len(lines) and lines[last].strip() and _indent(lines[last]) > _indent(line):
        last += 1
    return Fix(title="Remove", line=first, lines=last - first + 1)


def rename_key(text: str, input_lines: Mapping[str, int], name: str, new: str) -> Fix | None:
    """A fix that renames an input in the front matter; None where its line does not have it."""
    lines = lines_of(text)
    number = input_lines.get(name, 0)
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    found = re.search(rf"(?<!\w){re.escape(name)}(?=['\"]?\s*:)", line)
    if found is None:
        return None
    return Fix(
        title=f"Rename to {new}", line=number, column=found.start() + 1, length=len(name), text=new
    )


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
