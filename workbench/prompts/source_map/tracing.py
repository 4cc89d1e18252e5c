"""Rendering with the origin of each piece of text.

Every output of a template, literal text and expressions alike, is wrapped at compile time in a
filter that returns its text as a ``traced_text.Traced`` string: the same characters, with their
origin. The compiled template yields these one by one through loops,
conditions, blocks and includes. What macros, ``set``, ``call`` and ``filter`` blocks gather keeps
its pieces, and some filters do; what anything else makes of them is one derived value. The text
itself is never altered.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import GeneratorType
from typing import Any, NamedTuple

import jinja2
from jinja2 import nodes, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from workbench.domain.runs.spec import Json
from workbench.domain.text import Place
from workbench.prompts.jinja.environment import BoundedEnvironment, RecordingUndefined
from workbench.prompts.source_map.marking import ENTER, LEAVE, NEXT, OUTPUT, Marker
from workbench.prompts.source_map.source_places import UNKNOWN
from workbench.prompts.source_map.traced_text import (
    NOTHING_GIVEN,
    UNPRINTED,
    Leaf,
    Loops,
    Origin,
    Printed,
    joined,
    keep_pieces,
    leaves_of,
    traced,
)

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_NOT_TRACED = Origin(False, 0, "", None, UNKNOWN, (), True, "", NOTHING_GIVEN, "")
_NO_FUNCTIONS: Mapping[str, Callable[..., object]] = {}
_Lines = Callable[[str | None, int], int]


class Piece(NamedTuple):
    """A run of rendered text. ``line`` is the main template's, from 1; ``place`` has no pass."""

    text: str
    literal: bool
    line: int
    variable: str
    place: Place
    iteration: int


class TracingEnvironment(BoundedEnvironment):
    """The environment for the user's templates: an unknown name is an error, output is traced.

    Args:
        sources: templates that can be included or imported, by name.
        main: the source of the template without a name, where it is not compiled from text.
        given: functions that templates can call.
    """

    def __init__(
        self,
        sources: Mapping[str, str],
        main: str = "",
        given: Mapping[str, Callable[..., object]] = _NO_FUNCTIONS,
    ) -> None:
        super().__init__(RecordingUndefined, sources)
        self.globals.update(given)
        self._texts: dict[str | None, str] = {None: main}
        self._texts.update(sources)
        self._origins: list[Origin] = []
        self._loops = Loops()
        keep_pieces(self.filters)
        self.filters[OUTPUT] = self._trace
        self.filters[ENTER] = self._enter_loop
        self.filters[NEXT] = self._next_pass
        self.filters[LEAVE] = self._leave_loop

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        self._texts[name] = source
        return super()._parse(source, name, filename)

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,
    ) -> str:
        Marker(self, self._texts.get(name, ""), source, name, self._origins).mark()
        generated: str = super()._generate(source, name, filename, defer_init)
        return generated

    def concat(self, parts: Iterable[str]) -> str:
        """What a buffer of the template has gathered."""
        return joined(parts, _NOT_TRACED)

    @pass_context  # a filter with the context is never computed while compiling
    def _trace(self, _context: Context, value: object, index: int) -> str:
        origin = self._origins[index]
        loop, iteration = self._loops.outermost
        leaves = leaves_of(value)
        if isinstance(value, Printed):
            leaves, value = tuple(value.leaves()), str.__str__(str(value))
        if leaves:
            text = value if isinstance(value, Markup) else str.__str__(value)
            return traced(text, (_passed(leaf, origin, loop, iteration) for leaf in leaves))
        text = str.__str__(str(value))
        if isinstance(value, Markup):
            text = value  # what is escaped stays so
        derived = origin.derived or not isinstance(value, (str, int, float, type(None)))
        leaf = Leaf(text, origin, 0, origin.literal, origin.variable, origin.blocks, loop,
                    iteration, derived)  # fmt: skip
        return traced(text, (leaf,))

    @pass_context
    def _enter_loop(self, _context: Context, line: int, template: str | None) -> None:
        self._loops.enter(template, line)

    @pass_context
    def _next_pass(self, _context: Context, _line: int) -> None:
        self._loops.next()

    @pass_context
    def _leave_loop(self, _context: Context, _line: int) -> None:
        self._loops.leave()


