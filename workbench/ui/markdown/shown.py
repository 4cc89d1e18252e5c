"""The visible text of Markdown, without its markup, piece by piece; formulas are their source."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from workbench.domain.formula_rules import FORMULA, UNCLOSED
from workbench.ui.markdown.parts import LONGEST_RENDERED, parse, shown_text, split

_KEPT = 2_000
"""Texts whose visible text is cached: a search asks at each letter that is typed."""


@functools.lru_cache(maxsize=_KEPT)
def shown_pieces(text: str) -> tuple[str, ...]:
    """The paragraphs, items, cells and blocks of code of a text, as they can be read."""
    if len(text) > LONGEST_RENDERED:
        return plain_pieces(text)
    found: list[str] = []
    for part in split(text):
        if part.kind == "code":
            found += plain_pieces(part.text.rstrip("\n"))
        else:
            found += _prose(parse(part.text))
    return tuple(found)


def plain_pieces(text: str) -> tuple[str, ...]:
    """The lines of a text that is shown as it was written."""
    return tuple(shown_text(text).split("\n"))


def _prose(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield "".join(_inline(token.children or []))
        elif token.type in ("fence", "code_block"):
            yield shown_text(token.content.rstrip("\n")).replace("\n", "\u2028")
        elif token.type in (FORMULA, UNCLOSED):
            yield shown_text(token.content + token.info).replace("\n", "\u2028")


def _inline(children: Sequence[Token]) -> Iterator[str]:
    for token in children:
        if token.type in ("text", "code_inline"):
            yield shown_text(token.content)
        elif token.type == FORMULA:
            yield shown_text(token.content).replace("\n", "\u2028")
        elif token.type in ("softbreak", "hardbreak"):
            yield "\u2028"
        elif token.type == "image":
            yield f"[image: {token.content}]"
