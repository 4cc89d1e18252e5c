"""Places of the texts, expressions and statements of a template in its source.

Jinja's syntax tree knows lines only. Its lexer yields the same parts in the same order, so that
the n-th part of the tree is the n-th one here.
"""

from __future__ import annotations

import bisect
import re
from collections import defaultdict, deque
from typing import NamedTuple

import jinja2
from jinja2 import nodes
from jinja2.lexer import newline_re

from workbench.prompts.source_map.token_places import Place, token_places

_LABEL_CHARACTERS = 60
_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"\w*")


class Stretch(NamedTuple):
    """A part of the source: ``offset`` and ``length`` in characters, line and column from 1."""

    offset: int
    length: int
    line: int
    column: int


UNKNOWN = Stretch(-1, 0, 0, 0)


class SourcePlaces:
    """The parts of one template, handed out in the order of the source.

    Args:
        environment: its lexer reads the source.
        source: the template.
        tree: its syntax tree; where the two do not fit together all places are unknown.
    """

    def __init__(self, environment: jinja2.Environment, source: str, tree: nodes.Template) -> None:
        # As the lexer counts: every kind of line break is one character.
        self._source = "\n".join(newline_re.split(source)[::2])
        self._breaks = [match.start() for match in re.finditer("\n", self._source)]
        places = token_places(environment, self._source)
        self._texts = deque(place for place in places if place.kind == "data")
        self._prints = deque(self._between(places, "variable"))
        self._statements: defaultdict[str, deque[str]] = defaultdict(deque)
        for statement in self._between(places, "block"):
            words = self._source[statement.offset : statement.offset + statement.length]
            label = _label(words)
            self._statements[_WORD.match(label)[0]].append(label)  # type: ignore[index] # may be ""
        outputs = [child for output in tree.find_all(nodes.Output) for child in output.nodes]
        written = [child for child in outputs if isinstance(child, nodes.TemplateData)]
        if len(written) != len(self._texts):
            self._texts.clear()
        if len(outputs) - len(written) != len(self._prints):
            self._prints.clear()

    def _between(self, places: list[Place], kind: str) -> list[Stretch]:
        """From each ``{{`` or ``{%`` to its end."""
        found: list[Stretch] = []
        begin: Place | None = None
        for place in places:
            if place.kind == f"{kind}_begin":
                begin = place
            elif place.kind == f"{kind}_end" and begin is not None:
                length = place.offset + len(place.value.rstrip()) - begin.offset
                found.append(Stretch(begin.offset, length, begin.line, begin.column))
                begin = None
        return found

    def text(self, data: str) -> Stretch:
        """The next literal text, which must be ``data``."""
        if not self._texts:
            return UNKNOWN
        place = self._texts.popleft()
        if place.value != data:
            self._texts.clear()
            return UNKNOWN
        return self.at(place.offset, len(data))

    def expression(self) -> Stretch:
        """The next ``{{ ... }}``."""
        return self._prints.popleft() if self._prints else UNKNOWN

    def statement(self, word: str) -> str:
        """The words of the next statement that begins with ``word``: "for ex in examples"."""
        waiting = self._statements[word]
        return waiting.popleft() if waiting else word

    def at(self, offset: int, length: int) -> Stretch:
        """The stretch with its line and column."""
        line = bisect.bisect_left(self._breaks, offset)
        start = self._breaks[line - 1] + 1 if line else 0
        return Stretch(offset, length, line + 1, offset - start + 1)


def _label(statement: str) -> str:
    words = _SPACES.sub(" ", statement.strip("{}").strip("%").strip("+-").strip())
    return words if len(words) <= _LABEL_CHARACTERS else words[: _LABEL_CHARACTERS - 1] + "…"
