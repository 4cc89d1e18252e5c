"""What can be known of a template without rendering it, also while it is half typed."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import PurePath

import msgspec
from jinja2 import TemplateSyntaxError, nodes

from workbench.domain.errors import FrontMatterError
from workbench.domain.prompts import Fix, InputField, Problem, TemplateAnalysis
from workbench.templates.checks import Checks
from workbench.templates.diagnosis import TOO_DEEP, Fault, parse, syntax_fault
from workbench.templates.document import PromptDocument, parse_document, split_front_matter
from workbench.templates.environment import BoundedEnvironment, RecordingUndefined
from workbench.templates.guessing import guess_parts, guess_types
from workbench.templates.head_edit import add_input
from workbench.templates.including import included_inputs
from workbench.templates.names import nearest, needed, optional, undefined_reason
from workbench.templates.places import Place, name_place, token_places, variable_place
from workbench.templates.roles import MARKER

_LONE_WORD = re.compile(r"^[ \t]*#?[ \t]*([A-Za-z]{3,12})[ \t]*:[ \t]*$", re.MULTILINE)
_MOST = 100
"""Most problems of one kind that are told."""
_ROLES = ("system", "user", "assistant")
_OTHER_ROLES = {
    "developer": "system",
    "human": "user",
    "ai": "assistant",
    "bot": "assistant",
    "model": "assistant",
}


def analyse(text: str, path: str, sources: Mapping[str, str] | None = None) -> TemplateAnalysis:
    """Inputs and problems of a template; never raises for what stands in it.

    Args:
        text: the whole file as it is in the editor.
        path: its ending says whether role markers count.
        sources: what it can include, by name; None where that is not known.

    Returns:
        Problems in the order of their lines; lines are the file's.
    """
    try:
        document = parse_document(text, path)
        head_problems: list[Problem] = [*document.problems]
    except FrontMatterError as error:
        document = _without_head(text, path)
        head_problems = [
            Problem(severity="error", message=error.reason, line=error.line, column=error.column)
        ]
    try:
        return _Analysis(document, text, sources).result(head_problems)
    except RecursionError:
        return TemplateAnalysis(
            name=document.name,
            inputs=document.inputs,
            sample=document.sample,
            body_line=document.body_line,
            options=document.options,
            problems=(*head_problems, Problem(severity="error", message=TOO_DEEP)),
            readable=False,
        )


def _without_head(text: str, path: str) -> PromptDocument:
    """What can still be checked below a head that cannot be read."""
    try:
        _, body, line = split_front_matter(text, path)
    except FrontMatterError:
        body, line = "", 1
    return PromptDocument(path=path, body=body, body_line=line, name=PurePath(path).stem)


@functools.lru_cache(maxsize=1)
def _environment() -> BoundedEnvironment:
    return BoundedEnvironment(RecordingUndefined, {})


class _Analysis:
    """One look at a document's body."""

    def __init__(
        self, document: PromptDocument, text: str, sources: Mapping[str, str] | None
    ) -> None:
        self._document = document
        self._text = text
        self._sources = sources
        self._tree, self._fault = parse(_environment(), document.body)
        self._places = token_places(_environment(), document.body)
        self._unknown = self._replace_unknown()
        self._used = self._variables()

    def result(self, problems: list[Problem]) -> TemplateAnalysis:
        """All that was found, with the problems of the head."""
        document = self._document
        found = [*problems, *self._problems()]
        return TemplateAnalysis(
            name=document.name,
            description=document.description,
            tags=document.tags,
            inputs=tuple(self._inputs()),
            sample=document.sample,
            body_line=document.body_line,
            options=document.options,
            problems=tuple(sorted(found, key=lambda problem: (problem.line, problem.column))),
            readable=self._fault is None and not problems,
        )

    def _replace_unknown(self) -> list[Problem]:
        """Problems for filters and tests that do not exist.

        Jinja's own search for variables stops at the first such name, so that others take their
        places in the tree.
        """
        problems: list[Problem] = []
        if self._tree is None:
            return problems
        filters, tests = _environment().filters, _environment().tests
        for node in self._tree.find_all(nodes.Filter):
            if node.name not in filters:
                problems.append(self._unknown_name("filter", node.name, node.lineno, filters))
                node.name = "string"
        for check in self._tree.find_all(nodes.Test):
            if check.name not in tests:
                problems.append(self._unknown_name("test", check.name, check.lineno, tests))
                check.name = "string"
        return problems

    def _unknown_name(self, kind: str, name: str, line: int, known: Iterable[str]) -> Problem:
        near = nearest(name, (word for word in known if word.isidentifier()))
        hint = f" Did you mean {near}?" if near else ""
        place = name_place(self._places, name, line)
        reason = f'there is no {kind} called "{name}".{hint}'
        return self._problem("error", _fault(reason, place, line, near))

    def _variables(self) -> list[str]:
        """Names the body needs values for, in order of their first use."""
        if self._tree is None:
            return []
        try:
            names = needed(self._tree)
        except TemplateSyntaxError as error:
            self._fault = syntax_fault(_environment(), self._document.body, error)
            return []
        places = {name: variable_place(self._places, name) for name in names}
        return sorted(
            names, key=lambda name: place.offset if (place := places[name]) is not None else 0
        )

    def _inputs(self) -> Iterator[InputField]:
        """All inputs, with what the body reads of lists and objects."""
        parts = guess_parts(self._tree) if self._tree is not None else {}
        for field in (*self._document.inputs, *self._undeclared_inputs()):
            read = parts.get(field.name) if field.type in ("array", "object") else None
            yield msgspec.structs.replace(field, parts=read) if read else field

    def _undeclared_inputs(self) -> Iterator[InputField]:
        """Inputs that the body uses and the head does not name; a misspelt one is none."""
        declared = {field.name for field in self._document.inputs}
        optional_names = optional(self._tree) if self._tree is not None else set()
        kinds = guess_types(self._tree) if self._tree is not None else {}
        for name in self._used:
            if name not in declared and not nearest(name, declared):
                yield InputField(
                    name=name,
                    type=kinds.get(name, "string"),
                    required=name not in optional_names,
                    declared=False,
                )
        if self._tree is not None and self._sources is not None:
            known = {*declared, *self._used}
            included = included_inputs(self._tree, self._sources)
            yield from (field for field in included if field.name not in known)

    def _problems(self) -> Iterator[Problem]:
        if self._fault is not None:
            yield self._problem("error", self._fault)
            return
        yield from self._unknown
        yield from self._misspelt_names()
        yield from self._unused_inputs()
        yield from self._further()
        if self._document.has_roles:
            yield from self._role_problems()

    def _further(self) -> Iterator[Problem]:
        """What is refused, missing, never used or hidden."""
        assert self._tree is not None
        checks = Checks(self._tree, self._document.body, self._places)
        errors = [*islice(checks.unsafe(), _MOST)]
        if self._sources is not None:
            errors += islice(checks.unresolved(self._sources), _MOST)
        yield from (self._problem("error", fault) for fault in errors)
        inputs = [field.name for field in self._document.inputs]
        warnings = [*islice(checks.never_used(), _MOST), *islice(checks.shadowing(inputs), _MOST)]
        yield from (self._problem("warning", fault) for fault in warnings)

    def _problem(self, severity: str, fault: Fault, fix: Fix | None = None) -> Problem:
        line = fault.line + self._document.body_line - 1 if fault.line else 0
        return Problem(
            severity="error" if severity == "error" else "warning",
            message=fault.reason,
            line=line,
            column=fault.column,
            length=fault.length,
            replacement=fault.replacement,
            fix=fix,
        )

    def _misspelt_names(self) -> Iterator[Problem]:
        """Names that are no inputs, where the head says which inputs there are."""
        declared = [field.name for field in self._document.inputs]
        if not declared:
            return
        optional_names = optional(self._tree) if self._tree is not None else set()
        kinds = {field.name: field.type for field in self._undeclared_inputs()}
        for name in self._used:
            if name in declared:
                continue
            near = nearest(name, declared)
            if not near and name in optional_names:
                continue
            for place in _uses(self._places, name):
                if near:
                    fault = _fault(undefined_reason([name], near), place, 0, near)
                    yield self._problem("error", fault)
                else:
                    reason = f"{name} is not an input yet."
                    fix = add_input(
                        self._text, self._document.input_lines, name, kinds.get(name, "string")
                    )
                    yield self._problem("warning", _fault(reason, place, 0, ""), fix)
                    break

    def _unused_inputs(self) -> Iterator[Problem]:
        assert self._tree is not None
        including: tuple[type[nodes.Node], ...]
        including = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)
        if any(self._tree.find(kind) for kind in including):
            return  # the other template may use them
        declared = [field.name for field in self._document.inputs]
        meant = {nearest(name, declared) for name in self._used if name not in declared}
        for name in declared:
            if name not in self._used and name not in meant:
                yield Problem(
                    severity="warning",
                    message=f"The input {name} is described but never used.",
                    line=self._document.input_lines.get(name, 0),
                )

    def _role_problems(self) -> Iterator[Problem]:
        """Lines that look like a role marker and are none, and text before the first marker."""
        body = self._document.body
        for match in _LONE_WORD.finditer(body):
            word = match.group(1).lower()
            near = _OTHER_ROLES.get(word) or nearest(word, _ROLES)
            if word in _ROLES or not near:
                continue
            line = body.count("\n", 0, match.start()) + 1
            column = match.start(1) - match.start() + 1
            reason = f'"{match.group(1)}:" is no role, so it stays text. Did you mean {near}:?'
            yield self._problem("warning", Fault(reason, line, column, len(word), near))
        first = MARKER.search(body)
        if first and re.sub(r"\{[#%].*?[#%]\}", "", body[: first.start()], flags=re.DOTALL).strip():
            reason = "Text before the first role marker is taken as the system message."
            yield self._problem("warning", Fault(reason, 1))


def _fault(reason: str, place: Place | None, line: int, replacement: str) -> Fault:
    if place is None:
        return Fault(reason, line, replacement=replacement)
    return Fault(reason, place.line, place.column, len(place.value), replacement)


def _uses(places: list[Place], name: str) -> Iterator[Place]:
    """Every place where a variable is used."""
    rest = places
    while (place := variable_place(rest, name)) is not None:
        yield place
        rest = rest[rest.index(place) + 1 :]
