"""Searching the library: words, and the prefixes ``tag:``, ``folder:`` and ``is:favourite``."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

import msgspec

from workbench.domain.library import LibraryHit, LibraryResult
from workbench.domain.prompts import LibraryEntry

F = TypeVar("F")
EXCERPT = 90
_LEAD = 12
_PART = re.compile(r'(?:(tag|folder|is):)?(?:"([^"]*)"?|(\S+))', re.IGNORECASE)


class LibraryQuery(msgspec.Struct, frozen=True):
    """What is looked for; every part must fit. All texts are casefolded."""

    words: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    favourite: bool = False


def read_query(text: str) -> LibraryQuery:
    """What a person typed as a query; never fails.

    Quotes keep words together (``tag:"support chat"``); a prefix without a value, as one has it
    while typing, says nothing yet.
    """
    words: list[str] = []
    tags: list[str] = []
    folders: list[str] = []
    favourite = False
    for prefix, quoted, plain in _PART.findall(text):
        value = (quoted or plain).casefold().strip()
        kind = prefix.casefold()
        if kind == "is" and value in ("favourite", "favorite"):
            favourite = True
        elif kind == "tag" and value:
            tags.append(value)
        elif kind == "folder" and value:
            folders.append(value.strip("/"))
        elif kind == "is" and value:
            words.append(f"is:{value}")
        elif not kind and value and value not in ("tag:", "folder:", "is:"):
            words.append(value)
    return LibraryQuery(tuple(words), tuple(tags), tuple(folders), favourite)


def search(
    query: LibraryQuery,
    entries: Iterable[tuple[LibraryEntry, F]],
    favourites: Collection[str],
    text_of: Callable[[F], str],
) -> LibraryResult:
    """The entries that fit, those first whose name does, then by head, then by text.

    Args:
        query: what is looked for.
        entries: prompts and their files, in the order in which equally good ones are given.
        favourites: their paths.
        text_of: the text of a file; asked only where its head does not answer.
    """
    ranked: list[tuple[int, LibraryHit]] = []
    for entry, file in entries:
        if not _belongs(query, entry, favourites):
            continue
        found = _hit(query.words, entry, functools.partial(text_of, file))
        if found is not None:
            ranked.append(found)
    ranked.sort(key=lambda pair: pair[0])
    return LibraryResult(hits=tuple(hit for _, hit in ranked), words=query.words)


def _belongs(query: LibraryQuery, entry: LibraryEntry, favourites: Collection[str]) -> bool:
    """Whether the prefixes fit. A tag may be half typed; a folder means those inside it too."""
    if query.favourite and entry.path not in favourites:
        return False
    tags = [tag.casefold() for tag in entry.tags]
    if not all(any(tag.startswith(wanted) for tag in tags) for wanted in query.tags):
        return False
    folder = f"/{entry.folder.casefold()}"
    return all(f"/{wanted}" in folder for wanted in query.folders)


def _hit(
    words: tuple[str, ...], entry: LibraryEntry, text_of: Callable[[], str]
) -> tuple[int, LibraryHit] | None:
    name = f"{entry.name} {entry.title}".casefold()
    if all(word in name for word in words):
        return 0, LibraryHit(path=entry.path)
    head = f"{name} {entry.folder} {entry.description} {' '.join(entry.tags)}".casefold()
    left = [word for word in words if word not in head]
    if not left:
        return 1, LibraryHit(path=entry.path)
    text = text_of()
    folded = text.casefold()
    if not all(word in folded for word in left):
        return None
    line, excerpt = _excerpt(text, left[0])
    return 2, LibraryHit(path=entry.path, excerpt=excerpt, line=line)


def _excerpt(text: str, word: str) -> tuple[int, str]:
    """The first line with a word (from 1) and the part of it around the word.

    A word that goes over the end of a line, as quotes allow, has no line.
    """
    for number, line in enumerate(text.splitlines(), 1):
        place = line.casefold().find(word)
        if place >= 0:
            start = max(0, place - _LEAD)
            space = line.find(" ", start, place) if start else -1
            start = max(start, space + 1)  # at the beginning of a word where there is one
            part = " ".join(line[start : start + EXCERPT].split())
            return number, ("…" if start else "") + part
    return 0, ""
