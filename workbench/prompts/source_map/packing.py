"""Packs messages for the way out of the sandbox: each origin once."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from workbench.domain.text import Message, Place, Role, Span
from workbench.prompts.roles import PiecesOfMessage


class PackedMessage(msgspec.Struct, frozen=True, array_like=True):
    """Of each span its text, the index of its origin, and the pass of the loop."""

    role: Role
    spans: list[tuple[str, int, int]]


class Packed(msgspec.Struct, frozen=True, array_like=True):
    """Messages, and the origins of their spans as spans without text and pass."""

    origins: list[Span]
    messages: list[PackedMessage]


def packed(messages: Iterable[PiecesOfMessage]) -> Packed:
    """What goes out of the sandbox for messages in pieces."""
    indices: dict[tuple[bool, int, str, int], int] = {}
    origins: list[Span] = []
    found: list[PackedMessage] = []
    for message in messages:
        spans: list[tuple[str, int, int]] = []
        for text, literal, line, variable, place, iteration in message.pieces:
            # Pieces of one origin share its place, which lives as long as they do.
            key = (literal, line, variable, id(place))
            index = indices.get(key)
            if index is None:
                index = indices[key] = len(origins)
                origins.append(Span("", literal, line, variable, place))
            spans.append((text, index, iteration))
        found.append(PackedMessage(message.role, spans))
    return Packed(origins, found)


def unpacked(pack: Packed) -> tuple[Message, ...]:
    """The messages."""
    known: dict[tuple[int, int], Place] = {}
    messages: list[Message] = []
    for message in pack.messages:
        spans: list[Span] = []
        for text, index, iteration in message.spans:
            origin = pack.origins[index]
            place = known.get((index, iteration))
            if place is None:
                place = known[index, iteration] = replace(origin.at, iteration=iteration)
            spans.append(Span(text, origin.literal, origin.line, origin.variable, place))
        messages.append(Message(message.role, tuple(spans)))
    return tuple(messages)
