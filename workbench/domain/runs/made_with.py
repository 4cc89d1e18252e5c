"""Whether a result belongs to what is shown now: what it was made with against what would run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from workbench.domain.runs.spec import ChatPrompt, Json, RunSpec, TemplatePrompt

Aspect = Literal[
    "prompt", "inputs", "model", "strategy", "parameters", "sampling", "seed", "budget", "mode"
]
"""What a run was made with, in the order in which it is named."""

QUESTION: frozenset[Aspect] = frozenset({"prompt", "inputs"})
"""The aspects that make another question; the others are settings."""

ANOTHER_QUESTION = "Answers to another question"

_WORDS: dict[Aspect, str] = {
    "prompt": "prompt",
    "inputs": "inputs",
    "model": "model",
    "strategy": "strategy",
    "parameters": "parameters",
    "sampling": "sampling",
    "seed": "seed",
    "budget": "budget",
    "mode": "reproducibility",
}

_QUESTION_WORDS: dict[Aspect, str] = {"prompt": "an older text", "inputs": "other inputs"}


def changed_aspects(
    made: RunSpec, shown: RunSpec, defaults: Mapping[str, Json] | None = None
) -> tuple[Aspect, ...]:
    """What differs between a run that was made and the run that would be made now.

    A prompt is its text: a file that was moved asks the same. A model or a seed that is left open
    in one of the two ("" and 0) differs from nothing, so a caller that knows the default model
    fills it in. The group of a comparison decides nothing.

    Args:
        made: what the result was made with.
        shown: what would run now.
        defaults: of the strategy's parameters, which a spec need not repeat.

    Returns:
        The aspects that differ; empty where the result belongs to what is shown.
    """
    filled = dict(defaults or {})
    pairs: dict[Aspect, tuple[object, object]] = {
        "prompt": (_text(made), _text(shown)),
        "inputs": (_variables(made), _variables(shown)),
        "model": (made.model, shown.model) if made.model and shown.model else ("", ""),
        "strategy": (made.strategy, shown.strategy),
        "parameters": (filled | made.params, filled | shown.params),
        "sampling": (made.sampling, shown.sampling),
        "seed": (made.seed, shown.seed) if made.seed and shown.seed else (0, 0),
        "budget": (made.budget, shown.budget),
        "mode": (made.mode, shown.mode),
    }
    if made.strategy != shown.strategy:  # parameters of two strategies say nothing of each other
        del pairs["parameters"]
    return tuple(aspect for aspect, (one, other) in pairs.items() if not _same(one, other))


def describe_aspects(aspects: tuple[Aspect, ...]) -> str:
    """One sentence of what differs: another question, or the same with other settings; "" for none.

    Args:
        aspects: what :func:`changed_aspects` gave.
    """
    if not aspects:
        return ""
    if QUESTION.intersection(aspects):
        return ANOTHER_QUESTION
    return f"Answers with other settings: {_listed([_WORDS[aspect] for aspect in aspects])}"


def describe_question(aspects: tuple[Aspect, ...]) -> str:
    """The same of one answer, and which part of the question differs.

    For example "Answer to an older text and other inputs", "Answer with another strategy".
    """
    question = [_QUESTION_WORDS[each] for each in aspects if each in _QUESTION_WORDS]
    if question:
        return f"Answer to {_listed(question)}"
    if aspects == ("strategy",):
        return "Answer with another strategy"
    words = [_WORDS[aspect] for aspect in aspects]
    return f"Answer with other settings: {_listed(words)}" if words else ""


def _listed(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


def _text(spec: RunSpec) -> object:
    match spec.prompt:
        case TemplatePrompt(source=source):
            return source
        case ChatPrompt(messages=messages):
            return messages


def _variables(spec: RunSpec) -> object:
    return spec.prompt.variables if isinstance(spec.prompt, TemplatePrompt) else {}


def _same(one: object, other: object) -> bool:
    """Whether two values are written the same: 1, 1.0 and true are three values of an input.

    Sampling and budget have fields with types, where 2 and 2.0 seconds are the same.
    """
    if one is other:
        return True
    if isinstance(one, msgspec.Struct):
        return one == other
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return _written(one) == _written(other)


def _written(value: object) -> bytes:
    return msgspec.json.encode(value, order="sorted")
