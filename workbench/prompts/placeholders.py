"""Placeholders of inputs that have no value yet: a half-filled prompt can be seen as it grows."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.domain.errors import TemplateError, UndefinedVariableError
from workbench.domain.prompts.prompt import InputField
from workbench.domain.runs.spec import Json
from workbench.domain.sources.passages import Find
from workbench.domain.text import Message
from workbench.processes.pool import SandboxPool
from workbench.prompts.inputs import is_given
from workbench.prompts.jinja.analysis import analyse
from workbench.prompts.render import render

Rendered = tuple[tuple[Message, ...], tuple[str, ...]]
"""Messages, and the names of the inputs that have no value."""


async def render_filled(
    pool: SandboxPool,
    text: str,
    path: str,
    variables: Mapping[str, Json],
    *,
    sources: Mapping[str, str],
    find: Find | None = None,
) -> Rendered:
    """As :func:`render`: nothing may be missing."""
    return await render(pool, text, path, variables, sources=sources, find=find), ()


async def render_unfilled(
    pool: SandboxPool,
    text: str,
    path: str,
    variables: Mapping[str, Json],
    *,
    sources: Mapping[str, str],
    find: Find | None = None,
) -> Rendered:
    """Render a prompt file, with ‹name› where a required input has no value.

    A list has one such item; what the template reads of it, or of a mapping, is ‹its name›.
    It is for looking at a prompt only: what a model is asked comes from :func:`render`, which
    refuses a prompt with such an input.

    Args:
        pool: where the template runs.
        text: the whole file, as it is in the editor.
        path: named in errors; its ending says whether role markers count.
        variables: values for the inputs, without those that have none yet.
        sources: files that can be included, by their path relative to the library.
        find: looks for the passages that the template asks for.

    Returns:
        The messages, and the names of the inputs that have no value.

    Raises:
        TemplateError: as :func:`render` does; also for missing values where a template cannot go
            on without them, as where it reckons with a number.
    """
    try:
        return await render(pool, text, path, variables, sources=sources, find=find), ()
    except UndefinedVariableError as error:
        missing = error
    analysis = analyse(text, path, sources)
    unfilled = [each for each in analysis.inputs if _is_missing(each, variables)]
    stand_ins = {each.name: _stand_in(each) for each in unfilled}
    try:
        messages = await render(
            pool, text, path, variables, sources=sources, stand_ins=stand_ins, find=find
        )
    except TemplateError:
        if any(problem.severity == "error" for problem in analysis.problems):
            raise  # it would be wrong with values too
        raise missing from None
    return messages, tuple(stand_ins)


def _is_missing(field: InputField, variables: Mapping[str, Json]) -> bool:
    given = is_given(field, variables.get(field.name))
    return field.required and field.default is None and not given


def _stand_in(field: InputField) -> Json:
    """What is shown for an input; a list has one item."""
    if field.type == "thread":
        return []
    inner: Json = f"‹{field.name}›"
    if field.parts:
        inner = {part: f"‹{part}›" for part in field.parts}
    if field.type == "array":
        return [inner]
    return {} if field.type == "object" and not field.parts else inner
