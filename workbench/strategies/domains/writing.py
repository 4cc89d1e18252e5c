"""Constraint writing: a text of an exact number of words that has some words and lacks others.

A move is a line, and the text is the lines together; the solver asks whether the words that are
still wanted fit into the words that are left.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import NamedTuple

from workbench.domain.puzzles.reviews import words_of, writing_faults
from workbench.domain.runs.spec import Json
from workbench.domain.text import count_text
from workbench.strategies.domains.domain import DOMAINS, Domain, Review, Task, review_of

_WORDS = re.compile(r"words\s*:\s*(\d{1,3})\b", re.I)
_WITH = re.compile(r"^\s*must contain\s*:\s*(.+)$", re.I | re.M)
_WITHOUT = re.compile(r"^\s*must not contain\s*:\s*(.+)$", re.I | re.M)
_LINE = 8
"""Words of a line, at most."""
VOCABULARY = (
    "the",
    "a",
    "old",
    "small",
    "quiet",
    "bright",
    "river",
    "garden",
    "morning",
    "window",
    "letter",
    "train",
    "market",
    "walks",
    "carries",
    "finds",
    "opens",
    "waits",
    "under",
    "over",
    "near",
    "with",
    "and",
    "slowly",
    "again",
    "today",
    "nobody",
    "everyone",
)
"""What the random player writes with."""
WANTED = ("river", "garden", "lantern", "market", "harbour", "letter")
REFUSED = ("the", "and", "very", "is", "was")


class Written(NamedTuple):
    """The words so far."""

    words: tuple[str, ...]


class WritingTask(Task):
    """Write exactly ``count`` words with all of ``wanted`` and none of ``refused``."""

    def __init__(self, count: int, wanted: Sequence[str], refused: Sequence[str]) -> None:
        self.count = count
        self.wanted = tuple(word.casefold() for word in wanted)
        self.refused = tuple(word.casefold() for word in refused)
        self.steps = max(1, -(-count // _LINE) * 2)
        self._usable = tuple(
            dict.fromkeys(w for w in (*self.wanted, *VOCABULARY) if w not in self.refused)
        )

    @property
    def start(self) -> Written:
        """Nothing is written."""
        return Written(())

    def moves(self, facts: Written) -> tuple[str, ...]:
        """One word of a small vocabulary: what a player without a model can write."""
        return self._usable if len(facts.words) < self.count else ()

    def apply(self, facts: Written, thought: str) -> Written | None:
        """The text with a line more; None with a refused word or too many words."""
        new = words_of(thought)
        if not new or any(word in self.refused for word in new):
            return None
        words = (*facts.words, *new)
        return Written(words) if len(words) <= self.count else None

    def describe(self, facts: Written) -> str:
        """Words left, and those that are still wanted."""
        missing = [word for word in self.wanted if word not in facts.words]
        text = f"{count_text(self.count - len(facts.words), 'word')} left"
        return f"{text}, still wanted: {', '.join(missing)}" if missing else text

    def reachable(self, facts: Written) -> bool:
        """Whether the wanted words fit into the words that are left."""
        missing = sum(word not in facts.words for word in set(self.wanted))
        possible = not set(self.wanted) & set(self.refused)
        return possible and len(facts.words) + missing <= self.count

    def solved(self, facts: Written) -> bool | None:
        """Whether the text is as wanted, once it has all its words."""
        if len(facts.words) < self.count:
            return None
        return all(word in facts.words for word in self.wanted)

    def variables(self) -> dict[str, Json]:
        """Rules, goal and a line."""
        rules = f"Write a text of exactly {self.count} words, a few words a line."
        if self.wanted:
            rules += f" It must contain: {', '.join(self.wanted)}."
        if self.refused:
            rules += f" It must not contain: {', '.join(self.refused)}."
        return {
            "rules": rules,
            "goal": f"{self.count} words are written and no wanted word is missing.",
            "example": "Late trains carry tired dreamers home",
        }

    def answer(self, thoughts: Sequence[str]) -> str:
        """The lines as one text."""
        return " ".join(" ".join(thought.split()) for thought in thoughts)

    def review(self, answer: str) -> Review:
        """Every constraint that a text breaks."""
        return review_of(writing_faults(self.count, self.wanted, self.refused, answer))

    def grammar(self, facts: Written, _without: frozenset[str] = frozenset(), /) -> str:
        """A line of at most as many words as are left."""
        left = min(self.count - len(facts.words), _LINE)
        return _line(1, left) if left > 0 else ""

    def answer_grammar(self) -> str:
        """A line of exactly the number of words."""
        return _line(self.count, self.count)


def _line(least: int, most: int) -> str:
    """GBNF of a line of words; a mark may follow each."""
    low, high = max(least - 1, 0), most - 1
    more = f'(" " word){{{low},{high}}}' if high else ""
    return f"root ::= word {more}\nword ::= [A-Za-z]{{1,14}} [,.]?"


def _listed(pattern: re.Pattern[str], question: str) -> list[str]:
    found = pattern.findall(question)
    return [word.strip(" .") for word in found[-1].split(",") if word.strip(" .")] if found else []


def read(question: str) -> WritingTask | None:
    """The task of a prompt with "Words: 12" and lines "Must contain:", "Must not contain:"."""
    counts = _WORDS.findall(question)
    if not counts or not 1 <= int(counts[-1]) <= 200:
        return None
    return WritingTask(int(counts[-1]), _listed(_WITH, question), _listed(_WITHOUT, question))


def make(seed: int) -> dict[str, Json]:
    """8 to 16 words with two wanted and two refused."""
    chance = random.Random(seed)  # noqa: S311 - puzzles, no secrets
    return {
        "words": chance.randint(8, 16),
        "contain": chance.sample(WANTED, 2),
        "avoid": chance.sample(REFUSED, 2),
    }


DOMAINS.register("writing", Domain("writing", "Constraint writing", read, "Words: 12", make))
