"""The typed session of a workspace, restored at the next start; stored keys are the fields."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)


def read_session(kind: type[S], state: Mapping[str, Any]) -> S:
    """A stored session, field by field; what cannot be read keeps its default."""
    read = {}
    for field in msgspec.structs.fields(kind):
        if field.name in state:
            with suppress(msgspec.ValidationError):
                read[field.name] = msgspec.convert(state[field.name], field.type)
    return kind(**read)


def stored(session: msgspec.Struct) -> dict[str, object]:
    """A session as JSON values."""
    values: dict[str, object] = msgspec.to_builtins(session)
    return values
