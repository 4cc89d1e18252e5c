"""A text of a model in parts: prose, and blocks of code that are shown in cards.

Parsed by markdown-it-py, which follows CommonMark: a fence ends with one of its own kind that is at
least as long, whatever is in it.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from workbench.domain.formula_rules import add_formulas

LONGEST_RENDERED = 64_000
"""Characters up to which a text is read as Markdown; longer ones stay plain."""
_CHUNK_CHARACTERS = 1_500
_UNBROKEN = re.compile(r"(\S{2000})")
_HIDDEN = re.compile(
    "[\u202a-\u202e\u2066-\u2069\u200b\u200c\u200e\u200f\x00\U000e0000-\U000e007f]"
)
_FENCE = re.compile(r"^ {0,3}(`{3,}(?!.*`)|~{3,})[ \t]*(.*)$")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_PARAGRAPH = re.compile(r"[^\s>|#*+\-\d`~]")

_parser = add_formulas(MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]))


class Part(NamedTuple):
    """A piece of a text. ``language`` is a fence's first word, ``text`` then without the fence."""

    kind: Literal["prose", "code"]
    text: str
    language: str = ""


def parse(text: str) -> list[Token]:
    """The blocks of a text; HTML in it is text."""
    return _parser.parse(text)


def shown_text(text: str) -> str:
    """Text as it may be shown: invisible characters named, endless words broken."""
    text = _HIDDEN.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text)
    return _UNBROKEN.sub("\\1\u2028", text)


def split(text: str, *, chunks: bool = False) -> list[Part]:
    """The parts of a text, in order.

    A fence that is not closed yet goes on to the end. With ``chunks`` prose is cut at paragraphs as
    well, so that of a text that grows only the last part changes.
    """
    parts: list[Part] = []
    prose: list[str] = []
    code: list[str] = []
    fence, indent, language, length, blank = "", 0, "", 0, False

    def end_prose() -> None:
        nonlocal length
        if "".join(prose).strip():
            parts.append(Part("prose", "".join(prose)))
        prose.clear()
        length = 0

    for line in _LINE.findall(text):
        found = _FENCE.match(line.rstrip("\r\n"))
        if fence:
            if found and found[1].startswith(fence) and not found[2].strip():
                parts.append(Part("code", "".join(code), language))
                code.clear()
                fence = ""
            else:
                code.append(_dedented(line, indent))
        elif found:
            end_prose()
            fence, indent = found[1], len(line) - len(line.lstrip(" "))
            language = found[2].split()[0] if found[2].split() else ""
        else:
            if chunks and blank and length >= _CHUNK_CHARACTERS and _PARAGRAPH.match(line):
                end_prose()
            prose.append(line)
            length += len(line)
        blank = not line.strip()
    if fence:
        parts.append(Part("code", "".join(code), language))
    end_prose()
    return parts


def _dedented(line: str, indent: int) -> str:
    """The line without as many blanks at its start as the fence had."""
    return line[min(indent, len(line) - len(line.lstrip(" "))) :]
