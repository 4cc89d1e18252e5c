"""Rendering a prompt file to messages, in the sandbox, with the origin of every character."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from workbench.domain.errors import (
    SandboxError,
    SandboxMemory,
    SandboxTimeout,
    TemplateError,
    TemplateLimitError,
)
from workbench.domain.spec import Json
from workbench.domain.text import Message
from workbench.sandbox.pool import SandboxPool
from workbench.templates.body import TOO_LARGE, TOO_LONG, Body, BodyText
from workbench.templates.document import parse_document, split_front_matter
from workbench.templates.including import included_defaults
from workbench.templates.inputs import complete
from workbench.templates.packing import Packed, packed, unpacked
from workbench.templates.roles import split_messages
from workbench.templates.sound import sound
from workbench.templates.threads import expanded, with_threads

INCLUDES = 100
"""Most templates that one template may bring in, directly or through others."""
_INCLUDING = re.compile(r"\{%[-+]?\s*(?:include|import|from|extends)\b([^%]*)%\}")
_QUOTED = re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"")


class RenderJob(msgspec.Struct, frozen=True, kw_only=True):
    """All that a sandbox process needs to render one file. ``values`` are complete and typed."""

    body: BodyText
    has_roles: bool
    values: dict[str, Json]
    included: dict[str, BodyText]
    declared: tuple[str, ...]
    threads: tuple[str, ...] = ()
    exact: bool = False


async def render(
    pool: SandboxPool,
    text: str,
    path: str,
    variables: Mapping[str, Json],
    *,
    sources: Mapping[str, str] | None = None,
    stand_ins: Mapping[str, Json] | None = None,
) -> tuple[Message, ...]:
    """Render a prompt file.

    Args:
        pool: where the template runs.
        text: the whole file, as it is in the editor.
        path: stands in errors; its ending says whether role markers count.
        variables: values for the inputs; texts are turned into the declared types.
        sources: files that can be included, by their path relative to the library.
        stand_ins: for inputs that have no value; only for looking at a prompt.

    Returns:
        At least one message. Spans tell literal text from values, with the file's line.

    Raises:
        FrontMatterError, TemplateSyntaxError: the file is wrong; with line and column.
        UndefinedVariableError: inputs without a value, or a name that is none.
        TemplateLimitError: it takes too long, grows too large or is nested too deeply.
        TemplateError: a value of the wrong type, or anything else that failed.
    """
    document = parse_document(text, path)
    included: dict[str, BodyText] = {}
    if sources is not None and _INCLUDING.search(document.body):
        included = await asyncio.to_thread(_included, document.body, sources)
        own = {field.name for field in document.inputs}
        further = included_defaults({name: sources[name] for name in included})
        further = [field for field in further if field.name not in own]
        document = msgspec.structs.replace(document, inputs=(*document.inputs, *further))
    values = complete(document, variables, stand_ins)
    job = RenderJob(
        body=BodyText(sound(document.body), path, document.body_line),
        has_roles=document.has_roles,
        values=sound(values),
        included=included,
        declared=tuple(field.name for field in document.inputs),
        threads=tuple(field.name for field in document.inputs if field.type == "thread"),
        exact=document.exact,
    )
    try:
        found = await pool.call("workbench.templates.render:render_job", job)
    except SandboxTimeout as error:
        raise TemplateLimitError(TOO_LONG, path) from error
    except SandboxMemory as error:
        raise TemplateLimitError(TOO_LARGE, path) from error
    except SandboxError as error:
        raise TemplateLimitError(str(error), path) from error
    except (OverflowError, TypeError) as error:
        raise TemplateError(f"a value cannot be used: {error}.", path) from error
    return unpacked(msgspec.convert(found, Packed))


def _included(body: str, sources: Mapping[str, str]) -> dict[str, BodyText]:
    """All templates that a body names, and that those name."""
    found: dict[str, BodyText] = {}
    waiting = [body]
    while waiting and len(found) < INCLUDES:
        for statement in _INCLUDING.findall(waiting.pop()):
            for names in _QUOTED.findall(statement):
                name = names[0] or names[1]
                if name not in found and name in sources:
                    _, inner, line = split_front_matter(sources[name], name)
                    found[name] = BodyText(sound(inner), name, line)
                    waiting.append(inner)
    return found


def render_job(job: dict[str, Any]) -> Packed:
    """Render a :class:`RenderJob`; runs in a sandbox process."""
    wanted = msgspec.convert(job, RenderJob)
    body = Body(
        wanted.body, wanted.included, {*wanted.declared, *wanted.values}, exact=wanted.exact
    )
    values = with_threads(wanted.values, wanted.threads)
    pieces = body.render(values)
    messages = split_messages(pieces, has_roles=wanted.has_roles, exact=wanted.exact)
    messages = expanded(messages, values)
    if not messages:
        reason = "it renders to no text at all: fill in the inputs."
        raise TemplateError(reason, wanted.body.path)
    return packed(messages)
