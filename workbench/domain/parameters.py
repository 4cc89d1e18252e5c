"""Parameters described once: forms, command line, summaries and checks read the same struct."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import inspect

from workbench.domain.errors import UsageError

P = TypeVar("P", bound=msgspec.Struct)

FieldKind = Literal["int", "float", "bool", "str", "choice", "texts"]
Values = Mapping[str, Any]
Condition = Callable[[Values], bool]
ADVANCED = "Advanced"
ANSWER = "Answer"
"""Groups of parameters; "" is the group of the usual ones."""
_OFF = "off"
"""The value of a choice with which it has no effect."""


def about(
    *,
    description: str,
    title: str,
    unit: str = "",
    group: str = "",
    choices: Mapping[str, str] | None = None,
    lowest: str = "",
    automatic: Callable[[Values], Any] | None = None,
    when: Condition | None = None,
    **limits: Any,
) -> msgspec.Meta:
    """What forms, help and summaries say of a parameter, with its limits.

    Args:
        description: one sentence of help.
        title: its label, in sentence case.
        unit: of a number, as in "80 tokens".
        group: "", :data:`ADVANCED` or :data:`ANSWER`.
        choices: the words for the values of a choice.
        lowest: what the smallest value means, for example "Off" or "Auto".
        automatic: what an automatic smallest value comes to, shown as "Auto (2)".
        when: whether it has an effect with the other values; None is always.
        limits: ge, le and the other limits of :class:`msgspec.Meta`.
    """
    words = {
        "unit": unit,
        "group": group,
        "choice_titles": dict(choices or {}),
        "lowest": lowest,
        "automatic": automatic,
        "when": when,
    }
    return msgspec.Meta(title=title, description=description, extra=words, **limits)


def is_one(name: str, *values: Any) -> Condition:
    """Whether a parameter has one of these values."""
    return lambda given: given.get(name) in values


def above(name: str, limit: float) -> Condition:
    """Whether a parameter is larger than ``limit``."""
    return lambda given: given.get(name, limit) > limit


def both(one: Condition, other: Condition) -> Condition:
    """Whether both hold."""
    return lambda given: one(given) and other(given)


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter: its form field and its words; see :func:`about`.

    ``choices`` is empty unless a choice.
    """

    name: str
    kind: FieldKind
    default: Any
    description: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    title: str = ""
    unit: str = ""
    group: str = ""
    choice_titles: dict[str, str] = {}
    lowest: str = ""
    automatic: Callable[[Values], Any] | None = None
    when: Condition | None = None

    @property
    def label(self) -> str:
        """Its title; where it has none, its name as words."""
        return self.title or self.name.replace("_", " ").capitalize()

    def lowest_words(self, values: Values) -> str:
        """What the smallest value means with the other values: "Off", "Auto (2)"."""
        found = self.automatic(values) if self.automatic is not None else None
        return f"{self.lowest} ({found})" if found else self.lowest

    def choice_words(self, choice: str) -> str:
        """The words for a value of a choice."""
        return self.choice_titles.get(choice) or choice.replace("_", " ").capitalize()

    def words(self, value: Any, values: Values) -> str:
        """A value as people read it: "3", "80 tokens", "Votes", "Off", "yes"."""
        if self.kind == "choice":
            return self.choice_words(str(value))
        if isinstance(value, bool):
            return "yes" if value else "no"
        if self.lowest and value == self.minimum:
            return self.lowest_words(values)
        if isinstance(value, list | tuple):
            return ", ".join(map(str, value)) or "none"
        if isinstance(value, int | float):
            shown = f"{value:,}" if isinstance(value, int) else f"{value:g}"
            return f"{shown} {self.unit}" if self.unit else shown
        return str(value)


def describe(struct: type[msgspec.Struct]) -> tuple[Field, ...]:
    """The fields of a parameter struct, in order; every field needs a default."""
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    return tuple(_field(field) for field in info.fields)


def _field(field: inspect.Field) -> Field:
    kind: Any = field.type
    schema: dict[str, Any] = {}
    words: dict[str, Any] = {}
    while isinstance(kind, inspect.Metadata):
        schema |= kind.extra_json_schema or {}
        words |= kind.extra or {}
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
        description=schema.get("description", ""),
        title=schema.get("title", ""),
        minimum=minimum,
        maximum=maximum,
        choices=choices,
        **words,
    )


def _default(field: inspect.Field) -> Any:
    return field.default_factory() if callable(field.default_factory) else field.default


def with_defaults(fields: Sequence[Field], values: Values) -> dict[str, Any]:
    """The values, and the defaults of parameters that have none."""
    return {field.name: values.get(field.name, field.default) for field in fields}


def effective_fields(fields: Sequence[Field], values: Values) -> tuple[Field, ...]:
    """The parameters that have an effect with these values."""
    given = {**values, **with_defaults(fields, values)}
    return tuple(field for field in fields if field.when is None or field.when(given))


def summarise(fields: Sequence[Field], values: Values) -> str:
    """The usual parameters that have an effect, and others that were changed, in one line.

    Numbers come first: "Steps deep 3, Ideas per step 5, Kept per step 2, Judge by votes".
    """
    given = with_defaults(fields, values)
    counted = [
        field
        for field in effective_fields(fields, values)
        if not field.group or (field.group == ADVANCED and given[field.name] != field.default)
    ]
    counted.sort(key=lambda field: field.kind not in ("int", "float"))
    summaries = (_summary(field, given) for field in counted)
    return ", ".join(words for words in summaries if words)


def _summary(field: Field, values: Values) -> str:
    """A parameter within a sentence; one that is switched off is left out."""
    value = values[field.name]
    if isinstance(value, bool):
        return (
            (field.label if value else "")
            if not field.group
            else f"{field.label} {field.words(value, values)}"
        )
    if field.kind == "choice" and value == _OFF:
        return ""
    words = field.words(value, values)
    if field.kind == "choice" and not words[1:2].isupper():
        words = words[0].lower() + words[1:]
    return f"{field.label} {words}"


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