def _passed(leaf: Leaf, site: Origin, loop: tuple[str | None, int], iteration: int) -> Leaf:
    """A piece that a macro or a block made, as it is printed at ``site``."""
    if leaf.origin is UNPRINTED:
        leaf = leaf._replace(origin=site)
    variable = leaf.variable
    if not variable and leaf.origin.argument:
        variable = site.given.get(leaf.origin.argument, site.variable)
    # Where it is printed inside the block that made it, that block is in both.
    blocks = leaf.blocks
    if site.blocks and blocks[: len(site.blocks)] != site.blocks:
        blocks = site.blocks + blocks
    if iteration == 0:
        loop, iteration = leaf.loop, leaf.iteration
    return leaf._replace(variable=variable, blocks=blocks, loop=loop, iteration=iteration)


def _same_line(_template: str | None, line: int) -> int:
    return line


def pieces(
    template: jinja2.Template, values: dict[str, Json], file_line: _Lines = _same_line
) -> Iterator[Piece]:
    """Render a template of a :class:`TracingEnvironment` piece by piece.

    Empty values come as empty pieces: the role markers need to know where they were.

    Args:
        template: the main template.
        values: all its variables.
        file_line: the file's line for a template (None is the main one) and a line of its body.
    """
    output: Any = template.root_render_func(template.new_context(values))
    assert isinstance(output, GeneratorType)
    known: dict[tuple[Any, ...], list[Piece]] = {}
    code_lines, lines = _line_table(template)
    for text in output:
        # The outermost frame is in the main template, also while an include runs.
        frame = output.gi_frame
        at = bisect.bisect_right(code_lines, frame.f_lineno) if frame is not None else 0
        here = lines[at - 1] if at else int(frame is not None)
        here = file_line(None, here)
        leaves = leaves_of(text)
        if not leaves:  # a text that lost its pieces, or an empty one
            yield Piece(str.__str__(str(text)), False, here, "", Place(derived=bool(text)), 0)
            continue
        for leaf in leaves:
            written, origin = leaf.text, leaf.origin
            # Loops give the same origins again and again.
            key = (id(origin), here, leaf.start, *leaf[3:7], *leaf[8:], len(written))
            if not origin.literal or leaf.derived:
                written = ""
            found = known.get((*key, written))
            if found is None:
                found = known[*key, written] = list(_placed(leaf, here, file_line))
            if not written:
                yield found[0]._replace(text=leaf.text, iteration=leaf.iteration)
                continue
            for piece in found:
                yield piece._replace(iteration=leaf.iteration)


def _line_table(template: jinja2.Template) -> tuple[list[int], list[int]]:
    """Lines of the compiled code, and the template's line for each.

    Jinja reads the table again for each line that is asked for.
    """
    table = sorted((code, line) for line, code in template.debug_info)
    return [code for code, _ in table], [line for _, line in table]


def _placed(leaf: Leaf, here: int, file_line: _Lines) -> Iterator[Piece]:
    """A leaf as pieces; literal text by lines, each with its line break and its own number."""
    origin = leaf.origin
    template, loop_line = leaf.loop
    loop = file_line(None, loop_line) if template is None else here
    parts = _literal_parts(leaf) if origin.data and not leaf.derived else _whole(leaf)
    for text, line, column, length in parts:
        is_main = origin.template is None
        place = Place(
            column=column,
            length=length,
            template=origin.template or "",
            template_line=0 if is_main else file_line(origin.template, line),
            blocks=leaf.blocks,
            loop=loop if loop_line else 0,
            derived=leaf.derived,
            passage=leaf.passage,
        )
        shown = file_line(None, line) if is_main and line else here
        yield Piece(text, leaf.literal, shown, leaf.variable, place, 0)


def _whole(leaf: Leaf) -> Iterator[tuple[str, int, int, int]]:
    """A value: its text, and the line, column and length of its expression."""
    stretch = leaf.origin.stretch
    yield leaf.text, stretch.line or leaf.origin.line, stretch.column, stretch.length


def _literal_parts(leaf: Leaf) -> Iterator[tuple[str, int, int, int]]:
    """The lines of a literal text, each with its line, column and length."""
    stretch, before = leaf.origin.stretch, leaf.origin.data[: leaf.start]
    line = (stretch.line or leaf.origin.line) + before.count("\n")
    column = leaf.start - before.rfind("\n")
    if "\n" not in before:
        column = stretch.column + leaf.start
    for part in _LINE.findall(leaf.text):
        yield part, line, column if stretch.column else 0, len(part)
        line, column = line + 1, 1
