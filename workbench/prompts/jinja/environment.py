"""The Jinja environments: what a template may do and reach.

Both kinds of template, the user's own and the chat format inside a model file, are treated as
hostile. They see ``range``, ``dict``, ``namespace``, the values they are given and nothing else;
they cannot change what they are given, and they have no loader that reads files. Time and memory
are limited by the process they run in (:mod:`workbench.processes`).
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from jinja2 import DictLoader, StrictUndefined, Undefined, nodes
from jinja2.exceptions import TemplateRuntimeError, UndefinedError
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from workbench.prompts.jinja.passages import functions
from workbench.prompts.source_map.token_places import composed

ALLOWED_GLOBALS = frozenset({"range", "dict", "namespace"})
EXTENSIONS = ("jinja2.ext.loopcontrols", "workbench.prompts.jinja.environment.ComposedNames")
NUMBER_BITS = 100_000
"""Largest whole number a template may compute, in bits."""
REPEATED_ITEMS = 10_000_000
"""Longest text or list that one multiplication may make."""


class TooLargeError(Exception):
    """A template computes something that would be too large."""


class TooDeepError(Exception):
    """A value has more levels than can be written."""


class MissingValueError(UndefinedError):
    """A value was needed that does not exist.

    Args:
        message: Jinja's own words.
        name: what was looked for; None where it was not a name.
        owner: the value it was looked for in; Jinja's ``missing`` for a variable.
    """

    def __init__(self, message: str | None, name: object, owner: object) -> None:
        super().__init__(message)
        self.name = name
        self.of_variable = owner is missing
        self.siblings = tuple(map(str, owner))[:50] if isinstance(owner, dict) else ()


class RecordingUndefined(StrictUndefined):
    """A strict undefined whose error says which name it was."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = missing,
        name: str | None = None,
        exc: type[TemplateRuntimeError] = UndefinedError,
    ) -> None:
        super().__init__(hint, obj, name, exc)
        if exc is UndefinedError:
            self._undefined_exception = functools.partial(  # type: ignore[assignment]
                MissingValueError, name=name, owner=obj
            )


class BoundedEnvironment(ImmutableSandboxedEnvironment):
    """A sandboxed environment that also refuses to compute huge numbers and texts.

    The limits on memory and time would stop those too; refusing them here gives the line.
    """

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, undefined: type[Undefined], sources: Mapping[str, str]) -> None:
        super().__init__(
            undefined=undefined,
            loader=DictLoader(sources),
            extensions=EXTENSIONS,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,
            auto_reload=False,
            optimized=False,  # nothing is computed while compiling
        )
        for name in set(self.globals) - ALLOWED_GLOBALS:
            del self.globals[name]
        self.filters["tojson"] = to_json

    def handle_exception(self, source: str | None = None) -> NoReturn:
        """Pass an error on with its own traceback, from which the template's line is read."""
        error = sys.exc_info()[1]
        assert error is not None, source
        raise error

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Compute ``left operator right`` unless the result would be too large."""
        if operator == "**" and isinstance(left, int) and isinstance(right, int):
            too_large = right > 0 and left.bit_length() * right > NUMBER_BITS
        elif operator == "*" and isinstance(left, int) and isinstance(right, int):
            too_large = left.bit_length() + right.bit_length() > NUMBER_BITS
        elif operator == "*":
            too_large = _repeated(left, right) > REPEATED_ITEMS
        else:
            too_large = False
        if too_large:
            raise TooLargeError
        return super().call_binop(context, operator, left, right)


def _repeated(left: Any, right: Any) -> int:
    """Items of a repeated text or list, 0 where nothing is repeated."""
    for items, times in ((left, right), (right, left)):
        if isinstance(items, (str, list, tuple)) and isinstance(times, int):
            return len(items) * max(0, times)
    return 0


def to_json(value: Any, indent: int | None = None, **options: Any) -> str:
    """The ``tojson`` filter: readable JSON, not the HTML-escaped one of web pages."""
    allowed = {"ensure_ascii", "sort_keys", "separators"}
    chosen = {"ensure_ascii": False, **{k: v for k, v in options.items() if k in allowed}}
    try:
        return json.dumps(value, indent=indent, **chosen)
    except RecursionError:
        raise TooDeepError from None


def prompt_environment(sources: Mapping[str, str]) -> BoundedEnvironment:
    """For the user's own templates: an unknown name is an error.

    Args:
        sources: templates that can be included or imported, by name.
    """
    environment = BoundedEnvironment(RecordingUndefined, sources)
    environment.globals |= functions()
    return environment


def chat_environment() -> BoundedEnvironment:
    """For chat formats inside model files, which test for values that are not given."""
    environment = BoundedEnvironment(Undefined, {})
    environment.add_extension(GenerationTag)
    return environment


class ComposedNames(Extension):
    """Reads names in one form, as Python does: "é" can be one character or two.

    The name behind a dot is a part of a value, whose keys are as they are.
    """

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """The same tokens with the names composed."""
        before = ""
        for token in stream:
            if token.type == "name" and before != "dot" and not token.value.isascii():
                yield Token(token.lineno, token.type, composed(token.value))
            else:
                yield token
            before = token.type


class GenerationTag(Extension):
    """``{% generation %}``, by which some chat formats mark the assistant's words for training.

    Here it changes nothing.
    """

    tags = {"generation"}  # noqa: RUF012 - declared so by Jinja

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """Give back the body as it is."""
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)
