"""Answer extraction: what a rule takes out of a text.

The built-in rules are plain string code whose time grows with the length of the text. A user's
pattern can be anything, so it runs in the sandbox, with a time limit, on the end of the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import regex

from workbench.domain.answers.lines import find_answer
from workbench.domain.answers.numbers import MINUS
from workbench.domain.errors import SandboxError, UsageError
from workbench.domain.runs.extraction import ExtractionRule
from workbench.domain.text import replace_surrogates
from workbench.processes.pool import SandboxPool

PATTERN_CHARACTERS = 4096
"""How much of a text's end a pattern looks at."""
PATTERN_SECONDS = 0.2
"""Longest that a pattern may take on one text."""
_MARKS = "*_` \t"
"""Markdown around an answer."""
_LABEL = re.compile(r"answer[*_`\s]{0,4}[:：]", re.IGNORECASE)
# A minus after a letter, a digit or a bracket is a hyphen or an operation, not a sign.
_NUMBER = re.compile(
    rf"(?P<sign>(?<![\w)])[{MINUS}])?(?:\\?[$€£¥])?(?P<inner>(?<=[$€£¥])[{MINUS}])?"
    r"(?P<number>(?<![\d/])\d+/[1-9]\d*(?![\d/])"
    r"|(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:[eE][+-]?\d+(?!\w))?"
    r"|(?<![\w.])\.\d+(?:[eE][+-]?\d+(?!\w))?)"
)


def extract(texts: Sequence[str], rule: ExtractionRule) -> tuple[str | None, ...]:
    """Apply a built-in rule to texts.

    Args:
        texts: what a model wrote.
        rule: any kind but ``regex``, which needs :func:`extract_in`. ``auto`` reads the first
            answer line, since the prompt is not known here.

    Returns:
        One answer for each text; None where the rule finds none.
    """
    functions = {
        "auto": _first_answer,
        "first_answer": _first_answer,
        "whole": _whole,
        "answer_line": _answer_line,
        "last_number": _last_number,
        "last_line": _last_line,
    }
    function = functions[rule.kind]
    return tuple(function(text) for text in texts)


async def extract_in(
    pool: SandboxPool, texts: Sequence[str], rule: ExtractionRule
) -> tuple[str | None, ...]:
    """Apply any rule; a pattern runs in the sandbox, with ``^`` and ``$`` matching at lines.

    Its answer is the first group that took part in the last match, or else the whole match.
    A pattern that takes too long on a text gives no answer there, and the others go on.

    Raises:
        UsageError: the pattern cannot be used.
    """
    if rule.kind != "regex":
        return extract(texts, rule)
    ends = [replace_surrogates(text[-PATTERN_CHARACTERS:]) for text in texts]
    try:
        found = await pool.call(
            "workbench.evaluation.extraction:pattern_job",
            replace_surrogates(rule.pattern),
            ends,
            deadline_seconds=1.0 + PATTERN_SECONDS * len(ends),
        )
    except SandboxError as error:
        raise UsageError(
            f"The pattern {rule.pattern!r} could not be applied: make it simpler. ({error})"
        ) from error
    return tuple(found)


def pattern_job(pattern: str, texts: list[str]) -> list[str | None]:
    """Apply a pattern to the ends of texts; runs in a sandbox process.

    Raises:
        UsageError: the pattern is not valid.
    """
    try:
        compiled = regex.compile(pattern, regex.MULTILINE)
    except regex.error as error:
        raise UsageError(f"The pattern {pattern!r} is not valid: {error}.") from None
    return [_last_match(compiled, text) for text in texts]


def _last_match(pattern: regex.Pattern[str], text: str) -> str | None:
    last: regex.Match[str] | None = None
    try:
        for match in pattern.finditer(text, timeout=PATTERN_SECONDS):
            last = match
    except TimeoutError:
        return None
    if last is None:
        return None
    groups = (group for group in last.groups() if group is not None)
    return next(groups, last.group()).strip() or None


def _whole(text: str) -> str | None:
    return text.strip() or None


def _last_line(text: str) -> str | None:
    for line in reversed(text.strip().split("\n")):
        if line.strip():
            return line.strip()
    return None


def _first_answer(text: str) -> str | None:
    """The first answer line, whole."""
    found = find_answer(text)
    return found.value if found is not None else None


def _answer_line(text: str) -> str | None:
    """What follows the last "Answer:" on its line, or else the next line that is not blank."""
    label = _last(_LABEL, text)
    if label is None:
        return None
    for line in text[label.end() :].split("\n"):
        answer = line.strip(_MARKS + "\r")
        if answer:
            return answer
    return None


def _last_number(text: str) -> str | None:
    """The last number with its sign, also where a currency stands between them."""
    number = _last(_NUMBER, text)
    if number is None:
        return None
    return ("-" if number["sign"] or number["inner"] else "") + number["number"].replace(",", "")


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    last = None
    for match in pattern.finditer(text):
        last = match
    return last
