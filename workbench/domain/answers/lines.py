r"""Finds the answer in a text: after the first "Answer:" that begins a line.

A model that repeats its instruction writes "Answer:" in the middle of a sentence, and one that does
not stop invents the next problem and answers that too; neither is the answer. ``#### 42`` (as in
GSM8K) and ``\boxed{42}`` (as in MATH) are understood as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from workbench.domain.answers.forms import boxed, form_of, unwrap
from workbench.domain.runs.reasoning import ReasoningSplitter
from workbench.domain.text import Message

_OPENERS = "\"'`“‘«*_"
_CLOSERS = "\"'`”’»*_"
_LABEL = re.compile(
    rf"[ \t>]{{0,20}}(?:[-+•]\s|\d{{1,3}}[.)]\s|#{{1,6}}\s)?[ \t]{{0,20}}"
    rf"(?P<open>[{_OPENERS}]{{0,6}})"
    r"(?:(?:the|my|your|so|so the|therefore,?(?: the)?)\s)?"
    r"(?:(?:final|correct|short)\s)?answer(?:\sis)?"
    rf"(?P<inner>[{_CLOSERS}]{{0,6}})[ \t]{{0,4}}[:：](?P<close>[{_CLOSERS}]{{0,6}})",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"[ \t]{0,20}(?:#{1,6}[ \t]{1,20}(?:\*\*)?|\*\*)"
    r"(?:(?:the|final|correct)\s){0,2}answer(?:\*\*)?[ \t\r]{0,20}\Z",
    re.IGNORECASE,
)
_HASHES = re.compile(r"[ \t>*]{0,20}####[ \t]{0,20}(?P<value>[^#\n]{1,400})\Z")
_ASKED = re.compile(
    r"answer[*_`\"'”]{0,4}\s{0,2}[:：]|####\s{0,4}[\d<\[{\"“]|\\boxed\b", re.IGNORECASE
)
_BEGUN = re.compile(
    r"(?:^|\n)[*_>\- \t]{0,9}(?:final )?answer[*_`]{0,3}\s{0,2}[:：][*_`\s]{0,20}\Z", re.IGNORECASE
)
_BLOCKS = {"```": "```", "~~~": "~~~", "$$": "$$", "\\[": "\\]"}
_QUOTED = frozenset("\"'`“”‘’«»")


class FoundAnswer(NamedTuple):
    """An answer and where it ends in the text: the end of its line, or of its code block."""

    value: str
    end: int


class _Reader:
    """Reads a text line by line until the answer is whole.

    Lines are given with their ends; only the last of a text may lack one.
    """

    def __init__(self) -> None:
        self._is_wanted = False
        self._block = ""
        self._open = ""
        self._lines: list[str] = []

    def take(self, line: str) -> str | None:
        """The answer, once its last line was given."""
        if self._block:
            return self._in_block(line)
        label = _label(line)
        if label is not None:
            self._is_wanted, self._open, line = True, label[0], label[1]
        elif not self._is_wanted:
            hashes = _HASHES.match(line.rstrip())
            value = unwrap(hashes["value"]) if hashes else ""
            return value if value and form_of(value).kind != "text" else None
        return self._value(line.strip())

    def _value(self, text: str) -> str | None:
        for start, end in _BLOCKS.items():
            if text.startswith(start) and end not in text[len(start) :]:
                self._block, self._lines = end, []
                return None
        return _cleaned(text, self._open)

    def _in_block(self, line: str) -> str | None:
        if not line.strip().startswith(self._block):
            self._lines.append(line)
            return None
        return self.rest()

    def rest(self) -> str | None:
        """What a block holds that the text ends in."""
        if not self._block:
            return None
        self._block = ""
        return "".join(self._lines).strip("\r\n") or None


def _label(line: str) -> tuple[str, str] | None:
    """The marks that open a line's label and the line behind it, None where it has no label."""
    match = _LABEL.match(line)
    if match is None:
        return ("", "") if _HEADING.match(line.rstrip("\n")) else None
    opened = match["open"]
    quotes = _QUOTED & set(opened)
    if quotes and _QUOTED & set(match["close"] + match["inner"]):
        return None  # the word is quoted: it is spoken of, not used
    is_closed = bool(match["inner"] or match["close"])
    return ("" if is_closed else opened), line[match.end() :]


def _cleaned(text: str, opened: str) -> str | None:
    """An answer without quotes, markdown and LaTeX around it; None where nothing is left."""
    text = text.strip(" \t\r")
    for mark in opened:
        closer = {"“": "”", "‘": "’", "«": "»"}.get(mark, mark)
        text = text.removesuffix(closer).rstrip()
    text = unwrap(text)
    found = boxed(text)
    if found is not None:
        text = unwrap(found[0])
    return text if text.strip("*_`\"' \t") else None


def find_answer(text: str) -> FoundAnswer | None:
    """The first answer of a text, None where it has none."""
    reader, at = _Reader(), 0
    for line in text.splitlines(keepends=True) if "\r" in text else _lines(text):
        at += len(line)
        value = reader.take(line)
        if value:
            return FoundAnswer(value, at - (len(line) - len(line.rstrip("\r\n"))))
    value = reader.rest()
    if value:
        return FoundAnswer(value, len(text))
    found = boxed(text)
    return FoundAnswer(unwrap(found[0]), found[1]) if found is not None else None


def _lines(text: str) -> list[str]:
    """Lines with their ends, by line feed alone."""
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + parts[-1:]


class AnswerEnd:
    """Watches an answer while it is written and says where it is complete.

    Thinking that comes first is passed over.

    Args:
        tag: the opening tag of thought, where the prompt has already written it.
    """

    def __init__(self, tag: str = "") -> None:
        self._splitter = ReasoningSplitter(tag)
        self._reader = _Reader()
        self._line = ""

    def feed(self, text: str) -> int | None:
        """Take the next piece; how much of it belongs to the text where the answer is now whole.

        An answer is whole when its line has ended, or its code block was closed.
        """
        answer = self._splitter.feed(text).answer
        if not answer:
            return None
        start = len(text) - len(answer)
        at = 0
        while (end := answer.find("\n", at)) >= 0:
            line, self._line = self._line + answer[at : end + 1], ""
            if self._reader.take(line):
                return max(0, start + end)
            at = end + 1
        self._line += answer[at:]
        return None


def asks_for_answer(messages: Iterable[Message]) -> bool:
    """Whether a prompt asks for a line that begins with "Answer:", or shows answers that do.

    One that ends in "Answer:" has begun that line itself and is answered by whatever comes.
    """
    texts = [message.text for message in messages]
    if not texts or _BEGUN.search(texts[-1]):
        return False
    return any(_ASKED.search(text) for text in texts)
