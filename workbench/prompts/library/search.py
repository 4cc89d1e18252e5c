"""Searching the library: words, and the prefixes ``tag:``, ``folder:`` and ``is:favourite``."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable

import msgspec

from workbench.domain.prompts.library import LibraryHit, LibraryResult, PromptRecord

SearchKey = tuple[str, str]
"""File name and title of a prompt; these, the folder, the description and the tags. Casefolded."""
EXCERPT = 90
_LEAD = 12
_PART = re.compile(r'(?:(tag|folder|is):)?(?:"([^"]*)"?|(\S+))', re.IGNORECASE)


class LibraryQuery(msgspec.Struct, frozen=True):
    """What is looked for; every part must fit. All texts are casefolded."""

    words: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    favourite: bool = False


def search_key(prompt: PromptRecord) -> SearchKey:
    """What a search looks at in a prompt before its text, made once for all searches."""
    name = f"{prompt.name} {prompt.title}".casefold()
    rest = f"{prompt.folder} {prompt.description} {' '.join(prompt.tags)}".casefold()
    return name, f"{name} {rest}"


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
    prompts: Iterable[tuple[PromptRecord, SearchKey]],
    favourites: Collection[str],
    text_of: Callable[[PromptRecord], tuple[str, str]],
) -> LibraryResult:
    """The prompts that fit, those first whose name does, then by head, then by text.

    Args:
        query: what is looked for.
        prompts: in the order in which equally good ones are given.
        favourites: their paths.
        text_of: the text of a file, as it is and casefolded; asked only where its head does not
            answer.
    """
    ranked: tuple[list[LibraryHit], ...] = ([], [], [])
    for prompt, (name, head) in prompts:
        if not _belongs(query, prompt, favourites):
            continue
        left = _missing(query.words, head)
        if not left:
            in_name = not _missing(query.words, name)
            ranked[0 if in_name else 1].append(LibraryHit(path=prompt.path))
            continue
        text, folded = text_of(prompt)
        if not _missing(left, folded):
            line, excerpt = _excerpt(text, left[0])
            ranked[2].append(LibraryHit(path=prompt.path, excerpt=excerpt, line=line))
    hits = (*ranked[0], *ranked[1], *ranked[2])
    return LibraryResult(hits=hits, words=query.words)


def _belongs(query: LibraryQuery, prompt: PromptRecord, favourites: Collection[str]) -> bool:
    """Whether the prefixes fit. A tag may be half typed; a folder means those inside it too."""
    if query.favourite and prompt.path not in favourites:
        return False
    for wanted in query.tags:
        if not any(tag.casefold().startswith(wanted) for tag in prompt.tags):
            return False
    if not query.folders:
        return True
    folder = f"/{prompt.folder.casefold()}"
    return all(f"/{wanted}" in folder for wanted in query.folders)


def _missing(words: Iterable[str], text: str) -> list[str]:
    return [word for word in words if word not in text]


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
