"""From messages to the text a model reads, by the chat template inside its file.

The template is hostile input: it runs in the sandbox. What it is given to render are not the
messages as they are: wherever a control token's text (``<|im_end|>``) is in a value, or is
completed by one, a private-use character takes its place and is turned back afterwards. The
result is cut at those places, so that the tokenizer reads control tokens in everything but them,
and ordinary text is still tokenised in one piece.
"""

from __future__ import annotations

import functools
import json
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NoReturn

import jinja2

from workbench.domain.errors import (
    SandboxError,
    TemplateError,
    TemplateLimitError,
    TemplateSyntaxError,
)
from workbench.domain.text import Message, Segment, replace_surrogates
from workbench.processes.limits import OutOfTime
from workbench.processes.pool import SandboxPool
from workbench.prompts.jinja.environment import TooLargeError, chat_environment

OWNER = "The model's chat template"
OUTPUT_CHARACTERS = 4_000_000
FALLBACK_TEMPLATE = """\
{%- for message in messages -%}
### {{ message.role | capitalize }}:
{{ message.content }}

{% endfor -%}
{%- if add_generation_prompt -%}
### Assistant:
{% endif -%}
"""
"""For models without a chat template: headings that base models have seen in plenty."""

_PRIVATE_USE = (range(0xE000, 0xF900), range(0xF0000, 0xFFFFE), range(0x100000, 0x10FFFE))


async def format_chat(
    pool: SandboxPool,
    chat_template: str,
    messages: tuple[Message, ...],
    *,
    bos: str = "",
    eos: str = "",
    special_texts: Iterable[str] = (),
    add_generation_prompt: bool = True,
) -> tuple[Segment, ...]:
    """Apply a chat template to messages.

    Args:
        pool: where the template runs.
        chat_template: Jinja source from the model file; "" takes :data:`FALLBACK_TEMPLATE`.
        messages: what to format; characters of non-literal spans never become control tokens.
        bos: text of the model's beginning-of-text token.
        eos: text of its end-of-text token.
        special_texts: texts of all control tokens.
        add_generation_prompt: end where the assistant's answer starts.

    Returns:
        The whole prompt in order; pieces with ``special=False`` must be tokenised as plain text.

    Raises:
        TemplateError: the template is wrong, or refuses these messages.
        TemplateLimitError: it takes too long or grows too large.
    """
    contents, originals = protect(messages, special_texts, chat_template + bos + eos)
    try:
        text = await pool.call(
            "workbench.prompts.chat_format:format_job",
            replace_surrogates(chat_template or FALLBACK_TEMPLATE),
            [[message.role, text] for message, text in zip(messages, contents, strict=True)],
            {"bos_token": bos, "eos_token": eos, "add_generation_prompt": add_generation_prompt},
        )
    except SandboxError as error:
        raise TemplateLimitError(f"it was stopped: {error}", OWNER) from error
    return tuple(_segments(text, originals))


def protect(
    messages: Sequence[Message], special_texts: Iterable[str], reserved: str
) -> tuple[list[str], dict[str, str]]:
    """Replace control tokens that touch a value by private-use characters.

    Args:
        messages: their spans say which characters are the author's own.
        special_texts: texts of all control tokens.
        reserved: more text whose characters cannot be used as a replacement.

    Returns:
        The contents in order, and for each character used the text that it replaces.
    """
    contents = [replace_surrogates(message.text) for message in messages]
    pattern = _pattern(tuple(special_texts))
    originals: dict[str, str] = {}
    if pattern is None:
        return contents, originals
    taken = set(reserved).union(*contents)
    free = (chr(code) for codes in _PRIVATE_USE for code in codes if chr(code) not in taken)
    marks: dict[str, str] = {}
    for index, (message, text) in enumerate(zip(messages, contents, strict=True)):
        pieces, position = [], 0
        for start, end in _touched(pattern, text, _value_ranges(message)):
            original = text[start:end]
            if original not in marks:
                marks[original] = next(free)
            pieces += [text[position:start], marks[original]]
            position = end
        contents[index] = "".join(pieces) + text[position:]
    return contents, {mark: original for original, mark in marks.items()}


@functools.lru_cache(maxsize=4)
def _pattern(special_texts: tuple[str, ...]) -> re.Pattern[str] | None:
    """Matches at each place where a control token's text starts; the longest is group 1."""
    texts = sorted({text for text in special_texts if text}, key=len, reverse=True)
    # A lookahead finds overlapping ones too. Alternatives are plain texts: linear for each place.
    return re.compile(f"(?=({'|'.join(map(re.escape, texts))}))") if texts else None


