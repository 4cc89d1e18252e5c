"""Converts values of the domain to and from database rows.

SQLite's text is UTF-8: a lone surrogate (half a character, as a clipboard or a JSON file may give)
cannot be stored and becomes U+FFFD. NUL is stored as it is, but left out of what is searched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import msgspec

from workbench.domain.runs.events import (
    CallFinished,
    CallStarted,
    Event,
    LoggedEvent,
    PromptEvaluated,
    TextReceived,
)
from workbench.domain.runs.spec import RunSpec
from workbench.domain.text import Message, replace_surrogates
from workbench.history.file.damage import PART_LOST

T = TypeVar("T")

UNREADABLE = (msgspec.MsgspecError, ValueError, TypeError, RecursionError)
"""What reading damaged bytes raises; UnicodeDecodeError is a ValueError and no MsgspecError."""

_event_decoder = msgspec.msgpack.Decoder(Event)
_message_decoder = msgspec.msgpack.Decoder(Message)


def searchable(text: str) -> str:
    """The text as the search index takes it: clean and without NUL, at which SQL texts end."""
    return replace_surrogates(text).replace("\0", "")


def clean(value: T, kind: Any) -> T:
    """A struct or JSON value with all its texts cleaned; ``kind`` is the type to rebuild."""
    try:
        msgspec.msgpack.encode(value)
    except UnicodeEncodeError:
        rebuilt: T = msgspec.convert(replace_surrogates(msgspec.to_builtins(value)), kind)
        return rebuilt
    return value


def to_json(value: Any) -> str:
    """JSON text; raises TypeError for what JSON cannot hold."""
    return msgspec.json.encode(clean(value, Any)).decode()


def from_json(text: str, default: Any) -> Any:
    """The value of a JSON text, or ``default`` where damage made it unreadable.

    Where ``default`` is a list or an object, so is the value.
    """
    try:
        value = msgspec.json.decode(text)
    except UNREADABLE:
        return default
    kind = type(default)
    return value if kind not in (dict, list) or isinstance(value, kind) else default


def encode_spec(spec: RunSpec) -> tuple[RunSpec, str]:
    """The spec with clean texts, and its JSON."""
    cleaned = clean(spec, RunSpec)
    return cleaned, msgspec.json.encode(cleaned).decode()


def decode_spec(text: str | bytes) -> RunSpec:
    """The spec of a row (one of :data:`UNREADABLE` where it is damaged)."""
    return msgspec.json.decode(text, type=RunSpec)


def event_type(event: Event) -> str:
    """The stored name of an event's class."""
    return str(event.__struct_config__.tag)


def encode_event(event: Event) -> tuple[bytes, tuple[bytes, ...]]:
    """The event in msgpack, and the messages of a call's prompt, which are stored by themselves."""
    cleaned = clean(event, Event)
    if not isinstance(cleaned, CallStarted):
        return msgspec.msgpack.encode(cleaned), ()
    messages = tuple(msgspec.msgpack.encode(message) for message in cleaned.messages)
    return msgspec.msgpack.encode(msgspec.structs.replace(cleaned, messages=())), messages


def decode_event(payload: bytes, messages: Iterable[Message] = ()) -> Event:
    """The event of a row; an unreadable one becomes a note that says so, so the run still opens."""
    try:
        event: Event = _event_decoder.decode(payload)
    except UNREADABLE:
        return PART_LOST
    if isinstance(event, CallStarted):
        return msgspec.structs.replace(event, messages=tuple(messages))
    return event


def decode_message(payload: bytes, key: bytes) -> Message | None:
    """The message of a prompt, None where it is not the one that was stored under ``key``."""
    if digest(payload) != key:
        return None
    try:
        return _message_decoder.decode(payload)
    except UNREADABLE:
        return None


def encode_ids(ids: Sequence[int]) -> bytes:
    """Row ids as one value."""
    return msgspec.msgpack.encode(list(ids))


def decode_ids(payload: bytes) -> list[int]:
    """The ids that :func:`encode_ids` wrote, none where they cannot be read any more."""
    try:
        return msgspec.msgpack.decode(payload, type=list[int])
    except UNREADABLE:
        return []


def digest(payload: bytes) -> bytes:
    """The key under which a payload is stored once."""
    return hashlib.sha256(payload).digest()


def merged(events: Iterable[LoggedEvent]) -> list[LoggedEvent]:
    """The events with all new text of one sample joined, and only the last progress of a prompt.

    The joined event takes the place of the last one: after it nothing of that sample was left out,
    and the fold of the result is the fold of the original. ``events`` are in order of each run.
    """
    kept: list[LoggedEvent | None] = []
    places: dict[tuple[int, str, int], int] = {}
    for logged in events:
        event = logged.event
        if isinstance(event, TextReceived | PromptEvaluated):
            sample = event.sample if isinstance(event, TextReceived) else -1
            key = (logged.run_id, event.call, sample)
            place = places.get(key)
            earlier = kept[place] if place is not None else None
            if place is not None:
                kept[place] = None
            places[key] = len(kept)
            kept.append(_joined(earlier, logged))
            continue
        # Nothing moves behind the end of its sample, or behind the start of a call made again.
        if isinstance(event, CallFinished):
            places.pop((logged.run_id, event.call, event.sample), None)
        elif isinstance(event, CallStarted):
            places = {key: place for key, place in places.items() if key[1] != event.call}
        kept.append(logged)
    return [logged for logged in kept if logged is not None]


def _joined(earlier: LoggedEvent | None, later: LoggedEvent) -> LoggedEvent:
    first, second = earlier.event if earlier else None, later.event
    if not isinstance(first, TextReceived) or not isinstance(second, TextReceived):
        return later
    event = msgspec.structs.replace(
        second,
        text=first.text + second.text,
        tokens=first.tokens + second.tokens,
        reasoning=first.reasoning + second.reasoning,
    )
    return msgspec.structs.replace(later, event=event)
