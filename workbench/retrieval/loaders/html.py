"""Pages of the web: what is seen of them, without scripts and styles."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from workbench.domain.errors import FormatError
from workbench.domain.sources.document import Extracted
from workbench.retrieval.loaders.encodings import EMPTY, decode
from workbench.retrieval.loaders.loader import Loader, Source, register
from workbench.retrieval.loaders.text_builder import TextBuilder

_UNSEEN = frozenset({"script", "style", "template", "noscript", "svg", "iframe", "object"})
_BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "br", "caption", "dd", "details", "div", "dl",
        "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5",
        "h6", "header", "hr", "li", "main", "nav", "ol", "option", "p", "pre", "section", "summary",
        "table", "title", "tr", "ul",
    }
)  # fmt: skip
_APART = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "table", "title", "blockquote"})
_ITEM = "- "
_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.I)
_HEAD_BYTES = 4096


def read(source: Source) -> Extracted:
    """What is seen of a page; with its title, else its first heading."""
    data = source.data
    declared = _CHARSET.search(data[:_HEAD_BYTES])
    if declared is not None:
        data = _from_charset(data, declared[1].decode("ascii"))
    text, notes = decode(data)
    builder = TextBuilder("html")
    builder.notes += notes
    builder.title = add_page(builder, text) or source.stem
    if not builder.length:
        raise FormatError("", EMPTY)
    return builder.build()


def add_page(builder: TextBuilder, page: str, *, with_title: bool = True) -> str:
    """Add what is seen of a page to a document, and return its title or first heading.

    Args:
        builder: the document.
        page: the HTML.
        with_title: whether the title is added as a line of its own.
    """
    reader = _Reader(builder, with_title=with_title)
    reader.feed(page)
    reader.close()
    reader.finish()
    return reader.title or reader.first_heading


def _from_charset(data: bytes, charset: str) -> bytes:
    """The page in UTF-8, where it reports another encoding that fits."""
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return data.decode(charset).encode()
        except (LookupError, ValueError):
            return data
    return data


class _Reader(HTMLParser):
    """Collects the line that is under way, and adds it where a block begins or ends."""

    def __init__(self, builder: TextBuilder, *, with_title: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.first_heading = ""
        self._builder = builder
        self._with_title = with_title
        self._line: list[str] = []
        self._apart = True
        """Whether an empty line comes before the line under way."""
        self._begins = True
        """Whether nothing is on the line but marks."""
        self._unseen = 0
        self._pre = 0
        self._heading = 0
        self._in_title = False
        self._tables: list[int | None] = []
        """Where each open table begins, None before its first line."""

    def finish(self) -> None:
        """Add the last line."""
        self._break(apart=False)
        while self._tables:
            self._end_table(self._tables.pop())

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag in _BLOCKS:
            self._break(apart=tag in _APART)
            self._open(tag)
        elif tag in {"td", "th"} and not self._begins:
            self._line.append("\t")
            self._begins = True

    def _open(self, tag: str) -> None:
        self._pre += tag == "pre"
        self._in_title = tag == "title"
        if tag == "li":
            self._line = [_ITEM]
        elif tag == "table":
            self._tables.append(None)
        elif len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self._heading = int(tag[1])

    def handle_startendtag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self._break(apart=False)

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        elif tag in _BLOCKS:
            self._break(apart=tag in _APART)
            self._pre = max(self._pre - (tag == "pre"), 0)
            self._heading = 0
            self._in_title = False
            if tag == "table" and self._tables:
                self._end_table(self._tables.pop())

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        if not self._pre:
            data = re.sub(r"\s+", " ", data)
            data = data.lstrip() if self._begins else data
        if data:
            self._line.append(data)
            self._begins = False

    def _break(self, *, apart: bool) -> None:
        """End the line under way; what comes next is apart from it, or below it."""
        text = "".join(self._line)
        self._begins = True
        if text == _ITEM:
            return  # it waits for its first paragraph
        self._line = []
        if text.strip():
            self._add(text)
            self._apart = False
        self._apart = self._apart or apart

    def _add(self, text: str) -> None:
        if self._in_title:
            self.title = self.title or " ".join(text.split())
            if not self._with_title:
                return
        if self._heading:
            self.first_heading = self.first_heading or " ".join(text.split())
            self._builder.heading(text, self._heading)
            return
        if self._pre:
            self._builder.code(text)
            return
        start = self._builder.add(text, apart=self._apart)
        if self._tables and self._tables[-1] is None:
            self._tables[-1] = start

    def _end_table(self, start: int | None) -> None:
        if start is not None and not self._tables:  # a table inside of a cell is a part of it
            self._builder.mark_block(start, "table")


HTML = register(Loader("html", "HTML page", frozenset({".html", ".htm", ".xhtml"}), read))
