"""The visible text of an HTML page: blocks on lines of their own, no scripts and styles."""

from __future__ import annotations

import re
from html.parser import HTMLParser

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


def html_job(page: str) -> str:
    """The text of a page; headings and items of lists are marked as in Markdown."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.text


class _Reader(HTMLParser):
    """Collects what is seen."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._unseen = 0
        self._pre = 0

    @property
    def text(self) -> str:
        """What was collected, with one empty line between blocks at most."""
        joined = "".join(self._pieces)
        lines = (line.rstrip() for line in joined.split("\n"))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag in _BLOCKS:
            self._break(apart=tag in _APART)
            self._pre += tag == "pre"
            if tag == "li":
                self._pieces.append("- ")
            elif len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
                self._pieces.append("#" * int(tag[1]) + " ")
        elif tag in {"td", "th"} and self._pieces and not self._pieces[-1].endswith("\n"):
            self._pieces.append("\t")

    def handle_startendtag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self._break(apart=False)

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        elif tag in _BLOCKS:
            self._pre = max(self._pre - (tag == "pre"), 0)
            self._break(apart=tag in _APART)

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        if not self._pre:
            data = re.sub(r"\s+", " ", data)
            begins = not self._pieces or self._pieces[-1].endswith(("\n", "\t", "- ", "# "))
            data = data.lstrip() if begins else data
        if data:
            self._pieces.append(data)

    def _break(self, *, apart: bool) -> None:
        if self._pieces and apart:
            self._pieces.append("\n\n")
        elif self._pieces and not self._pieces[-1].endswith("\n"):
            self._pieces.append("\n")
