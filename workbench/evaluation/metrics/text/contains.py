"""Contains: the output has the expected texts in it."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal

import msgspec

from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import MetricResult, Undefined
from workbench.domain.parameters import about
from workbench.evaluation.metrics.metric import Metric, register, shown, verdict


class ContainsParams(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of contains."""

    match: Annotated[
        Literal["any", "all"],
        about(
            title="Of several",
            choices={"any": "One is enough", "all": "All are needed"},
            description="How many of several expected texts must be there.",
        ),
    ] = "any"
    ignore_case: Annotated[
        bool, about(title="Ignore case", description="Take capital and small letters as equal.")
    ] = False
    whole_word: Annotated[
        bool,
        about(
            title="Whole words only",
            description="Do not find a text inside of a word: “no” is not in “not”.",
        ),
    ] = False


def folded(text: str, *, ignore_case: bool) -> str:
    """A text for searching: accents in one encoding, and case folded where that is asked for."""
    text = unicodedata.normalize("NFC", text)
    return unicodedata.normalize("NFC", text.casefold()) if ignore_case else text


def is_in(needle: str, text: str, *, whole_word: bool) -> bool:
    """Whether a text is in another, as whole words where that is asked for."""
    at = text.find(needle)
    while at >= 0:
        if not whole_word or (_is_edge(text, at) and _is_edge(text, at + len(needle))):
            return True
        at = text.find(needle, at + 1)
    return False


def _is_edge(text: str, at: int) -> bool:
    """Whether no word goes on across a place in a text."""
    around = text[max(0, at - 1) : at + 1]
    return not (0 < at < len(text) and all(each.isalnum() or each == "_" for each in around))


def score(given: MetricInput, params: ContainsParams) -> MetricResult:
    """1 where the expected texts are in the output, else 0."""
    if not all(given.references):
        return Undefined(reason="An empty text is in every output: expect something.")
    text = folded(given.output, ignore_case=params.ignore_case)
    there: list[str] = []
    missing: list[str] = []
    for each in given.references:
        needle = folded(each, ignore_case=params.ignore_case)
        (there if is_in(needle, text, whole_word=params.whole_word) else missing).append(each)
    passed = bool(there) if params.match == "any" else not missing
    facts = [f"It contains {_listed(there)}."] if there else []
    facts += [f"It does not contain {_listed(missing)}."] if missing else []
    return verdict(passed, " ".join(facts), found=there, missing=missing)


def _listed(texts: list[str]) -> str:
    return ", ".join(shown(each, 40) for each in texts[:5]) + (", …" if len(texts) > 5 else "")


register(
    Metric(
        id="contains",
        title="Contains",
        description="Whether expected texts are in the output.",
        params=ContainsParams,
        score=score,
        needs=("expected",),
    )
)
