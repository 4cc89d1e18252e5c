"""Which words two texts share, and which only one of them has."""

from __future__ import annotations

import re

from rapidfuzz.distance import Indel

from workbench.domain.errors import UsageError
from workbench.domain.runs.comparison import DiffPart

MOST_CHARACTERS = 60_000
"""Longest text that is compared: time and memory grow with the product of the words."""
_WORDS = re.compile(r"\S+\s*|\s+")
_SHORT = 2
"""Words between two larger changes that read better as a part of them."""

_Step = tuple[str, list[str], list[str]]


def word_diff(before: str, after: str) -> tuple[DiffPart, ...]:
    """The stretches of ``after`` with what was taken from ``before`` where it stood.

    Words are runs of anything but white space, and equal whatever white space follows; it is shown
    as ``after`` has it, and deleted words are kept apart from those in their place. The parts that
    are not deleted add up to ``after``. The fewest words are deleted and inserted (longest common
    subsequence), then a word or two alone between larger changes are made a part of them, so that a
    new sentence reads as one.

    Raises:
        UsageError: a text is longer than :data:`MOST_CHARACTERS`.
    """
    longest = max(len(before), len(after))
    if longest > MOST_CHARACTERS:
        raise UsageError(
            f"Texts of up to {MOST_CHARACTERS:,} characters can be compared word by word; one of "
            f"these has {longest:,}."
        )
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    opcodes = Indel.opcodes([each.strip() for each in old], [each.strip() for each in new])
    steps: list[_Step] = []
    for opcode in opcodes:
        taken = old[opcode.src_start : opcode.src_end]
        given = new[opcode.dest_start : opcode.dest_end]
        if opcode.tag == "equal":
            steps.append(("same", taken, given))
        elif steps and steps[-1][0] == "changed":
            steps[-1] = ("changed", steps[-1][1] + taken, steps[-1][2] + given)
        else:
            steps.append(("changed", taken, given))
    return _parts(_joined(steps))


def _joined(steps: list[_Step]) -> list[_Step]:
    """The steps with short common stretches between larger changes made a part of them."""
    kept: list[_Step] = []
    for step in steps:
        kept.append(step)
        if step[0] == "changed" and len(kept) > 2 and _reads_as_change(*kept[-3:]):
            last, middle, first = kept.pop(), kept.pop(), kept.pop()
            taken, given = first[1] + middle[1] + last[1], first[2] + middle[2] + last[2]
            kept.append(("changed", taken, given))
    return kept


def _reads_as_change(first: _Step, middle: _Step, last: _Step) -> bool:
    size = len(middle[1])
    around = [max(len(step[1]), len(step[2])) for step in (first, last)]
    return middle[0] == "same" and size <= _SHORT and min(around) > size


def _parts(steps: list[_Step]) -> tuple[DiffPart, ...]:
    parts: list[DiffPart] = []
    for kind, taken, given in steps:
        if kind == "same":
            parts.append(DiffPart("same", "".join(given)))
            continue
        if taken:
            gone = "".join(taken)
            space = " " if given and not gone[-1].isspace() else ""
            parts.append(DiffPart("deleted", gone + space))
        if given:
            parts.append(DiffPart("inserted", "".join(given)))
    return tuple(parts)
