"""The text with which an answer goes on after the assistant's header."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from workbench.domain.runs.reasoning import close_tag, open_tag
from workbench.domain.text import Message, Segment


def text_after_header(header: Sequence[Segment], begun: Message) -> str:
    """How a message of the assistant that goes on is written after the prompt's end.

    Thoughts are a field of it, else its text is raw: with the thoughts in it, if any.
    """
    if isinstance(begun.reasoning, msgspec.UnsetType):
        return begun.text
    return begun_text(open_tag(header), begun.thoughts, begun.text)


def begun_text(opened: str, thoughts: str, text: str) -> str:
    """How an answer goes on that was begun, after a header that opens a thought or does not.

    A thought that the header opens is closed first, with what was thought in it where that is
    known; the model then writes on in its answer. Of an answer that was cut in its thoughts, these
    go on.

    Args:
        opened: the tag with which the header opens a thought, "" where it does not.
        thoughts: what was thought before the answer.
        text: the answer until now.
    """
    if not opened:
        return text
    close = close_tag(opened)
    thought = thoughts.strip()
    if not text:
        return thought
    return f"{thought}\n{close}\n\n{text}" if thought else f"{close}\n\n{text}"
