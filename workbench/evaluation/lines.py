"""What differs between two texts, line by line and, inside changed lines, word by word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Indel

from workbench.domain.prompts.versions import DiffLine, Hunk
from workbench.domain.runs.comparison import DiffPart
from workbench.evaluation.diff import word_diff

MOST_CELLS = 64_000_000
"""Lines times lines that are aligned: 8 MB. Beyond it the part that differs is one change."""
MOST_HUNKS = 100
"""Changes past this many are one, so that a list of them stays a list."""
_WORD_CHARACTERS = 4_000
_WORD_LINES = 500
"""Longest line, and most lines of a comparison, whose words are marked."""


class _Block(NamedTuple):
    """Lines of both texts from here to there; ``same`` where they are equal."""

    same: bool
    old_start: int
    old_end: int
    new_start: int
    new_end: int


def line_diff(before: str, after: str) -> tuple[DiffLine, ...]:
    """All lines of both texts in order; where lines were changed, first the old, then the new."""
    old, new = before.split("\n"), after.split("\n")
    lines: list[DiffLine] = []
    words_left = _WORD_LINES
    for block in _blocks(old, new):
        if block.same:
            lines += _same(old, block)
        else:
            lines += _changed(old, new, block, words_left)
            words_left = max(words_left - (block.new_end - block.new_start), 0)
    return tuple(lines)


def _changed(
    old: Sequence[str], new: Sequence[str], block: _Block, most_words: int
) -> Iterator[DiffLine]:
    taken, given = old[block.old_start : block.old_end], new[block.new_start : block.new_end]
    gone, come = _marked(taken, given, min(len(taken), len(given), most_words))
    for index, text in enumerate(taken):
        yield DiffLine("deleted", text, old=block.old_start + index + 1, parts=gone.get(index, ()))
    for index, text in enumerate(given):
        yield DiffLine("inserted", text, new=block.new_start + index + 1, parts=come.get(index, ()))


def count_changes(before: str, after: str) -> tuple[int, int]:
    """How many lines of ``after`` are new, and how many of ``before`` are gone."""
    added = removed = 0
    for block in _blocks(before.split("\n"), after.split("\n")):
        if not block.same:
            added += block.new_end - block.new_start
            removed += block.old_end - block.old_start
    return added, removed


def hunks(old: str, new: str) -> tuple[Hunk, ...]:
    """The changes that make ``new`` of ``old``, in order; those far apart can be taken alone."""
    old_lines, new_lines = old.split("\n"), new.split("\n")
    changes = [block for block in _blocks(old_lines, new_lines) if not block.same]
    if len(changes) > MOST_HUNKS:
        first, last = changes[MOST_HUNKS - 1], changes[-1]
        whole = _Block(False, first.old_start, last.old_end, first.new_start, last.new_end)
        changes[MOST_HUNKS - 1 :] = [whole]
    return tuple(
        Hunk(
            block.old_start,
            tuple(old_lines[block.old_start : block.old_end]),
            tuple(new_lines[block.new_start : block.new_end]),
            tuple(_changed(old_lines, new_lines, block, _WORD_LINES // MOST_HUNKS)),
        )
        for block in changes
    )


def _same(old: Sequence[str], block: _Block) -> Iterator[DiffLine]:
    shift = block.new_start - block.old_start
    for index in range(block.old_start, block.old_end):
        yield DiffLine("same", old[index], old=index + 1, new=index + 1 + shift)


def _blocks(old: Sequence[str], new: Sequence[str]) -> list[_Block]:
    """Equal and changed stretches in turn; together they cover both texts."""
    limit = min(len(old), len(new))
    head = next((i for i in range(limit) if old[i] != new[i]), limit)
    tail = next((i for i in range(limit - head) if old[-1 - i] != new[-1 - i]), limit - head)
    old_end, new_end = len(old) - tail, len(new) - tail
    blocks = [_Block(True, 0, head, 0, head)]
    if (old_end - head) * (new_end - head) > MOST_CELLS:
        blocks.append(_Block(False, head, old_end, head, new_end))
    else:
        for opcode in Indel.opcodes(old[head:old_end], new[head:new_end]):
            block = _Block(
                opcode.tag == "equal",
                head + opcode.src_start,
                head + opcode.src_end,
                head + opcode.dest_start,
                head + opcode.dest_end,
            )
            if not block.same and not blocks[-1].same:
                before = blocks.pop()
                block = _Block(
                    False, before.old_start, block.old_end, before.new_start, block.new_end
                )
            blocks.append(block)
    blocks.append(_Block(True, old_end, len(old), new_end, len(new)))
    return [
        block
        for block in blocks
        if block.old_end - block.old_start + block.new_end - block.new_start
    ]


_Marks = dict[int, tuple[DiffPart, ...]]


def _marked(taken: Sequence[str], given: Sequence[str], pairs: int) -> tuple[_Marks, _Marks]:
    """The words that differ in lines that stand in one another's place, by index."""
    gone: _Marks = {}
    come: _Marks = {}
    for index in range(pairs):
        before, after = taken[index], given[index]
        if max(len(before), len(after)) > _WORD_CHARACTERS:
            continue
        parts = word_diff(before, after)
        if any(part.kind == "same" and part.text.strip() for part in parts):
            come[index] = tuple(part for part in parts if part.kind != "deleted")
            gone[index] = tuple(
                DiffPart("deleted", part.text) if part.kind == "inserted" else part
                for part in word_diff(after, before)
                if part.kind != "deleted"
            )
    return gone, come
