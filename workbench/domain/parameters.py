"""Parameters described once: forms, command line and checks are built from the same struct."""

from __future__ import annotations

import difflib
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import inspect

from workbench.domain.errors import UsageError

P = TypeVar("P", bound=msgspec.Struct)

FieldKind = Literal["int", "float", "bool", "str", "choice", "texts"]


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter: its form field and its sentence. ``choices`` is empty unless a choice."""

    name: str
    kind: FieldKind
    default: Any
    description: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()


def describe(struct: type[msgspec.Struct]) -> tuple[Field, ...]:
    """The fields of a parameter struct, in order.

    Every field needs a default. Descriptions come from ``msgspec.Meta(description=...)``.
    """
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    return tuple(_field(field) for field in info.fields)


def _field(field: inspect.Field) -> Field:
    kind: Any = field.type
    description = ""
    if isinstance(kind, inspect.Metadata):
        description = (kind.extra_json_schema or {}).get("description", "")
        kind = kind.type
    minimum = getattr(kind, "ge", None)
    maximum = getattr(kind, "le", None)
    choices: tuple[str, ...] = ()
    name: FieldKind = "str"
    if isinstance(kind, inspect.LiteralType):
        name, choices = "choice", tuple(str(value) for value in kind.values)
    elif isinstance(kind, inspect.BoolType):
        name = "bool"
    elif isinstance(kind, inspect.IntType):
        name = "int"
    elif isinstance(kind, inspect.FloatType):
        name = "float"
    elif isinstance(kind, inspect.VarTupleType):
        name = "texts"
    return Field(
        name=field.name,
        kind=name,
        default=_default(field),
        description=description,
        minimum=minimum,
        maximum=maximum,
        choices=choices,
    )


def _default(field: inspect.Field) -> Any:
    return field.default_factory() if callable(field.default_factory) else field.default


def build(struct: type[P], values: dict[str, Any], owner: str) -> P:
    """Make a parameter struct from loose values (strings from a command line are accepted).

    Raises:
        UsageError: for an unknown name or a value out of range; names the owner and the field.
    """
    known = {field.name for field in describe(struct)}
    for name in values:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"Did you mean {near[0]}?" if near else f"It has: {', '.join(sorted(known))}."
            raise UsageError(f"{owner} has no parameter called {name}. {hint}")
    try:
        return msgspec.convert(values, struct, strict=False)
    except msgspec.ValidationError as error:
        raise UsageError(f"A parameter of {owner} cannot be used: {error}.") from None
