"""The structure of a prompt's text: tags, blocks, messages, and foldable regions."""

from __future__ import annotations

import bisect
import heapq
import re
from itertools import pairwise
from typing import Literal, NamedTuple

from workbench.domain.prompts.tags import Block, Tag, body_start, find_blocks, find_tags, tag_at
from workbench.domain.text import count_text

LONGEST = 400_000
"""Longer texts are edited plainly: no folding, no matching."""
_MARKER = re.compile(
    r"^[ \t]*#?[ \t]*(?:system|user|assistant)[ \t]*:[ \t]*$", re.IGNORECASE | re.MULTILINE
)
_BRACKET = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|[()\[\]{}]")
_LOOP = re.compile(r"for\s+([\w\s,()]+?)\s+in\s+([A-Za-z_]\w*)")
_PAIRS = {")": "(", "]": "[", "}": "{"}
RegionKind = Literal["head", "message", "block"]


class Region(NamedTuple):
    """Lines (from 1) that fold: ``first`` stays in sight, those up to ``last`` go."""

    first: int
    last: int
    kind: RegionKind

    @property
    def hidden(self) -> str:
        """What goes, in words: "1 line", "12 lines"."""
        count = self.last - self.first
        return count_text(count, "line")


class Structure:
    """One look at a text. Offsets count characters, lines count from 1."""

    def __init__(self, text: str) -> None:
        self.text = text if len(text) <= LONGEST else ""
        self._starts = [0, *(match.end() for match in re.finditer("\n", self.text))]
        self.body = body_start(self.text)
        marker = _MARKER.match(self.text, self.body)
        self.writing_start = min(marker.end() + 1, len(self.text)) if marker else self.body
        """Where one begins to write: the body without its first role marker."""
        self.tags: list[Tag] = find_tags(self.text, self.body)
        self.blocks: list[Block] = find_blocks(self.text, self.tags)
        self.regions: dict[int, Region] = {}
        for region in self._regions():
            if region.last > region.first:
                self.regions.setdefault(region.first, region)

    def line(self, offset: int) -> int:
        """The line of an offset."""
        return bisect.bisect_right(self._starts, offset)

    def start(self, line: int) -> int:
        """The offset at which a line begins."""
        return self._starts[min(max(line, 1), len(self._starts)) - 1]

    def tag(self, offset: int) -> Tag | None:
        """The tag around a cursor."""
        return tag_at(self.tags, offset)

    def long_tags(self) -> set[tuple[int, str]]:
        """First line and kind of the closed tags that go over several lines."""
        return {
            (self.line(tag.start), tag.kind)
            for tag in self.tags
            if tag.closed and "\n" in self.text[tag.start : tag.end]
        }

    def aliases(self) -> dict[str, str]:
        """Names of loop variables, each with the name that the loop goes through."""
        found: dict[str, str] = {}
        for tag in self.tags:
            loop = _LOOP.match(self.text, tag.word_start, tag.end) if tag.word == "for" else None
            if loop is not None:
                root = found.get(loop[2], loop[2])
                found |= {name.strip(" ()"): root for name in loop[1].split(",")}
        return found

    def _regions(self) -> list[Region]:
        """What folds; of a block with branches (elif, else) each branch by itself."""
        found: list[Region] = []
        if self.body:
            found.append(Region(1, self.line(self.body - 1), "head"))
        spans = [branch for block in self.blocks for branch in pairwise(block.tags)]
        for begin, end in spans:
            found.append(Region(self.line(begin.end - 1), self.line(end.start) - 1, "block"))
        found += [
            Region(self.line(tag.start), self.line(tag.end) - 1, "block")
            for tag in self.tags
            if tag.kind in ("raw", "comment") and tag.closed
        ]
        return found + self._messages(spans)

    def _verbatim(self, offset: int) -> bool:
        """Whether an offset is in raw text or in a comment."""
        index = bisect.bisect_right(self.tags, offset, key=lambda tag: tag.start) - 1
        if index < 0:
            return False
        tag = self.tags[index]
        return tag.kind in ("raw", "comment") and tag.closed and offset < tag.end

    def _messages(self, spans: list[tuple[Tag, Tag]]) -> list[Region]:
        """A message ends before the next marker, or with the branch of the block around it."""
        markers = [
            match.start()
            for match in _MARKER.finditer(self.text, self.body)
            if not self._verbatim(match.start())
        ]
        begun = sorted((begin.start, end.start) for begin, end in spans)
        ends: list[int] = []  # of the blocks that are open at a marker, the nearest first
        found: list[Region] = []
        place = 0
        for index, marker in enumerate(markers):
            while place < len(begun) and begun[place][0] < marker:
                heapq.heappush(ends, begun[place][1])
                place += 1
            while ends and ends[0] <= marker:
                heapq.heappop(ends)
            limit = markers[index + 1] if index + 1 < len(markers) else len(self.text)
            limit = min(limit, ends[0]) if ends else limit
            last = self.line(len(self.text[marker:limit].rstrip()) + marker)
            found.append(Region(self.line(marker), last, "message"))
        return found

    # --- what belongs together ------------------------------------------------------------------

    def group_at(self, offset: int) -> tuple[Tag, ...]:
        """The statements that belong to the one under the cursor, it among them."""
        for block in self.blocks:
            for tag in block.tags:
                if tag.start <= offset <= tag.end:
                    return block.tags
        return ()

    def pairs_at(self, offset: int) -> tuple[tuple[int, int], ...]:
        """Start and length of the pair of matching brackets next to a cursor; empty without one."""
        for tag in self.tags:
            if tag.start > offset:
                break
            if offset > tag.end or not tag.closed:
                continue
            near = tag.start <= offset <= tag.start + 2 or tag.end - 2 <= offset <= tag.end
            inner = self._inner_pair(tag, offset)
            if inner:
                return inner
            if near and tag.kind != "raw":
                return ((tag.start, 2), (tag.end - 2, 2))
        return ()

    def _inner_pair(self, tag: Tag, offset: int) -> tuple[tuple[int, int], ...]:
        if tag.kind not in ("expression", "statement"):
            return ()
        opened: list[int] = []
        for part in _BRACKET.finditer(self.text, tag.start + 2, tag.end - 2):
            if part[0] in "([{":
                opened.append(part.start())
            elif part[0] in _PAIRS and opened:
                begin = opened.pop()
                same = self.text[begin] == _PAIRS[part[0]]
                if same and offset in (begin, begin + 1, part.start(), part.end()):
                    return ((begin, 1), (part.start(), 1))
        return ()

    def partner(self, offset: int) -> int | None:
        """Where to go from a bracket or a statement: its partner, round and round."""
        group = self.group_at(offset)
        if group:
            here = next(i for i, tag in enumerate(group) if tag.start <= offset <= tag.end)
            following = group[(here + 1) % len(group)]
            return following.word_start
        pair = self.pairs_at(offset)
        if not pair:
            return None
        (first, size), (second, other) = pair
        return second + other if first <= offset <= first + size else first


def qt_offset(text: str, offset: int) -> int:
    """An offset in characters as Qt counts it: in UTF-16 units."""
    return (
        offset if text.isascii() else len(text[:offset].encode("utf-16-le", "surrogatepass")) // 2
    )


def python_offset(text: str, position: int) -> int:
    """A position as Qt counts it, in characters."""
    if text.isascii():
        return position
    units = text.encode("utf-16-le", "surrogatepass")[: position * 2]
    return len(units.decode("utf-16-le", "surrogatepass"))
