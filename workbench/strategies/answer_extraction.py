"""Asks for an answer, extracts it, and emits the result as an event."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from workbench.domain.answers.lines import find_answer
from workbench.domain.runs.effects import Completion, Effect, Emit, Extract, Generate
from workbench.domain.runs.events import Event, Parsed, ParseFailed
from workbench.domain.runs.extraction import ExtractionRule
from workbench.domain.text import Message
from workbench.strategies.strategy import Extraction


def ask(
    params: Extraction,
    *,
    node: str,
    role: str,
    messages: tuple[Message, ...],
    max_tokens: int | None = None,
    steerable: bool = False,
) -> Generator[Sequence[Effect], Any, tuple[Completion, str | None]]:
    """One call whose text has the answer; the completion, and the answer by the rule.

    Nothing is read out of one that was superseded.
    """
    rule = params.rule_for(messages)
    ((completion,),) = yield (
        Generate(
            node=node,
            role=role,
            messages=messages,
            max_tokens=max_tokens,
            end_at_answer=params.ends_at_answer(messages),
            steerable=steerable,
        ),
    )
    if completion.finish_reason == "superseded":
        return completion, None
    ((answer,),) = yield (Extract((completion.text,), rule),)
    yield (Emit(read_out(node, rule, answer, completion.text, f"{node}/{role}")),)
    return completion, answer


def read_out(
    node: str, rule: ExtractionRule, value: str | None, raw: str, call: str, sample: int = 0
) -> Event:
    """Parsed, or ParseFailed where ``value`` is None."""
    described = rule.describe()
    if value is None:
        return ParseFailed(node=node, rule=described, raw=raw, call=call, sample=sample)
    return Parsed(
        node=node,
        rule=described,
        value=value,
        raw=raw,
        call=call,
        sample=sample,
        followed=text_after(rule, value, raw),
    )


def text_after(rule: ExtractionRule, value: str | None, raw: str) -> int:
    """Characters behind the answer that was read; 0 by a rule that does not take the first one."""
    found = find_answer(raw) if value is not None and rule.kind == "first_answer" else None
    return len(raw[found.end :].strip()) if found is not None else 0
