"""Analyses a template without rendering it, also while it is half typed: inputs, problems."""

from __future__ import annotations

import asyncio
import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import PurePath

import msgspec
from jinja2 import TemplateSyntaxError, nodes

from workbench.domain.errors import (
    FrontMatterError,
    SandboxError,
    TemplateError,
    UndefinedVariableError,
)
from workbench.domain.prompts.prompt import Fix, InputField, Problem, TemplateAnalysis
from workbench.processes.pool import SandboxPool
from workbench.prompts.document import PromptDocument, parse_document, split_front_matter
from workbench.prompts.front_matter.edits import add_input, remove_input, rename_key
from workbench.prompts.includes import included_inputs, included_texts
from workbench.prompts.input_inference import infer_parts, infer_types
from workbench.prompts.inputs import complete
from workbench.prompts.jinja.checks import Checks
from workbench.prompts.jinja.diagnosis import TOO_DEEP, Fault, parse, syntax_fault
from workbench.prompts.jinja.environment import BoundedEnvironment, prompt_environment
from workbench.prompts.jinja.undeclared import needed
from workbench.prompts.jinja.value_origins import (
    called,
    nearest,
    no_function,
    optional,
    undefined_reason,
)
from workbench.prompts.roles import MARKER
from workbench.prompts.source_map.token_places import Place, name_place, token_places, variable_uses

_LONE_WORD = re.compile(r"^[ \t]*#?[ \t]*([A-Za-z]{3,12})[ \t]*:[ \t]*$", re.MULTILINE)
_MOST = 100
"""Most problems of one kind that are reported."""
_ROLES = ("system", "user", "assistant")
_OTHER_ROLES = {
    "developer": "system",
    "human": "user",
    "ai": "assistant",
    "bot": "assistant",
    "model": "assistant",
}
_NO_ROLES = frozenset({"tool", "function", "ipython", "observation"})
"""Roles of other programs that have no equal here."""
DIRECT_CHARACTERS = 20_000
"""Longest text that is looked at in this process."""
_SECONDS = 2.0
_MOST_COMPARED = 50_000
"""Most pairs of names that are compared to find misspelt ones."""


def analyse(text: str, path: str, sources: Mapping[str, str] | None = None) -> TemplateAnalysis:
    """Inputs and problems of a template; never raises for its content.

    Args:
        text: the whole file as it is in the editor.
        path: its ending says whether role markers count.
        sources: what it can include, by name; None where that is not known.

    Returns:
        Problems in the order of their lines; lines are the file's.
    """
    try:
        document = parse_document(text, path)
        front_matter_problems: list[Problem] = [*document.problems]
    except FrontMatterError as error:
        document = _without_front_matter(text, path)
        front_matter_problems = [
            Problem(severity="error", message=error.reason, line=error.line, column=error.column)
        ]
    try:
        return _Analysis(document, text, sources).result(front_matter_problems)
    except RecursionError:
        return TemplateAnalysis(
            name=document.name,
            inputs=document.inputs,
            sample=document.sample,
            body_line=document.body_line,
            options=document.options,
            problems=(*front_matter_problems, Problem(severity="error", message=TOO_DEEP)),
            readable=False,
        )


async def analyse_within(
    pool: SandboxPool, text: str, path: str, sources: Mapping[str, str] | None = None
) -> TemplateAnalysis:
    """:func:`analyse` away from the loop, and for a long text in the sandbox, with its limits.

    What takes too long is reported as a problem; inputs are then those of the front matter.
    """
    if len(text) <= DIRECT_CHARACTERS:
        return await asyncio.to_thread(analyse, text, path, sources)
    known = None if sources is None else await asyncio.to_thread(included_texts, text, sources)
    try:
        found = await pool.call(
            "workbench.prompts.jinja.analysis:analyse_job",
            text,
            path,
            known,
            deadline_seconds=_SECONDS,
        )
    except SandboxError:
        return await asyncio.to_thread(_unchecked, text, path)
    return msgspec.convert(found, TemplateAnalysis)


def analyse_job(text: str, path: str, sources: dict[str, str] | None) -> TemplateAnalysis:
    """:func:`analyse`; runs in a sandbox process."""
    return analyse(text, path, sources)


def _unchecked(text: str, path: str) -> TemplateAnalysis:
    """What the front matter alone says of a text that is too large to be looked at."""
    try:
        document = parse_document(text, path)
    except FrontMatterError:
        document = _without_front_matter(text, path)
    reason = "This prompt is too long to be checked as you type: it can still be run."
    return TemplateAnalysis(
        name=document.name,
        inputs=document.inputs,
        sample=document.sample,
        body_line=document.body_line,
        options=document.options,
        problems=(*document.problems, Problem(severity="warning", message=reason, line=1)),
        readable=False,
    )


def _without_front_matter(text: str, path: str) -> PromptDocument:
    """What can still be checked below front matter that cannot be read."""
    try:
        _, body, line = split_front_matter(text, path)
    except FrontMatterError:
        body, line = "", 1
    return PromptDocument(path=path, body=body, body_line=line, name=PurePath(path).stem)


