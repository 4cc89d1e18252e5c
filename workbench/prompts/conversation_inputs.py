"""Inputs that are conversations: where a template prints one, its messages are inserted.

A template can also go through the messages of such an input itself; only the printed whole becomes
messages of their own.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from workbench.domain.runs.spec import Json
from workbench.prompts.roles import PiecesOfMessage
from workbench.prompts.source_map.tracing import Piece


class Thread(list[Any]):
    """Messages that print as an unguessable marker."""

    def __init__(self, messages: Iterable[Json]) -> None:
        super().__init__(messages)
        self.mark = f"<thread {secrets.token_hex(8)}>"

    def __str__(self) -> str:
        return self.mark


def with_threads(values: Mapping[str, Json], names: Iterable[str]) -> dict[str, Json]:
    """Values in which the named lists of messages are threads."""
    found = dict(values)
    for name in names:
        value = found.get(name)
        found[name] = Thread(value if isinstance(value, list) else [])
    return found


def expanded(
    messages: Sequence[PiecesOfMessage], values: Mapping[str, Json]
) -> list[PiecesOfMessage]:
    """Messages with those of the threads at the places where they were printed.

    The text before and after a thread in the same message keeps that message's role. Contents
    are values: control tokens and role markers in them stay plain text.
    """
    threads = [each for each in values.values() if isinstance(each, Thread)]
    if not threads:
        return list(messages)
    return [part for message in messages for part in _parts(message, threads)]


def _parts(message: PiecesOfMessage, threads: list[Thread]) -> Iterator[PiecesOfMessage]:
    if not any(thread.mark in piece.text for thread in threads for piece in message.pieces):
        yield message
        return
    gathered: list[Piece] = []
    for piece in message.pieces:
        rest = piece.text
        while (found := _first(rest, threads)) is not None:
            place, thread = found
            gathered.append(piece._replace(text=rest[:place]))
            rest = rest[place + len(thread.mark) :]
            yield from _own(message, gathered)
            gathered = []
            for each in thread:
                text = str(each.get("content", ""))
                yield PiecesOfMessage(each["role"], [piece._replace(text=text, literal=False)])
        gathered.append(piece._replace(text=rest))
    yield from _own(message, gathered)


def _first(text: str, threads: list[Thread]) -> tuple[int, Thread] | None:
    places = [(text.find(thread.mark), thread) for thread in threads]
    found = [pair for pair in places if pair[0] >= 0]
    return min(found, key=lambda pair: pair[0]) if found else None


def _own(message: PiecesOfMessage, pieces: list[Piece]) -> Iterator[PiecesOfMessage]:
    """What is left of a message on one side of a thread, without white space around it."""
    kept = [piece for piece in pieces if piece.text]
    while kept and not kept[0].text.strip():
        kept.pop(0)
    while kept and not kept[-1].text.strip():
        kept.pop()
    if kept:
        kept[0] = kept[0]._replace(text=kept[0].text.lstrip("\n"))
        kept[-1] = kept[-1]._replace(text=kept[-1].text.rstrip())
        yield PiecesOfMessage(message.role, kept)
