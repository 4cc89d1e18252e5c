"""Character cards: JSON of version 1, 2 or 3, or a picture that carries it."""

from __future__ import annotations

import base64
import binascii
import json
import struct
from collections.abc import Iterator
from typing import Any

from workbench.domain.transcripts import Card, Found, Skipped
from workbench.transcripts.reader import Input, Reader, Sample
from workbench.transcripts.values import as_json, clean, dict_of, list_of, one_line, text_of

PNG = b"\x89PNG\r\n\x1a\n"
_SPECS = {"chara_card_v2", "chara_card_v3"}


def _score(sample: Sample) -> float:
    first = sample.first
    if first.get("spec") in _SPECS and isinstance(first.get("data"), dict):
        return 1.0
    return 0.9 if isinstance(first.get("first_mes"), str) and "name" in first else 0.0


def _score_picture(sample: Sample) -> float:
    return 1.0 if sample.head.startswith(PNG) else 0.0


def _read(given: Input) -> Iterator[Found]:
    yield _card(given.value, "json")


def _read_picture(given: Input) -> Iterator[Found]:
    chunks = dict(_texts(given.data))
    for keyword in ("ccv3", "chara"):
        if keyword not in chunks:
            continue
        try:
            value = json.loads(base64.b64decode(chunks[keyword], validate=False).decode("utf-8"))
        except (binascii.Error, ValueError, RecursionError):
            yield Skipped(reason=f"the {keyword} chunk is damaged", title=given.stem, source="card")
            return
        yield _card(value, keyword)
        return
    yield Skipped(reason="no card chunk", title=given.stem, source="card")


def _texts(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The text chunks of a picture by keyword, the first of each last so that it counts."""
    found = []
    position = len(PNG)
    while position + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, position)
        kind = data[position + 4 : position + 8]
        body = data[position + 8 : position + 8 + length]
        if len(body) < length or kind == b"IEND":
            break
        if kind == b"tEXt":
            keyword, _, text = body.partition(b"\0")
            found.append((keyword.decode("latin-1").lower(), text))
        position += 12 + length
    yield from reversed(found)


def _card(value: Any, origin: str) -> Card:
    whole = dict_of(value)
    spec = text_of(whole.get("spec"))
    data = dict_of(whole.get("data")) if spec in _SPECS else whole
    greetings = [text_of(data.get("first_mes"))]
    greetings += [text_of(each) for each in list_of(data.get("alternate_greetings"))]
    name = text_of(data.get("nickname")) or text_of(data.get("name"))
    return Card(
        name=one_line(name) or "Unnamed",
        description=clean(text_of(data.get("description"))),
        personality=clean(text_of(data.get("personality"))),
        scenario=clean(text_of(data.get("scenario"))),
        system_prompt=clean(text_of(data.get("system_prompt"))),
        post_history_instructions=clean(text_of(data.get("post_history_instructions"))),
        examples=clean(text_of(data.get("mes_example"))),
        greetings=tuple(clean(each) for each in greetings if each.strip()),
        lore_entries=len(list_of(dict_of(data.get("character_book")).get("entries"))),
        spec=spec if spec in _SPECS else "v1",
        origin=origin,
        raw=as_json(whole),
    )


CARD = Reader("card", "Character card", _score, _read)
CARD_PICTURE = Reader("card", "Character card", _score_picture, _read_picture, container="binary")
