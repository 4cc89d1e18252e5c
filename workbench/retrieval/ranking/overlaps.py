"""Passages that overlap, or say the same, as one."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class Span(msgspec.Struct, frozen=True, gc=False):
    """A passage: characters ``start`` to ``end`` of a document."""

    document: int
    start: int
    end: int


def merge_spans(spans: Sequence[Span]) -> list[list[int]]:
    """The places of ``spans`` in groups: those of one document that share characters.

    Groups are in the order of their first member, which is the best where ``spans`` are ranked.
    A passage that overlaps two groups joins them.
    """
    groups: list[list[int]] = []
    for place, span in enumerate(spans):
        near = [group for group in groups if any(_overlap(span, spans[each]) for each in group)]
        if not near:
            groups.append([place])
            continue
        near[0].append(place)
        for other in near[1:]:
            near[0].extend(other)
            groups.remove(other)
        near[0].sort()
    return groups


def _overlap(one: Span, other: Span) -> bool:
    return one.document == other.document and one.start < other.end and other.start < one.end


def repeats(texts: Sequence[str]) -> dict[int, int]:
    """Of texts that say the same (white space aside): the place of each repeat to its first."""
    first: dict[str, int] = {}
    found: dict[int, int] = {}
    for place, text in enumerate(texts):
        words = " ".join(text.split())
        if words in first:
            found[place] = first[words]
        else:
            first[words] = place
    return found
