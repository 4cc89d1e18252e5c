"""Documents of Word: paragraphs, headings, lists, tables and footnotes; no macros and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from workbench.domain.errors import FormatError
from workbench.domain.sources.document import Extracted
from workbench.retrieval.loaders.archive import Archive
from workbench.retrieval.loaders.encodings import EMPTY
from workbench.retrieval.loaders.loader import Loader, Source, register
from workbench.retrieval.loaders.text_builder import TextBuilder
from workbench.retrieval.loaders.xml_tree import parse

BODY = "word/document.xml"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_USUAL = _W[1:-1].encode()
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SPACES = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_NOT_TEXT = frozenset({f"{_W}del", f"{_W}moveFrom", _FALLBACK, f"{_W}pPr", f"{_W}rPr"})
_HEADING = re.compile(r"(?:heading\s*([1-9]))$|(title)$", re.I)
_TITLE = "{http://purl.org/dc/elements/1.1/}title"


def read(source: Source) -> Extracted:
    """The text of a document, with what was deleted in it left out."""
    archive = Archive(source.data)
    if BODY not in archive.names:
        raise FormatError("", "it is no document of Word.")
    levels = _levels(archive)
    builder = TextBuilder("docx", _title(archive) or source.stem)
    body = _tree(archive, BODY).find(f"{_W}body")
    if body is not None:
        _add(builder, body, levels)
    for name in ("word/footnotes.xml", "word/endnotes.xml"):
        if name in archive.names:
            for note in _tree(archive, name):
                if not note.get(f"{_W}type"):  # others are the lines between text and notes
                    _add(builder, note, levels)
    if not builder.length:
        raise FormatError("", EMPTY)
    return builder.build()


def _tree(archive: Archive, name: str) -> Element:
    return parse(archive.read(name).replace(_STRICT, _USUAL))


def _title(archive: Archive) -> str:
    if "docProps/core.xml" not in archive.names:
        return ""
    found = parse(archive.read("docProps/core.xml")).find(_TITLE)
    return (found.text or "").strip() if found is not None else ""


def _levels(archive: Archive) -> dict[str, int]:
    """The level of each style that is one of headings; ids are in the user's language."""
    if "word/styles.xml" not in archive.names:
        return {}
    levels: dict[str, int] = {}
    for style in _tree(archive, "word/styles.xml").iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        level = _outline(style)
        matched = _HEADING.match(name.get(f"{_W}val", "")) if name is not None else None
        if matched is not None:
            level = int(matched[1] or 1)
        if level:
            levels[style.get(f"{_W}styleId", "")] = level
    return levels


def _outline(element: Element) -> int:
    """The level that the properties of a style or paragraph give it, 0 for none."""
    found = element.find(f"{_W}pPr/{_W}outlineLvl")
    level = found.get(f"{_W}val", "") if found is not None else ""
    return int(level) + 1 if level.isdecimal() and len(level) == 1 and level != "9" else 0


def _add(builder: TextBuilder, parent: Element, levels: dict[str, int]) -> None:
    """Add the paragraphs and tables in an element."""
    was_item = False
    for each in _blocks(parent):
        if each.tag == f"{_W}tbl":
            builder.table(
                [" ".join(_words(cell).split()) for cell in row.findall(f"{_W}tc")]
                for row in each.findall(f"{_W}tr")
            )
            was_item = False
            continue
        text = _words(each)
        properties = each.find(f"{_W}pPr")
        level, is_item = _kind(properties, levels)
        if level:
            builder.heading(text, level)
        elif text.strip():
            builder.add(f"- {text}" if is_item else text, apart=not (is_item and was_item))
        was_item = is_item


def _blocks(parent: Element) -> Iterator[Element]:
    """Paragraphs and tables, also those inside of controls and insertions."""
    for each in parent:
        if each.tag in {f"{_W}p", f"{_W}tbl"}:
            yield each
        elif each.tag not in _NOT_TEXT:
            yield from _blocks(each)


def _kind(properties: Element | None, levels: dict[str, int]) -> tuple[int, bool]:
    """The level of a heading, 0 for none, and whether it is an item of a list."""
    if properties is None:
        return 0, False
    style = properties.find(f"{_W}pStyle")
    level = levels.get(style.get(f"{_W}val", ""), 0) if style is not None else 0
    own = properties.find(f"{_W}outlineLvl")
    value = own.get(f"{_W}val", "") if own is not None else ""
    if value in set("012345678"):
        level = int(value) + 1
    return level, properties.find(f"{_W}numPr") is not None


def _words(element: Element) -> str:
    """The text in an element, a line a paragraph where there are several."""
    pieces: list[str] = []
    _collect(element, pieces)
    return "".join(pieces)


def _collect(element: Element, pieces: list[str]) -> None:
    for each in element:
        if each.tag == f"{_W}t":
            pieces.append(each.text or "")
        elif each.tag in _SPACES:
            pieces.append(_SPACES[each.tag])
        elif each.tag not in _NOT_TEXT:
            _collect(each, pieces)
            if each.tag == f"{_W}p":
                pieces.append("\n")


DOCX = register(Loader("docx", "document of Word", frozenset({".docx", ".docm", ".dotx"}), read))