def _value_ranges(message: Message) -> list[tuple[int, int]]:
    """Where the message's text is not the author's own, as (start, end)."""
    ranges, position = [], 0
    for span in message.spans:
        end = position + len(span.text)
        if not span.literal and span.text:
            ranges.append((position, end))
        position = end
    return ranges


def _touched(
    pattern: re.Pattern[str], text: str, values: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The places of control tokens that contain a value's character, overlapping ones joined."""
    found: list[tuple[int, int]] = []
    pending = iter(values)
    value = next(pending, None)
    for match in pattern.finditer(text):
        start, end = match.span(1)
        while value is not None and value[1] <= start:
            value = next(pending, None)
        if value is None:
            break
        if value[0] >= end:
            continue
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _segments(text: str, originals: dict[str, str]) -> Iterable[Segment]:
    """Cut the rendered text at the replaced places and put the originals back."""
    if not originals:
        if text:
            yield Segment(text)
        return
    for piece in re.split(f"([{''.join(originals)}]+)", text):
        if not piece:
            continue
        if piece[0] in originals:
            yield Segment("".join(originals[mark] for mark in piece), special=False)
        else:
            yield Segment(piece)


# --- in the sandbox -------------------------------------------------------------------------------


class RefusedError(Exception):
    """The template called ``raise_exception``: it does not take these messages."""


def format_job(source: str, messages: Sequence[tuple[str, str]], values: dict[str, Any]) -> str:
    """Render a chat template; runs in a sandbox process.

    A template that refuses its system messages, or leaves one out, gets them as one at the start,
    then as the beginning of the user messages that follow them.

    Args:
        source: the Jinja source.
        messages: role and content of each.
        values: bos_token, eos_token, add_generation_prompt.
    """
    try:
        return _complete(_compile(source), messages, values)
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
def _compile(source: str) -> jinja2.Template:
    environment = chat_environment()
    environment.globals["raise_exception"] = _raise_exception
    environment.globals["strftime_now"] = _strftime_now
    return environment.from_string(source)


def _render(
    template: jinja2.Template, messages: Sequence[tuple[str, str]], values: dict[str, Any]
) -> str:
    pieces: list[str] = []
    room = OUTPUT_CHARACTERS
    for piece in template.generate(
        messages=[{"role": role, "content": content} for role, content in messages],
        tools=None,
        documents=None,
        **values,
    ):
        pieces.append(piece)
        room -= len(piece)
        if room < 0:
            raise TooLargeError
    return "".join(pieces)


def _complete(
    template: jinja2.Template, messages: Sequence[tuple[str, str]], values: dict[str, Any]
) -> str:
    """What the template makes of the messages, in the first form that it takes whole."""
    failure: Exception | None = None
    for form in _forms([(role, text) for role, text in messages]):
        try:
            text = _render(template, form, values)
        except RefusedError as error:
            failure = failure or error
            continue
        missing = _left_out(form, text)
        if missing is None:
            return text
        number, (role, _) = missing + 1, form[missing]
        failure = failure or TemplateError(
            f"it leaves out the text of message {number} ({role}): the model would not see it. "
            "Put that text into another message.",
            OWNER,
        )
    assert failure is not None, "there is one form at least"
    raise failure


def _forms(messages: list[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    """The messages as they are, and with the system ones where a template may take them."""
    yield messages
    systems = [index for index, (role, _) in enumerate(messages) if role == "system"]
    if systems and systems != [0]:
        yield _folded(messages, at_start=True)
    if systems:
        yield _folded(messages, at_start=False)


def _folded(messages: list[tuple[str, str]], *, at_start: bool) -> list[tuple[str, str]]:
    """The system messages, in their order, at the start of the user messages behind them.

    With ``at_start`` those before all others become one system message. Where no user message
    follows, they are one themselves.
    """
    found: list[tuple[str, str]] = []
    waiting: list[str] = []
    for role, text in messages:
        if role == "system":
            waiting.append(text)
            continue
        if waiting and at_start and not found:
            found.append(("system", "\n\n".join(waiting)))
            waiting.clear()
        if waiting and role == "user":
            found.append((role, "\n\n".join([*waiting, text])))
            waiting.clear()
        else:
            found.append((role, text))
    if waiting:
        role = "system" if at_start and not found else "user"
        found.append((role, "\n\n".join(waiting)))
    return found


def _left_out(messages: Sequence[tuple[str, str]], rendered: str) -> int | None:
    """The first message without a line in the rendered text; its index from 0.

    Templates may trim and escape texts, and drop what an assistant thought before it answered.
    """
    text = rendered.casefold()
    for index, (_, content) in enumerate(messages):
        answer = content.rpartition("</think>")[2]
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
