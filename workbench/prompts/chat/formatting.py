"""From messages to the text a model reads, by the chat template inside its file.

The template is hostile input: it runs in the sandbox. What it is given to render are not the
messages as they are: wherever a control token's text (``<|im_end|>``) is in a value, or is
completed by one, a private-use character takes its place and is turned back afterwards. The
result is cut at those places, so that the tokenizer reads control tokens in everything but them,
and ordinary text is still tokenised in one piece.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence

from workbench.domain.errors import SandboxError, TemplateLimitError
from workbench.domain.text import Message, Segment, replace_surrogates
from workbench.processes.pool import SandboxPool
from workbench.prompts.chat.template_job import OWNER

JOB = "workbench.prompts.chat.template_job:format_job"
KEEP_THOUGHTS = {"preserve_thinking": True, "clear_thinking": False}
"""How templates are asked to keep the thoughts of earlier turns (Qwen 3.6, GLM 4.7)."""
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
    keep_thoughts: bool = False,
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
        keep_thoughts: ask the template to keep the thoughts of earlier turns.

    Returns:
        The whole prompt in order; pieces with ``special=False`` must be tokenised as plain text.

    Raises:
        TemplateError: the template is wrong, or refuses these messages.
        TemplateLimitError: it takes too long or grows too large.
    """
    thoughts = [
        Message.value("assistant", message.thoughts) for message in messages if message.thoughts
    ]
    protected, originals = protect((*messages, *thoughts), special_texts, chat_template + bos + eos)
    contents, thought = protected[: len(messages)], iter(protected[len(messages) :])
    values = {"bos_token": bos, "eos_token": eos, "add_generation_prompt": add_generation_prompt}
    try:
        text, _changes = await pool.call(
            JOB,
            replace_surrogates(chat_template or FALLBACK_TEMPLATE),
            [
                [message.role, text, next(thought) if message.thoughts else ""]
                for message, text in zip(messages, contents, strict=True)
            ],
            values | (KEEP_THOUGHTS if keep_thoughts else {}),
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
