"""Small changes of a head that leave every other character as it is."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.domain.prompts import Fix


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
    lines = text.splitlines()
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


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
