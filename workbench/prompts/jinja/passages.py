"""The function ``retrieve`` of templates: passages of the user's documents, as data.

A template runs in a sandbox, where no document can be looked into. What it asks for and was not
given ends the rendering with the question; it is answered outside, and the template runs again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jinja2 import nodes
from jinja2.exceptions import TemplateRuntimeError

from workbench.domain.sources.document import heading_words
from workbench.domain.sources.passages import MOST_PASSAGES, Passage, PassageQuery
from workbench.prompts.source_map.traced_text import Leaf, Printed, passage_leaf, traced

RETRIEVE = "retrieve"
"""Its name in templates, and the origin of what it gives."""
_QUERY_CHARACTERS = 20_000

Found = Sequence[tuple[PassageQuery, Sequence[Passage]]]
"""Questions with the passages that answer them, in the order in which they were asked."""


class NotFoundYet(Exception):
    """The passages of a question are not known."""

    def __init__(self, asked: PassageQuery) -> None:
        super().__init__(asked.query)
        self.asked = asked


class Retrieve:
    """What a template calls.

    Args:
        found: the questions that were answered. Their passages are numbered from 1 on through all
            of them, and so are the pieces of the rendered text (``Place.passage``).
    """

    def __init__(self, found: Found = ()) -> None:
        self._known: dict[PassageQuery, FoundPassages] = {}
        number = 1
        for asked, passages in found:
            items = [FoundPassage(passage, at) for at, passage in enumerate(passages, number)]
            self._known[asked] = FoundPassages(items)
            number += len(items)

    def __call__(self, query: object, k: object = 4, collection: object = "") -> FoundPassages:
        """The passages for a question, best first.

        Raises:
            TemplateRuntimeError: the question is empty or too long, or ``k`` is no number from 1
                to MOST_PASSAGES.
            NotFoundYet: they are not known.
        """
        text = str.__str__(str(query)).strip()
        if not text:
            raise TemplateRuntimeError("retrieve has nothing to look for: its question is empty")
        if len(text) > _QUERY_CHARACTERS:
            raise TemplateRuntimeError(
                f"retrieve takes a question of at most {_QUERY_CHARACTERS:,} characters"
            )
        if not isinstance(k, int) or isinstance(k, bool) or not 1 <= k <= MOST_PASSAGES:
            raise TemplateRuntimeError(f"k of retrieve is a whole number from 1 to {MOST_PASSAGES}")
        asked = PassageQuery(text, k, str.__str__(str(collection or "")).strip())
        found = self._known.get(asked)
        if found is None:
            raise NotFoundYet(asked)
        return found


class FoundPassage(dict[str, Any], Printed):
    """A passage: ``p.text``, ``p.file``, ``p.page``, ``p.score``, ...; printed, it is its text."""

    def __init__(self, passage: Passage, number: int) -> None:
        text = traced(passage.text, [passage_leaf(passage.text, RETRIEVE, number)])
        super().__init__(
            text=text,
            file=passage.name,
            page=passage.page or None,
            headings=list(passage.headings),
            heading=heading_words(passage.headings),
            score=passage.score,
            tokens=passage.tokens,
            number=number,
        )

    def __str__(self) -> str:
        return str(self["text"])

    def leaves(self) -> list[Leaf]:
        """Its text in one piece."""
        return [passage_leaf(self["text"], RETRIEVE, self["number"])]


class FoundPassages(list[FoundPassage], Printed):
    """The passages of one question; printed, each has its number and file above its text."""

    def __str__(self) -> str:
        return "".join(leaf.text for leaf in self.leaves())

    def leaves(self) -> list[Leaf]:
        """Heads and texts, in turn."""
        found: list[Leaf] = []
        for at, passage in enumerate(self):
            page = f", page {passage['page']}" if passage["page"] else ""
            head = f"[{passage['number']}] {passage['file']}{page}\n"
            found.append(passage_leaf(("\n\n" if at else "") + head, RETRIEVE, 0))
            found += passage.leaves()
        return found


def asks(node: nodes.Node) -> Iterable[nodes.Call]:
    """The calls of ``retrieve`` in an expression, itself too."""
    calls = [node] if isinstance(node, nodes.Call) else []
    for call in (*calls, *node.find_all(nodes.Call)):
        if isinstance(call.node, nodes.Name) and call.node.name == RETRIEVE:
            yield call


def functions(found: Found = ()) -> Mapping[str, Retrieve]:
    """What templates of the user can call beyond Jinja's own."""
    return {RETRIEVE: Retrieve(found)}
