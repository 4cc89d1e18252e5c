"""Separates a model's reasoning from its answer, while both are being written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from workbench.domain.text import Segment

_TAGS = {
    "<think>": "</think>",
    "<thinking>": "</thinking>",
    "<thought>": "</thought>",
    "<reasoning>": "</reasoning>",
    "[THINK]": "[/THINK]",
    "<seed:think>": "</seed:think>",
}
"""How current models mark it, as llama.cpp's reasoning formats know them (common/chat.cpp)."""
_OPEN_AT_END = re.compile(
    "(" + "|".join(re.escape(tag) for tag in _TAGS) + r")\s*\Z", re.IGNORECASE
)
_TAIL_CHARACTERS = 64


class Parts(NamedTuple):
    """New text of each kind."""

    answer: str
    reasoning: str


def open_tag(prompt: Sequence[Segment]) -> str:
    """The tag with which a prompt lets the model begin to think, "" where it does not."""
    tail = "".join(segment.text for segment in prompt[-4:])[-_TAIL_CHARACTERS:]
    found = _OPEN_AT_END.search(tail)
    return found.group(1) if found else ""


def close_tag(tag: str) -> str:
    """The tag that ends a thought begun with ``tag``, "" where that is none."""
    return _TAGS.get(tag.lower() if tag.startswith("<") else tag, "")


class ReasoningSplitter:
    """Takes the text of one answer in pieces and gives back what is thought and what is answer.

    Only what an answer begins with counts as thinking: a tag further on is text. What may still
    become a tag is held back. White space between the thinking and the answer belongs to neither.

    Args:
        tag: the opening tag, where the prompt has already written it.
    """

    def __init__(self, tag: str = "") -> None:
        self._close = close_tag(tag)
        self._state = "opened" if self._close else "start"
        self._held = ""

    @property
    def is_thinking(self) -> bool:
        """Whether the next text is thinking, as far as is known."""
        return self._state in ("opened", "thinking")

    def feed(self, text: str) -> Parts:
        """The next piece of text."""
        self._held += text
        answer = reasoning = ""
        if self._state == "start":
            self._look_for_start()
        if self._state == "opened":
            self._held = self._held.lstrip("\n")
            if self._held:
                self._state = "thinking"
        if self._state == "thinking":
            reasoning = self._take_thinking()
        if self._state == "between":
            self._held = self._held.lstrip()
            if self._held:
                self._state = "answer"
        if self._state == "answer":
            answer, self._held = self._held, ""
        return Parts(answer, reasoning)

    def finish(self) -> Parts:
        """What is still held back, once no more text comes."""
        rest, self._held = self._held, ""
        return Parts("", rest) if self._state == "thinking" else Parts(rest, "")

    def _look_for_start(self) -> None:
        begun = self._held.lstrip()
        for tag, close in _TAGS.items():
            if begun.lower().startswith(tag.lower()):
                self._state, self._close = "opened", close
                self._held = begun[len(tag) :]
                return
        if begun and not any(tag.lower().startswith(begun.lower()) for tag in _TAGS):
            self._state = "answer"

    def _take_thinking(self) -> str:
        """What has certainly been thought; behind the closing tag comes the answer."""
        at = self._held.lower().find(self._close.lower())
        if at >= 0:
            thought = self._held[:at]
            self._held = self._held[at + len(self._close) :]
            self._state = "between"
            return thought
        keep = _overlap(self._held.lower(), self._close.lower())
        thought, self._held = self._held[: len(self._held) - keep], self._held[-keep:] * bool(keep)
        return thought


def _overlap(text: str, tag: str) -> int:
    """How many characters at the end of ``text`` may be the beginning of ``tag``."""
    for length in range(min(len(text), len(tag) - 1), 0, -1):
        if tag.startswith(text[-length:]):
            return length
    return 0
