"""Rendering that knows where each piece of text comes from.

Every output of a template, literal text and expressions alike, is wrapped at compile time in a
filter that returns its text as a :class:`Traced` string: the same characters, with an origin. The
compiled template yields these pieces one by one through loops, conditions, blocks and includes.
Inside macros, ``set`` and ``filter`` blocks they are joined to a plain string, and what is then
printed counts as one value. The text itself is never altered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import GeneratorType
from typing import Any, NamedTuple

import jinja2
from jinja2 import nodes, pass_context
from jinja2.runtime import Context

from workbench.domain.spec import Json
from workbench.templates.environment import (
    BoundedEnvironment,
    RecordingUndefined,
)
from workbench.templates.names import Scope

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_FILTER = "traced output"  # holds a space, so that no template can name it


class Origin(NamedTuple):
    """What an output of a template is. ``template`` is None for the main one."""

    literal: bool
    line: int
    variable: str
    template: str | None


class Traced(str):
    """Text with its origin; ``str()`` keeps it."""

    __slots__ = ("origin",)
    origin: Origin

    def __str__(self) -> str:
        return self


class Piece(NamedTuple):
    """A run of rendered text. ``line`` is the main template's body line, from 1."""

    text: str
    literal: bool
    line: int
    variable: str


class TracingEnvironment(BoundedEnvironment):
    """The environment for the user's templates: an unknown name is an error, output is traced.

    Args:
        sources: templates that can be included or imported, by name.
    """

    def __init__(self, sources: Mapping[str, str]) -> None:
        super().__init__(RecordingUndefined, sources)
        self._origins: list[Origin] = []
        self.filters[_FILTER] = self._trace

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,
    ) -> str:
        self._mark(source, Scope(), name)
        generated: str = super()._generate(source, name, filename, defer_init)
        return generated

    def _mark(self, node: nodes.Node, scope: Scope, template: str | None) -> None:
        scope.enter(node)
        for child in node.iter_child_nodes():
            self._mark(child, scope, template)
        if isinstance(node, nodes.Output):
            node.nodes = [self._marked(child, scope, template) for child in node.nodes]

    def _marked(self, node: nodes.Expr, scope: Scope, template: str | None) -> nodes.Expr:
        literal = isinstance(node, nodes.TemplateData)
        roots = scope.roots(node)
        variable = next(iter(roots)) if len(roots) == 1 else ""
        index = nodes.Const(len(self._origins), lineno=node.lineno)
        self._origins.append(Origin(literal, node.lineno, variable, template))
        return nodes.Filter(node, _FILTER, [index], [], None, None, lineno=node.lineno)

    @pass_context  # a filter with the context is never computed while compiling
    def _trace(self, _context: Context, value: object, index: int) -> Traced:
        traced = Traced(str(value))
        traced.origin = self._origins[index]
        return traced


def pieces(template: jinja2.Template, values: dict[str, Json]) -> Iterator[Piece]:
    """Render a template of a :class:`TracingEnvironment` piece by piece.

    Empty values come as empty pieces: the role markers need to know where they stood.

    Args:
        template: the main template.
        values: all its variables.
    """
    output: Any = template.root_render_func(template.new_context(values))
    assert isinstance(output, GeneratorType)
    for text in output:
        origin = getattr(text, "origin", None)
        # The outermost frame stands in the main template, also while an include runs.
        frame = output.gi_frame
        here = template.get_corresponding_lineno(frame.f_lineno) if frame is not None else 0
        if origin is None:  # a filter block or a call block, already one plain text
            yield Piece(str(text), False, here, "")
        elif not origin.literal:
            line = origin.line if origin.template is None else here
            yield Piece(str.__str__(text), False, line, origin.variable)
        else:
            yield from _lines(text, origin, here)


def _lines(text: str, origin: Origin, here: int) -> Iterator[Piece]:
    """Literal text by lines, each with its line break and its own number."""
    for offset, part in enumerate(_LINE.findall(text)):
        line = origin.line + offset if origin.template is None else here
        yield Piece(part, True, line, "")
