"""Renders a template body: compiles it, renders within limits, explains what fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import jinja2
import msgspec
from jinja2.exceptions import SecurityError

from workbench.domain.errors import (
    IncludeError,
    PassagesNeededError,
    TemplateError,
    TemplateLimitError,
    TemplateSyntaxError,
    UndefinedVariableError,
)
from workbench.domain.runs.spec import Json
from workbench.processes.limits import OutOfTime
from workbench.prompts.jinja.diagnosis import (
    LONG_NUMBER,
    NUMBER_TOO_LONG,
    TOO_DEEP,
    Fault,
    deepest_line,
    parse,
    syntax_fault,
    template_line,
)
from workbench.prompts.jinja.environment import MissingValueError, TooDeepError, TooLargeError
from workbench.prompts.jinja.passages import Found, NotFoundYet, functions
from workbench.prompts.jinja.undeclared import needed
from workbench.prompts.jinja.value_origins import nearest, no_function, optional, undefined_reason
from workbench.prompts.source_map.token_places import token_places, variable_place
from workbench.prompts.source_map.tracing import Piece, TracingEnvironment, pieces

OUTPUT_CHARACTERS = 1_000_000
TOO_LONG = (
    "it takes longer than a second, so it was stopped: look for loops over too many items, or "
    "loops inside loops."
)
TOO_LARGE = (
    f"it grows beyond {OUTPUT_CHARACTERS:,} characters or needs too much memory, so it was "
    "stopped: look for repeated or padded text."
)
_LIMITS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((OutOfTime,), TOO_LONG),
    ((MemoryError, TooLargeError), TOO_LARGE),
    ((TooDeepError,), "a value is nested too deeply to be written as JSON."),
    (
        (RecursionError,),
        "a template or macro in it calls itself without end, so it was stopped.",
    ),
)


class BodyText(msgspec.Struct, frozen=True):
    """The Jinja source after the front matter, and the file line (from 1) on which it starts."""

    source: str
    path: str
    first_line: int = 1

    def file_line(self, line: int) -> int:
        """The file's line for a line of the body; 0 stays unknown."""
        return line + self.first_line - 1 if line else 0


