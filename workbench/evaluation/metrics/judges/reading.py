"""What all judges have: parameters, labels, and what a result keeps for the window.

Source: expected scores from label probabilities as in G-Eval (Liu et al. 2023), read exactly at
the forced position of the label, so that no sampling and no search for digits is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from workbench.domain.evaluation.judging import LabelReading
from workbench.domain.evaluation.scores import FormatFailure
from workbench.domain.parameters import ADVANCED, about
from workbench.evaluation.metrics.models import ModelParams

YES, NO = "yes", "no"
FIRST, SECOND = "A", "B"


class JudgeParams(ModelParams, frozen=True, kw_only=True):
    """Parameters that all judges have."""

    prompt: Annotated[
        str,
        about(
            title="Prompt",
            description="Which prompt of the library's folder judges is asked; edit it there.",
        ),
    ] = ""
    criterion: Annotated[
        str, about(title="Criterion", description="What is judged, in a sentence or two.")
    ] = ""
    source: Annotated[
        str,
        about(
            title="Source column",
            group=ADVANCED,
            description="The column with the text that an answer must agree with; empty looks for "
            "one called source, context, document, passage, article or text.",
        ),
    ] = ""
    reason_tokens: Annotated[
        int,
        about(
            title="Reason first",
            unit="tokens",
            group=ADVANCED,
            lowest="Off",
            ge=0,
            le=400,
            description="How much the judge writes before its label; slower, and rarely better "
            "with small models.",
        ),
    ] = 0


def written(label: str) -> tuple[str, ...]:
    """The ways in which a label can be written: with a space before, and words with a capital."""
    forms = (label, label.capitalize()) if label.islower() else (label,)
    return tuple(f"{space}{form}" for form in forms for space in ("", " "))


def texts_to_score(labels: Sequence[str]) -> tuple[str, ...]:
    """All that is scored for labels, label by label."""
    return tuple(text for label in labels for text in written(label))


def reading_of(
    labels: Sequence[str], scored: Sequence[tuple[float, Sequence[int]]], reason: str = ""
) -> LabelReading:
    """What a judge read, from the scores of :func:`texts_to_score`.

    Args:
        labels: in their order.
        scored: log-probability and token ids of each text. The same tokens count once: some
            vocabularies write a label alone and after a space alike.
        reason: what the judge wrote before.
    """
    found: dict[str, list[float]] = {label: [] for label in labels}
    seen: set[tuple[int, ...]] = set()
    places = iter(scored)
    for label in labels:
        for _ in written(label):
            logprob, ids = next(places)
            key = tuple(ids)
            if not key or key not in seen:
                seen.add(key)
                found[label].append(logprob)
    return LabelReading.of(labels, found, reason)


def mass_words(reading: LabelReading) -> str:
    """For example "Labels hold 0.934 of the probability."."""
    return f"Labels hold {reading.mass:.3f} of the probability."


def detail_of(
    readings: Sequence[LabelReading], made_by: str, prompt: str, **more: Any
) -> dict[str, Any]:
    """What a result keeps: the labels with their probabilities, for the window to draw."""
    return {
        "judge": made_by,
        "prompt": prompt,
        "mass": min((each.mass for each in readings), default=0.0),
        "readings": [
            {
                "labels": list(each.labels),
                "probabilities": list(each.probabilities),
                "mass": each.mass,
                "reason": each.reason,
            }
            for each in readings
        ],
        **more,
    }


def unreadable(readings: Sequence[LabelReading], detail: Mapping[str, Any]) -> FormatFailure | None:
    """The failure of a judge that answers something else than its labels, None where it does."""
    for each in readings:
        if not each.is_readable:
            reason = f"The judge answers something else. {mass_words(each)}"
            return FormatFailure(reason=reason, detail=dict(detail))
    return None
