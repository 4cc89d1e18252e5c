"""Readability of English by the formulas of Flesch (1948) and Kincaid (1975).

Syllables are counted as groups of vowels, which is where the error is; fewer than 100 words say
little.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, NamedTuple

import msgspec

from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import MetricResult, Score, Undefined
from workbench.domain.parameters import about
from workbench.evaluation.metrics.metric import Metric, register

ENOUGH_WORDS = 100
_WORD = re.compile(r"[a-z]+(?:['’][a-z]+)*", re.IGNORECASE)
_VOWELS = re.compile(r"[aeiouy]+")
_SENTENCE = re.compile(r"[.!?]+(?=\s|$)|\n\s*\n")


class ReadabilityParams(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of readability."""

    formula: Annotated[
        Literal["flesch", "grade"],
        about(
            title="Formula",
            choices={
                "flesch": "Flesch reading ease (100 is easy)",
                "grade": "Flesch-Kincaid grade (school years)",
            },
            description="Which formula gives the value.",
        ),
    ] = "flesch"


class Sizes(NamedTuple):
    """Counts of a text."""

    words: int
    sentences: int
    syllables: int

    @property
    def flesch(self) -> float:
        """Reading ease: 100 is very easy, 0 very hard."""
        return 206.835 - 1.015 * self.words / self.sentences - 84.6 * self.syllables / self.words

    @property
    def grade(self) -> float:
        """The school year that a reader needs."""
        return 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59


def sizes_of(text: str) -> Sizes:
    """Words, sentences and syllables of an English text."""
    found = _WORD.findall(text.lower())
    parts = _SENTENCE.split(text)
    sentences = sum(bool(_WORD.search(part)) for part in parts)
    return Sizes(len(found), sentences, sum(map(syllables, found)))


def syllables(word: str) -> int:
    """Groups of vowels of a word in small letters, less a final e that is not spoken."""
    count = len(_VOWELS.findall(word))
    if word.endswith("e") and not word.endswith(("le", "ee")) and count > 1:
        count -= 1
    return max(1, count)


def score(given: MetricInput, params: ReadabilityParams) -> MetricResult:
    """The value of the formula."""
    found = sizes_of(given.output)
    letters = sum(each.isalpha() for each in given.output)
    latin = sum(each.isascii() and each.isalpha() for each in given.output)
    if not found.words or 2 * latin < letters:
        return Undefined(reason="The output has no English words.")
    value: float = getattr(found, params.formula)
    few = f" Fewer than {ENOUGH_WORDS} words say little." if found.words < ENOUGH_WORDS else ""
    return Score(
        value=value,
        reason=f"{found.words:,} words in {found.sentences:,} sentences.{few}",
        detail={**found._asdict(), "is_enough": found.words >= ENOUGH_WORDS},
    )


register(
    Metric(
        id="readability",
        title="Readability (English)",
        description="How easy an English text is to read, by the length of words and sentences.",
        params=ReadabilityParams,
        score=score,
        scale="open",
        better="neither",
        facts={"syllables": "vowel-groups"},
    )
)
