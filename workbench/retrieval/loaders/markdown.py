"""Markdown: the text as it is written, with the places of headings, tables and code."""

from __future__ import annotations

import itertools

from markdown_it import MarkdownIt
from markdown_it.token import Token

from workbench.domain.sources.document import Block, Extracted, Heading
from workbench.retrieval.loaders.encodings import decode
from workbench.retrieval.loaders.loader import Loader, Source, register
from workbench.retrieval.loaders.text_builder import MOST_HEADINGS, short_heading

_PARSER = MarkdownIt("commonmark").enable("table")
_FRONT_MATTER = "---"
_FRONT_MATTER_LINES = 200


def read(source: Source) -> Extracted:
    """The text of a Markdown file; the title is its first heading."""
    text, notes = decode(source.data)
    headings, blocks = structure(text)
    title = headings[0].text if headings and headings[0].level == 1 else source.stem
    return Extracted(
        kind="markdown", title=title, text=text, headings=headings, blocks=blocks, notes=notes
    )


def structure(text: str) -> tuple[tuple[Heading, ...], tuple[Block, ...]]:
    """The headings, and the tables and code, of a Markdown text."""
    lines = text.split("\n")
    # Front matter would be read as a heading: it is underlined by its own end.
    skipped = _front_matter(lines)
    starts = list(itertools.accumulate((len(line) + 1 for line in lines), initial=0))
    headings: list[Heading] = []
    blocks: list[Block] = []
    tokens = _PARSER.parse("\n" * skipped + "\n".join(lines[skipped:]))
    for token, following in itertools.zip_longest(tokens, tokens[1:]):
        if token.map is None:
            continue
        first, after = token.map
        start, end = starts[first], min(starts[min(after, len(lines))], len(text))
        if token.type == "heading_open" and token.level == 0 and len(headings) < MOST_HEADINGS:
            words = short_heading(_plain(following))
            if words:
                headings.append(Heading(start, int(token.tag[1:]), words))
        elif token.type == "table_open":
            blocks.append(_block(text, start, end, lines[first]))
        elif token.type in {"fence", "code_block"} and token.level == 0:
            blocks.append(_block(text, start, end))
    return tuple(headings), tuple(blocks)


def _block(text: str, start: int, end: int, header: str = "") -> Block:
    end = start + len(text[start:end].rstrip("\n"))
    return Block(start, end, "table" if header else "code", short_heading(header))


def _plain(inline: Token | None) -> str:
    """The words of a heading without its marks."""
    if inline is None or inline.type != "inline":
        return ""
    parts = (each.content for each in inline.children or () if each.type in {"text", "code_inline"})
    return "".join(parts)


def _front_matter(lines: list[str]) -> int:
    """How many lines the YAML at the beginning has."""
    if lines[0].rstrip() != _FRONT_MATTER:
        return 0
    for number, line in enumerate(lines[1:_FRONT_MATTER_LINES], 1):
        if line.rstrip() in {_FRONT_MATTER, "..."}:
            return number + 1
    return 0


MARKDOWN = register(
    Loader("markdown", "Markdown file", frozenset({".md", ".markdown", ".mdown", ".mkd"}), read)
)
