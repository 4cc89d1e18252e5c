"""Rendering a prompt file to messages, in the sandbox, with the origin of every character."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from workbench.domain.errors import (
    IncludeError,
    PassagesNeededError,
    SandboxError,
    SandboxMemory,
    SandboxTimeout,
    TemplateError,
    TemplateLimitError,
)
from workbench.domain.runs.spec import Json
from workbench.domain.sources.passages import Find, Passage, PassageQuery
from workbench.domain.text import Message, replace_surrogates
from workbench.processes.pool import SandboxPool
from workbench.prompts.conversation_inputs import expanded, with_threads
from workbench.prompts.document import parse_document, split_front_matter
from workbench.prompts.includes import INCLUDING, included_defaults, included_texts
from workbench.prompts.inputs import complete
from workbench.prompts.roles import MarkerLines, marker_lines, split_messages
from workbench.prompts.source_map.packing import Packed, packed, unpacked
from workbench.prompts.template_body import TOO_LARGE, TOO_LONG, Body, BodyText

INCLUDES = 100
"""Most templates that one template may bring in, directly or through others."""
_COMPUTED_NAMES = 20
"""Most included files whose name the template computes."""
_QUESTIONS = 20
"""Most questions that one template asks of the documents."""


class RenderJob(msgspec.Struct, frozen=True, kw_only=True):
    """All that a sandbox process needs to render one file. ``values`` are complete and typed."""

    body: BodyText
    has_roles: bool
    values: dict[str, Json]
    included: dict[str, BodyText]
    declared: tuple[str, ...]
    threads: tuple[str, ...] = ()
    exact: bool = False
    found: tuple[tuple[PassageQuery, tuple[Passage, ...]], ...] = ()


async def render(
    pool: SandboxPool,
    text: str,
    path: str,
    variables: Mapping[str, Json],
    *,
    sources: Mapping[str, str] | None = None,
    stand_ins: Mapping[str, Json] | None = None,
    find: Find | None = None,
) -> tuple[Message, ...]:
    """Render a prompt file.

    Args:
        pool: where the template runs.
        text: the whole file, as it is in the editor.
        path: named in errors; its ending says whether role markers count.
        variables: values for the inputs; texts are turned into the declared types.
        sources: files that can be included, by their path relative to the library.
        stand_ins: for inputs that have no value; only for looking at a prompt.
        find: looks for the passages that the template asks for with ``retrieve``; it is called
            once for each question, in the order in which they come.

    Returns:
        At least one message. Spans separate literal text from values, with the file's line.

    Raises:
        FrontMatterError, TemplateSyntaxError: the file is wrong; with line and column.
        UndefinedVariableError: inputs without a value, or a name that is none.
        TemplateLimitError: it takes too long, grows too large or is nested too deeply.
        TemplateError: a value of the wrong type, or anything else that failed.
        WorkbenchError: what ``find`` raises.
    """
    document = parse_document(text, path)
    included: dict[str, BodyText] = {}
    if sources is not None and INCLUDING.search(document.body):
        included = await asyncio.to_thread(_included, document.body, sources)
        own = {field.name for field in document.inputs}
        further = included_defaults({name: sources[name] for name in included})
        further = [field for field in further if field.name not in own]
        document = msgspec.structs.replace(document, inputs=(*document.inputs, *further))
    values = complete(document, variables, stand_ins)
    job = RenderJob(
        body=BodyText(replace_surrogates(document.body), path, document.body_line),
        has_roles=document.has_roles,
        values=replace_surrogates(values),
        included=included,
        declared=tuple(field.name for field in document.inputs),
        threads=tuple(field.name for field in document.inputs if field.type == "thread"),
        exact=document.exact,
    )
    try:
        found = await _answered(pool, job, sources or {}, find)
    except SandboxTimeout as error:
        raise TemplateLimitError(TOO_LONG, path) from error
    except SandboxMemory as error:
        raise TemplateLimitError(TOO_LARGE, path) from error
    except SandboxError as error:
        raise TemplateLimitError(str(error), path) from error
    except OverflowError as error:
        reason = "a value cannot be used: a whole number has at most 18 digits; give it as text."
        raise TemplateError(reason, path) from error
    except TypeError as error:
        raise TemplateError(f"a value cannot be used: {error}.", path) from error
    return unpacked(msgspec.convert(found, Packed))


async def _answered(
    pool: SandboxPool, job: RenderJob, sources: Mapping[str, str], find: Find | None
) -> Any:
    """Render; where it turns out on the way what more is needed, get that and render again."""
    names = 0
    while True:
        try:
            return await pool.call("workbench.prompts.render:render_job", job)
        except IncludeError as error:
            names += 1
            if error.name in job.included or error.name not in sources:
                raise
            if names > _COMPUTED_NAMES:
                reason = (
                    f"it computes the names of more than {_COMPUTED_NAMES} included files: "
                    "write them out."
                )
                raise TemplateLimitError(reason, job.body.path) from None
            job = await _with_included(job, error, sources)
        except PassagesNeededError as error:
            if find is None:
                raise
            if len(job.found) >= _QUESTIONS:
                reason = f"it asks for passages more than {_QUESTIONS} times: ask for more at once."
                raise TemplateLimitError(reason, error.path, error.line) from None
            asked = PassageQuery(error.query, error.k, error.collection)
            job = msgspec.structs.replace(job, found=(*job.found, (asked, await find(asked))))


async def _with_included(
    job: RenderJob, error: IncludeError, sources: Mapping[str, str]
) -> RenderJob:
    """The job with a file whose name the template computes."""
    statement = f"{{% include {error.name!r} %}}"
    more = await asyncio.to_thread(_included, statement, sources, job.included)
    if error.name not in more:
        reason = f"it includes more than {INCLUDES} files: the others are left out."
        raise TemplateLimitError(reason, error.path, error.line) from None
    return msgspec.structs.replace(job, included=more)


def _included(
    body: str, sources: Mapping[str, str], known: Mapping[str, BodyText] | None = None
) -> dict[str, BodyText]:
    """All templates that a body names, and that those name, with those ``known`` already."""
    found = dict(known or {})
    for name, text in included_texts(body, sources, known=found).items():
        _, inner, line = split_front_matter(text, name)
        found[name] = BodyText(replace_surrogates(inner), name, line)
    return found


def _marker_lines(job: RenderJob) -> MarkerLines:
    """The whole lines that are role markers, of the body and of all that it includes."""
    bodies = {"": job.body, **job.included}
    found = {name: marker_lines(body.source, body.first_line) for name, body in bodies.items()}
    return {name: lines for name, lines in found.items() if lines}


def render_job(job: dict[str, Any]) -> Packed:
    """Render a :class:`RenderJob`; runs in a sandbox process."""
    wanted = msgspec.convert(job, RenderJob)
    body = Body(
        wanted.body,
        wanted.included,
        {*wanted.declared, *wanted.values},
        exact=wanted.exact,
        found=wanted.found,
    )
    values = with_threads(wanted.values, wanted.threads)
    pieces = body.render(values)
    messages = split_messages(
        pieces,
        has_roles=wanted.has_roles,
        exact=wanted.exact,
        lines=None if wanted.exact else _marker_lines(wanted),
    )
    messages = expanded(messages, values)
    if not messages:
        is_empty = not wanted.body.source.strip()
        reason = "there is nothing in it yet." if is_empty else "it renders to no text at all."
        raise TemplateError(reason, wanted.body.path)
    return packed(messages)
