"""Tolerant readers of what a model wrote, and what verdicts are worth."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workbench.domain.runs.effects import LabelScores

LABEL_WEIGHTS = {"sure": 20.0, "likely": 1.0, "impossible": 0.001}
"""Weights of the verdicts as in tree-of-thought-llm (Yao et al. 2023, Game of 24)."""

_BULLET = re.compile(
    r"^\s*(?:\d{1,3}[.):]|[-*•+](?=\s)|(?:step|idea|option)\s*\d{1,3}\s*[.:)])\s*", re.I
)
_LABEL = re.compile(
    r"(?P<not>\b(?:not|never|no|hardly|isn['’]t|aren['’]t|cannot be|can['’]t be)\s"
    r"(?:(?:so|very|quite|really|entirely|completely|totally|all that|100\s?%)\s)?|\b(?:un|in)-?)?"
    r"\b(?P<label>sure|likely|impossible)\b",
    re.I,
)
_CHOICE = re.compile(r"\b(?:choice|candidate|option)\b[^\d\n]{0,20}(\d{1,3})\b", re.I)
_BEST_CHOICE = re.compile(
    r"\bbest\s(?:choice|candidate|option)\b[^\d\n]{0,20}(\d{1,3})\b"
    r"|\b(?:choice|candidate|option)\s#?(\d{1,3})\sis\s(?:the\s)?best\b",
    re.I,
)
_SCORE = re.compile(r"\bscore\b[^\d\n]{0,12}(\d{1,3}(?:\.\d+)?)", re.I)
_NUMBER = re.compile(r"(?<![\w.])(\d{1,3}(?:\.\d+)?)(?![\w.]*\d)")
_OF_TEN = re.compile(r"(?<=\d)\s*(?:/|out of|of)\s*10\b", re.I)
TOP_SCORE = 10.0
"""Judges score from 0 to this."""
_MARKS = "*_`\"'“” \t"


def parse_proposals(text: str, most: int) -> tuple[str, ...]:
    """The thoughts of a proposal: one a line, numbers and bullets taken off, at most ``most``.

    Where the model numbered its lines, only those count, so that an introduction is no thought.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip(_MARKS)]
    lines = [line if _BULLET.match(line) else line.strip(_MARKS) for line in lines]
    marked = [line for line in lines if _BULLET.match(line)]
    found: list[str] = []
    for line in marked or lines:
        thought = _BULLET.sub("", line).strip(_MARKS)
        if thought:
            found.append(thought)
    return tuple(found[:most])


def parse_label(text: str) -> str | None:
    """The verdict of a text: the last of sure, likely, impossible that it names; else None.

    One that is denied ("I am not sure", "not impossible") is no verdict, nor does an earlier one
    hold then.
    """
    last = None
    for match in _LABEL.finditer(text):
        last = match
    return None if last is None or last["not"] else last["label"].lower()


def parse_choice(text: str, count: int) -> int | None:
    """The index (from 0) of the candidate that a vote is for; None where it names none.

    The last "The best choice is N", which is what is asked for, else the candidate named last.
    """
    best = ["".join(groups) for groups in _BEST_CHOICE.findall(text)]
    for numbers in (best, _CHOICE.findall(text)):
        for number in reversed(numbers):
            if 1 <= int(number) <= count:
                return int(number) - 1
    return None


def parse_score(text: str) -> float | None:
    """The score that a text gives, from 0 to 10: the last "Score: N", else its last number."""
    text = _OF_TEN.sub("", text)
    for pattern in (_SCORE, _NUMBER):
        for number in reversed(pattern.findall(text)):
            if 0.0 <= float(number) <= TOP_SCORE:
                return float(number)
    return None


def read_lines(text: str) -> tuple[str, ...]:
    """Every line as it is, blank ones too: how tree-of-thought-llm reads proposals."""
    return tuple(text.split("\n"))


def read_last_line(text: str) -> str | None:
    """The verdict that is exactly the last line: how tree-of-thought-llm reads it."""
    last = text.rpartition("\n")[2]
    return last if last in LABEL_WEIGHTS else None


def value_of(labels: Sequence[str | None]) -> tuple[float, dict[str, int]]:
    """The mean weight of the verdicts that could be read, and how often each was given.

    Where none could be read the value is that of "likely": neither kept nor dropped for it.
    """
    counts: dict[str, int] = {}
    for label in labels:
        key = label or "unreadable"
        counts[key] = counts.get(key, 0) + 1
    weights = [LABEL_WEIGHTS[label] for label in labels if label is not None]
    if not weights:
        return LABEL_WEIGHTS["likely"], counts
    return sum(weights) / len(weights), counts


def expectation_of(scores: LabelScores) -> float:
    """The expected weight of the verdict, by the model's own probabilities of the labels."""
    pairs = zip(scores.labels, scores.probabilities, strict=True)
    return sum(LABEL_WEIGHTS[label] * probability for label, probability in pairs)