class Body:
    """One rendering of a body.

    Args:
        text: the main template.
        included: templates that it can include or import, by name.
        known: names of inputs and values, to suggest a name for a wrong one.
        exact: as the Prompty format has it: all white space stays, an unknown name is empty.
        found: the passages that ``retrieve`` gives.
    """

    def __init__(
        self,
        text: BodyText,
        included: Mapping[str, BodyText],
        known: Iterable[str],
        *,
        exact: bool = False,
        found: Found = (),
    ) -> None:
        self._text = text
        self._included = included
        self._known = frozenset(known)
        self._environment = TracingEnvironment(
            {name: body.source for name, body in included.items()}, text.source, functions(found)
        )
        if exact:
            self._environment.trim_blocks = self._environment.lstrip_blocks = False
            self._environment.undefined = jinja2.Undefined

    def render(self, values: dict[str, Json]) -> list[Piece]:
        """All pieces in order, their lines counted in the file.

        Raises:
            TemplateError: it cannot be compiled or fails; with the line.
        """
        template = self._compiled()
        rendered: list[Piece] = []
        room = OUTPUT_CHARACTERS
        try:
            for piece in pieces(template, values, self._file_line):
                room -= len(piece.text)
                if room < 0:
                    raise TemplateLimitError(TOO_LARGE, self._text.path, piece.line)
                rendered.append(piece)
        except TemplateLimitError:
            raise
        except (Exception, OutOfTime) as error:
            failure = self._explained(error)
        else:
            return rendered
        # Raised outside the handler: the traceback there holds what filled the memory.
        raise failure

    def _compiled(self) -> jinja2.Template:
        source = self._text.source
        tree, fault = parse(self._environment, source)
        if tree is not None:
            try:
                code = self._environment.compile(tree)
                return jinja2.Template.from_code(
                    self._environment, code, self._environment.make_globals(None)
                )
            except jinja2.TemplateSyntaxError as error:
                fault = syntax_fault(self._environment, source, error)
            except (RecursionError, SyntaxError, MemoryError):
                # What Jinja compiles to has more levels than Python allows.
                fault = Fault(TOO_DEEP, deepest_line(tree), is_limit=True)
        assert fault is not None
        kind = TemplateLimitError if fault.is_limit else TemplateSyntaxError
        line = self._text.file_line(fault.line)
        raise kind(fault.reason, self._text.path, line, fault.column)

    def _explained(self, error: BaseException) -> TemplateError:
        """The error to show for anything that ended the rendering."""
        name, line = template_line(error.__traceback__)
        text = self._template(name)
        if isinstance(error, NotFoundYet):
            reason = "it asks for passages with retrieve, and here are no documents to look in."
            line, asked = text.file_line(line), error.asked
            return PassagesNeededError(
                reason, text.path, line, query=asked.query, k=asked.k, collection=asked.collection
            )
        if isinstance(error, MissingValueError):
            return self._missing(error, text, line)
        if isinstance(error, jinja2.TemplateSyntaxError):
            return self._wrong_include(error)
        if isinstance(error, jinja2.TemplateNotFound):
            reason = f"the template “{error.name}” is not in the library."
            return IncludeError(reason, text.path, text.file_line(line), name=str(error.name))
        kind, reason = _reason(error)
        return kind(reason, text.path, text.file_line(line))

    def _missing(self, error: MissingValueError, text: BodyText, line: int) -> TemplateError:
        name, file_line = error.name, text.file_line(line)
        if not isinstance(name, str):
            return UndefinedVariableError(_sentence(error), text.path, file_line)
        if not error.of_variable:
            near = nearest(name, error.siblings)
            hint = f"Did you mean {near}?" if near else "Check the name and the value."
            reason = f"the value used here has no {name}. {hint}"
            return UndefinedVariableError(reason, text.path, file_line)
        place = variable_place(token_places(self._environment, text.source), name, line)
        column = place.column if place is not None and place.line == line else 0
        function = no_function(name)
        if function:
            return TemplateError(function, text.path, file_line, column)
        near = nearest(name, self._known)
        names = (name,) if near or text is not self._text else (name, *self._also_missing(name))
        reason = undefined_reason(names, near)
        return UndefinedVariableError(reason, text.path, file_line, column, names=names)

    def _also_missing(self, name: str) -> list[str]:
        """Other names of the main template that have no value, in order of their first use."""
        tree, _ = parse(self._environment, self._text.source)
        assert tree is not None
        missing = needed(tree) - optional(tree) - self._known - {name}
        places = token_places(self._environment, self._text.source)
        used = [place.value for place in places if place.kind == "name" and place.value in missing]
        return list(dict.fromkeys(used))

    def _wrong_include(self, error: jinja2.TemplateSyntaxError) -> TemplateError:
        text = self._template(error.name)
        fault = syntax_fault(self._environment, text.source, error)
        return TemplateSyntaxError(
            fault.reason, text.path, text.file_line(fault.line), fault.column
        )

    def _file_line(self, name: str | None, line: int) -> int:
        return self._template(name).file_line(line)

    def _template(self, name: str | None) -> BodyText:
        """The main template has no name."""
        return self._text if name is None else self._included.get(name, self._text)


def _reason(error: BaseException) -> tuple[type[TemplateError], str]:
    """Class and sentence for an error of the language or of Jinja."""
    for kinds, reason in _LIMITS:
        if isinstance(error, kinds):
            return TemplateLimitError, reason
    if isinstance(error, ValueError) and LONG_NUMBER in str(error):
        return TemplateLimitError, NUMBER_TOO_LONG
    reason = f"it failed here: {_sentence(error)}"
    if isinstance(error, OverflowError):
        return TemplateLimitError, f"it computes something too large: {_sentence(error)}"
    if isinstance(error, SecurityError):
        reason = f"it uses something that templates must not reach: {_sentence(error)}"
    return TemplateError, reason


def _sentence(error: BaseException) -> str:
    text = str(error).strip().rstrip(".") or type(error).__name__
    return f"{text.splitlines()[0][:300]}."
