"""Parts that searches share: proposals, verdicts, votes, stable selection, majority."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from workbench.domain.effects import LabelScores
from workbench.domain.extraction import normalise

TieRule = Literal["first_seen", "none"]

LABEL_WEIGHTS = {"sure": 20.0, "likely": 1.0, "impossible": 0.001}
"""Weights of the verdicts as in tree-of-thought-llm (Yao et al. 2023, Game of 24)."""

_BULLET = re.compile(
    r"^\s*(?:\d{1,3}[.):]|[-*•+](?=\s)|(?:step|idea|option)\s*\d{1,3}\s*[.:)])\s*", re.I
)
_LABEL = re.compile(r"\b(sure|likely|impossible)\b", re.I)
_CHOICE = re.compile(r"\b(?:choice|candidate|option)\b[^\d\n]{0,20}(\d{1,3})\b", re.I)
_MARKS = "*_`\"'“” \t"


class Vote(NamedTuple):
    """The result of a majority vote.

    ``tally`` has one entry a distinct answer, most votes first, and None for "no answer";
    ``winner_index`` is the first sample that gave the winner, ``agreeing`` all that did.
    """

    tally: tuple[tuple[str | None, int], ...]
    winner: str | None
    winner_index: int | None
    agreeing: tuple[int, ...]


def majority(answers: Sequence[str | None], tie: TieRule) -> Vote:
    """Unweighted majority over normalised answers; None is counted apart and never wins.

    With ``tie`` "none" a tie for the first place has no winner; "first_seen" gives it to the answer
    that came first.
    """
    groups: dict[str, list[int]] = {}
    for index, answer in enumerate(answers):
        if answer is not None:
            groups.setdefault(normalise(answer), []).append(index)
    ranked = sorted(groups.values(), key=len, reverse=True)
    tally: list[tuple[str | None, int]] = [(answers[group[0]], len(group)) for group in ranked]
    missing = sum(answer is None for answer in answers)
    if missing:
        tally.append((None, missing))
    tied = len(ranked) > 1 and len(ranked[0]) == len(ranked[1])
    if not ranked or (tied and tie == "none"):
        return Vote(tuple(tally), None, None, ())
    first = ranked[0]
    return Vote(tuple(tally), answers[first[0]], first[0], tuple(first))


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
    """The verdict of a text: the last of sure, likely, impossible that it names; else None."""
    found = _LABEL.findall(text)
    return found[-1].lower() if found else None


def parse_choice(text: str, count: int) -> int | None:
    """The index (from 0) of the candidate that a vote names last; None where it names none."""
    for number in reversed(_CHOICE.findall(text)):
        if 1 <= int(number) <= count:
            return int(number) - 1
    return None


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


def select_best(scores: Sequence[float], width: int) -> tuple[int, ...]:
    """Indices of the ``width`` highest scores, best first; equal scores keep their order."""
    order = sorted(range(len(scores)), key=lambda index: scores[index], reverse=True)
    return tuple(order[:width])