@functools.lru_cache(maxsize=1)
def _environment() -> BoundedEnvironment:
    return prompt_environment({})


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
        self._uses = variable_uses(self._places)
        self._unknown = self._replace_unknown()
        self._optional = optional(self._tree) if self._tree is not None else set()
        functions = called(self._tree) if self._tree is not None else set()
        self._functions = {name for name in functions if no_function(name)}
        self._used = self._variables()
        self._declared = [field.name for field in document.inputs]
        self._near = self._nearest_inputs()

    def result(self, problems: list[Problem]) -> TemplateAnalysis:
        """All that was found, with the problems of the front matter."""
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
        self._functions &= names
        names -= self._functions - {field.name for field in self._document.inputs}
        return sorted(names, key=lambda name: (self._uses[name][0].offset, name)
                      if name in self._uses else (0, name))  # fmt: skip

    def _nearest_inputs(self) -> dict[str, str]:
        """Which declared input each other name that is used was probably meant to be."""
        known = set(self._declared)
        others = [name for name in self._used if name not in known]
        if len(others) * len(known) > _MOST_COMPARED:
            return {}
        return {name: near for name in others if (near := nearest(name, self._declared))}

    def _inputs(self) -> Iterator[InputField]:
        """All inputs, with what the body reads of lists and objects."""
        parts = infer_parts(self._tree) if self._tree is not None else {}
        for field in (*self._document.inputs, *self._undeclared_inputs()):
            read = parts.get(field.name) if field.type in ("array", "object") else None
            yield msgspec.structs.replace(field, parts=read) if read else field

    def _undeclared_inputs(self) -> Iterator[InputField]:
        """Inputs that the body uses and the front matter does not name; a misspelt one is none."""
        declared = set(self._declared)
        kinds = infer_types(self._tree) if self._tree is not None else {}
        for name in self._used:
            if name not in declared and name not in self._near:
                yield InputField(
                    name=name,
                    type=kinds.get(name, "string"),
                    required=name not in self._optional,
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
        yield from self._unknown_functions()
        yield from self._unfit_defaults()
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
        """Names that are no inputs, where the front matter says which inputs there are."""
        declared = set(self._declared)
        if not declared:
            return
        kinds = {field.name: field.type for field in self._undeclared_inputs()}
        for name in self._used:
            if name in declared:
                continue
            near = self._near.get(name, "")
            if not near and name in self._optional:
                continue
            for place in self._uses.get(name, [])[:_MOST]:
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

    def _unknown_functions(self) -> Iterator[Problem]:
        """Calls of functions that Python has and templates have not."""
        for name in sorted(self._functions - set(self._declared)):
            for place in self._uses.get(name, [])[:_MOST]:
                yield self._problem("error", _fault(no_function(name), place, 0, ""))

    def _unfit_defaults(self) -> Iterator[Problem]:
        """Defaults that are no value of their input."""
        for field in self._document.inputs:
            try:
                complete(_only(self._document, field), {})
            except UndefinedVariableError:
                pass  # it has no default
            except TemplateError as error:
                reason = f"The default does not fit: {error.reason}"
                yield Problem(severity="error", message=reason, line=error.line)

    def _unused_inputs(self) -> Iterator[Problem]:
        assert self._tree is not None
        including: tuple[type[nodes.Node], ...]
        including = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)
        if any(self._tree.find(kind) for kind in including):
            return  # the other template may use them
        used = {*self._used, *self._near.values()}
        known = {*self._declared, *self._near, *self._optional}
        unknown = [name for name in self._used if name not in known]
        meant = unknown[0] if len(unknown) == 1 else ""
        for name in self._declared:
            if name not in used:
                lines = self._document.input_lines
                rename = rename_key(self._text, lines, name, meant) if meant else None
                remove = remove_input(self._text, lines, name)
                first, other = (rename, remove) if rename is not None else (remove, None)
                yield Problem(
                    severity="warning",
                    message=f"The input {name} is described but never used.",
                    line=lines.get(name, 0),
                    fix=first,
                    other_fix=other,
                )

    def _role_problems(self) -> Iterator[Problem]:
        """Lines that look like a role marker and are none, and text before the first marker."""
        body = self._document.body
        for match in _LONE_WORD.finditer(body):
            word = match.group(1).lower()
            none = word in _NO_ROLES
            near = "" if none else _OTHER_ROLES.get(word) or nearest(word, _ROLES)
            if word in _ROLES or not (near or none):
                continue
            line = body.count("\n", 0, match.start()) + 1
            column = match.start(1) - match.start() + 1
            hint = f" Did you mean {near}:?" if near else " Use system:, user: or assistant:."
            reason = f'"{match.group(1)}:" is no role, so it stays text.{hint}'
            yield self._problem("warning", Fault(reason, line, column, len(word), near))
        first = MARKER.search(body)
        if first and re.sub(r"\{[#%].*?[#%]\}", "", body[: first.start()], flags=re.DOTALL).strip():
            reason = "Text before the first role marker is taken as the system message."
            yield self._problem("warning", Fault(reason, 1))


def _fault(reason: str, place: Place | None, line: int, replacement: str) -> Fault:
    if place is None:
        return Fault(reason, line, replacement=replacement)
    return Fault(reason, place.line, place.column, len(place.value), replacement)


def _only(document: PromptDocument, field: InputField) -> PromptDocument:
    return msgspec.structs.replace(document, inputs=(field,))
