"""Renders a chat template. Runs in a sandbox process: the template is hostile input."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Sequence
from typing import Any, NoReturn

import jinja2

from workbench.domain.chat_templates import FormChange
from workbench.domain.errors import TemplateError, TemplateLimitError, TemplateSyntaxError
from workbench.processes.limits import OutOfTime
from workbench.prompts.chat.forms import Turn, forms
from workbench.prompts.jinja.environment import TooLargeError, chat_environment

OWNER = "The model's chat template"
OUTPUT_CHARACTERS = 4_000_000


class RefusedError(Exception):
    """The template called ``raise_exception``: it does not take these messages."""


def format_job(
    source: str, messages: Sequence[Sequence[str]], values: dict[str, Any]
) -> tuple[str, tuple[FormChange, ...]]:
    """Render a chat template; runs in a sandbox process.

    A template that refuses its messages, or leaves one out, gets them in the forms of
    :mod:`workbench.prompts.chat.forms`.

    Args:
        source: the Jinja source.
        messages: role and content of each, and where it has any its thoughts.
        values: bos_token, eos_token, add_generation_prompt, and what else the template may ask for.

    Returns:
        The rendered text, and what was changed for it.
    """
    found: tuple[str, tuple[FormChange, ...]] = explained(
        source, lambda template: complete(template, turns_of(messages), values)
    )
    return found


def turns_of(messages: Sequence[Sequence[str]]) -> list[Turn]:
    """Messages as templates get them."""
    turns: list[Turn] = []
    for role, content, *thoughts in messages:
        turn: Turn = {"role": role, "content": content}
        if thoughts and thoughts[0]:
            turn["reasoning_content"] = thoughts[0]
        turns.append(turn)
    return turns


def explained(source: str, work: Any) -> Any:
    """What ``work`` makes of the compiled template; its failures as sentences."""
    try:
        return work(compiled(source))
    except RefusedError as error:
        raise TemplateError(
            f"it refuses these messages: {str(error).rstrip('.')}.", OWNER
        ) from None
    except jinja2.TemplateSyntaxError as error:
        reason = f"the model file's template is damaged: {error.message}."
        raise TemplateSyntaxError(reason, OWNER, error.lineno) from None
    except (MemoryError, RecursionError, OverflowError, TooLargeError, OutOfTime):
        reason = "it takes too long or grows too large, so it was stopped."
        raise TemplateLimitError(reason, OWNER) from None
    except TemplateError:
        raise
    except Exception as error:
        # A hostile template can make nearly any exception of the language happen.
        raise TemplateError(f"it failed: {str(error).rstrip('.')}.", OWNER) from None


@functools.lru_cache(maxsize=8)
def compiled(source: str) -> jinja2.Template:
    """The template, with what chat templates expect to find."""
    environment = chat_environment()
    environment.globals["raise_exception"] = _raise_exception
    environment.globals["strftime_now"] = _strftime_now
    return environment.from_string(source)


def render(template: jinja2.Template, turns: Sequence[Turn], values: dict[str, Any]) -> str:
    """The text of messages as they are."""
    pieces: list[str] = []
    room = OUTPUT_CHARACTERS
    given = {"tools": None, "documents": None} | values
    for piece in template.generate(messages=[dict(turn) for turn in turns], **given):
        pieces.append(piece)
        room -= len(piece)
        if room < 0:
            raise TooLargeError
    return "".join(pieces)


def complete(
    template: jinja2.Template, turns: list[Turn], values: dict[str, Any]
) -> tuple[str, tuple[FormChange, ...]]:
    """What the template makes of the messages, in the first form that it takes whole."""
    failure: Exception | None = None
    for form in forms(turns):
        try:
            text = render(template, form.turns, values)
        except RefusedError as error:
            failure = failure or error
            continue
        missing = _left_out(form.turns, text)
        if missing is None:
            return text, form.changes
        number, role = missing + 1, form.turns[missing]["role"]
        failure = failure or TemplateError(
            f"it leaves out the text of message {number} ({role}): the model would not see it. "
            "Put that text into another message.",
            OWNER,
        )
    assert failure is not None, "there is one form at least"
    raise failure


def _left_out(turns: Sequence[Turn], rendered: str) -> int | None:
    """The first message without a line in the rendered text; its index from 0.

    Templates may trim and escape texts, and drop what an assistant thought before it answered.
    """
    text = rendered.casefold()
    for index, turn in enumerate(turns):
        answer = turn["content"].rpartition("</think>")[2]
        lines = [line.strip().casefold() for line in answer.splitlines() if line.strip()]
        if lines and not any(_is_in(line, text) for line in lines):
            return index
    return None


def _is_in(line: str, text: str) -> bool:
    """Whether a line is in a text, as it is or as written in JSON."""
    escaped = (json.dumps(line, ensure_ascii=plain)[1:-1] for plain in (False, True))
    return line in text or any(each in text for each in escaped)


def _raise_exception(message: object = "") -> NoReturn:
    raise RefusedError(str(message)[:500] or "no reason is given")


def _strftime_now(form: str) -> str:
    return time.strftime(str(form)[:100])
