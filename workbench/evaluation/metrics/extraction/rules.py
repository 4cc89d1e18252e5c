"""Rules by which a metric takes the answer out of an output, as a parameter of the metric."""

from __future__ import annotations

import re
from typing import Annotated, Literal, cast

import msgspec

from workbench.domain.answers.lines import find_answer
from workbench.domain.errors import UsageError
from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import FormatFailure
from workbench.domain.parameters import ANSWER, about, is_one
from workbench.domain.runs.extraction import ExtractionKind, ExtractionRule
from workbench.evaluation.extraction import PATTERN_CHARACTERS, extract, pattern_job
from workbench.evaluation.metrics.text.number_reading import numerals

AnswerRule = Literal[
    "whole", "run", "answer", "number", "first_answer", "answer_line", "last_number", "last_line",
    "regex",
]  # fmt: skip
_PHRASE = re.compile(r"\banswer\s{1,4}(?:is|would be|should be)\b\s{0,4}[:：]?\s{0,4}", re.I)
_SENTENCE_END = re.compile(r"[.!?。](?=\s|$)|\n")
_LONGEST = 1000
"""An answer in a sentence is not longer."""
_TITLES = {
    "whole": "The whole output",
    "run": "The answer that the run extracted",
    "answer": "An answer line, or “the answer is”",
    "number": "The number of the answer, or the last one",
    "first_answer": "The first “Answer:” line",
    "answer_line": "After the last “Answer:”",
    "last_number": "The last number",
    "last_line": "The last line",
    "regex": "What a pattern matches",
}
EXTRACTION = about(
    title="What is judged",
    group=ANSWER,
    choices=_TITLES,
    description="Which part of the output is compared. Where it is not found the output has the "
    "wrong form.",
)


class Extracted(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of metrics that judge a part of the output."""

    extraction: Annotated[AnswerRule, EXTRACTION] = "whole"
    extraction_pattern: Annotated[
        str,
        about(
            title="Pattern of the answer",
            group=ANSWER,
            when=is_one("extraction", "regex"),
            description="The regular expression whose first group, or whole match, is judged.",
        ),
    ] = ""

    def read(self, given: MetricInput) -> str | FormatFailure:
        """The part of an output that is judged, or a format failure where it has none.

        Raises:
            UsageError: the pattern is not valid.
        """
        answer = _read(given, self.extraction, self.extraction_pattern)
        if answer is not None:
            return answer
        return FormatFailure(reason=f"The output lacks this: {_TITLES[self.extraction].lower()}.")


def ensure_extractable(params: Extracted) -> None:
    """Refuse a rule without its pattern.

    Raises:
        UsageError: the rule is a pattern, and there is none.
    """
    if params.extraction == "regex" and not params.extraction_pattern:
        raise UsageError("The pattern of the answer is empty: give one, or choose another rule.")


def _read(given: MetricInput, rule: AnswerRule, pattern: str) -> str | None:
    text = given.output
    if rule == "whole":
        return text
    if rule == "run":
        return given.answer
    if rule == "answer":
        return stated_answer(text)
    if rule == "number":
        return stated_number(text)
    if rule == "regex":
        return pattern_job(pattern, [text[-PATTERN_CHARACTERS:]])[0]
    return extract([text], ExtractionRule(cast("ExtractionKind", rule)))[0]


def stated_answer(text: str) -> str | None:
    """The answer that a text states: an answer line, else what follows "the answer is"."""
    found = find_answer(text)
    if found is not None:
        return found.value
    for phrase in _PHRASE.finditer(text):
        rest = text[phrase.end() : phrase.end() + _LONGEST]
        end = _SENTENCE_END.search(rest)
        answer = (rest[: end.start()] if end else rest).strip(" \t*_`\"'“”")
        if answer and not answer.lower().startswith("not "):
            return answer
    return None


def stated_number(text: str) -> str | None:
    """The number of the answer that a text states, else its last number.

    A text of one word is that word, so that what is no number is not searched for digits.
    """
    if len(text.split()) == 1:
        return text.strip().rpartition("=")[2]
    answer = stated_answer(text)
    if answer is not None:
        stated = numerals(answer.rpartition("=")[2])
        if stated:
            return stated[0]
    found = numerals(text)
    return found[-1] if found else None
