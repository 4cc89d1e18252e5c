"""Books (EPUB): their chapters in the order of reading."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from workbench.domain.errors import FormatError
from workbench.domain.sources.document import Extracted
from workbench.retrieval.loaders.archive import Archive
from workbench.retrieval.loaders.encodings import EMPTY, decode
from workbench.retrieval.loaders.html import add_page
from workbench.retrieval.loaders.loader import MOST_PAGES, Loader, Source, register
from workbench.retrieval.loaders.text_builder import TextBuilder
from workbench.retrieval.loaders.xml_tree import parse

CONTAINER = "META-INF/container.xml"
RIGHTS = "META-INF/encryption.xml"
_FONTS_ONLY = re.compile(rb"\.(xhtml|html|htm|xml)[\"']", re.I)


def read(source: Source) -> Extracted:
    """The text of a book: a page of the result is a chapter, with its title."""
    archive = Archive(source.data)
    if CONTAINER not in archive.names:
        raise FormatError("", "it is no EPUB book.")
    if RIGHTS in archive.names and _FONTS_ONLY.search(archive.read(RIGHTS)):
        raise FormatError("", "it is copy-protected: its text is encrypted.")
    root = _first(parse(archive.read(CONTAINER)), "rootfile")
    place = root.get("full-path", "") if root is not None else ""
    if place not in archive.names:
        raise FormatError("", "it is damaged: its list of chapters is missing.")
    package = parse(archive.read(place))
    title = _first(package, "title")
    builder = TextBuilder("epub", (title.text or "") if title is not None else "")
    builder.title = builder.title.strip() or source.stem
    chapters = _chapters(package, posixpath.dirname(place))
    if len(chapters) > MOST_PAGES:
        reason = f"it has {len(chapters):,} chapters, more than the {MOST_PAGES:,} that are read."
        raise FormatError("", reason)
    missing = [name for name in chapters if not _add(builder, archive, name)]
    if missing:
        builder.notes.append(
            f"A part of it is missing or damaged: {posixpath.basename(missing[0])}."
        )
    if not builder.length:
        raise FormatError("", EMPTY)
    return builder.build()


def _add(builder: TextBuilder, archive: Archive, name: str) -> bool:
    """Add a chapter; one without a text (a cover) is left out. False where it cannot be read."""
    if name not in archive.names:
        return False
    data = archive.read(name)
    if not data.strip():
        return True
    before = builder.length
    try:
        text, _ = decode(data)
    except FormatError:
        return False
    title = add_page(builder, text, with_title=False)
    if builder.length > before:
        builder.mark_page(before + (2 if before else 0), title)
    return True


def _chapters(package: Element, folder: str) -> list[str]:
    """The names of the members that are read, in order; each once."""
    files = {
        each.get("id", ""): each.get("href", "")
        for each in _all(package, "item")
        if "html" in each.get("media-type", "html")
    }
    spine = [files.get(each.get("idref", ""), "") for each in _all(package, "itemref")]
    paths = [posixpath.normpath(posixpath.join(folder, unquote(each))) for each in spine if each]
    return list(dict.fromkeys(paths))


def _all(element: Element, name: str) -> list[Element]:
    return [each for each in element.iter() if each.tag.rpartition("}")[2] == name]


def _first(element: Element, name: str) -> Element | None:
    return next(iter(_all(element, name)), None)


EPUB = register(Loader("epub", "EPUB book", frozenset({".epub"}), read))
