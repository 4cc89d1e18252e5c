"""The forms of a conversation that a chat template may take.

A template may refuse system messages, want exactly one of them at the start, or want user and
assistant in turn. Only the rendered copy is changed, never the messages that are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from workbench.domain.chat_templates import FormChange

Turn = dict[str, Any]
"""A message as templates get it: role, content, and where there are any its thoughts or tools."""
OPENING = "[The conversation begins.]"
"""What the user says before a model that speaks first, where a template wants the user to begin."""


class Form(NamedTuple):
    """Messages as a template may take them, and what was changed."""

    turns: list[Turn]
    changes: tuple[FormChange, ...] = ()


def forms(turns: list[Turn]) -> Iterator[Form]:
    """The messages as they are, then changed more and more."""
    for form in _system_forms(turns):
        yield form
        fitted, changes = alternating(form.turns)
        if changes:
            yield Form(fitted, (*form.changes, *changes))


def _system_forms(turns: list[Turn]) -> Iterator[Form]:
    """The messages as they are, and with the system ones where a template may take them."""
    yield Form(turns)
    systems = [index for index, turn in enumerate(turns) if turn["role"] == "system"]
    if systems and systems != [0]:
        yield Form(_folded(turns, at_start=True), ("system_joined",))
    if systems:
        yield Form(_folded(turns, at_start=False), ("system_in_user",))


def _folded(turns: list[Turn], *, at_start: bool) -> list[Turn]:
    """The system messages, in their order, at the start of the user messages behind them.

    With ``at_start`` those before all others become one system message. Where no user message
    follows, they are one themselves.
    """
    found: list[Turn] = []
    waiting: list[str] = []
    for turn in turns:
        if turn["role"] == "system":
            waiting.append(turn["content"])
            continue
        if waiting and at_start and not found:
            found.append({"role": "system", "content": _joined(waiting)})
            waiting.clear()
        if waiting and turn["role"] == "user":
            found.append(turn | {"content": _joined([*waiting, turn["content"]])})
            waiting.clear()
        else:
            found.append(turn)
    if waiting:
        role = "system" if at_start and not found else "user"
        found.append({"role": role, "content": _joined(waiting)})
    return found


def alternating(turns: Sequence[Turn]) -> tuple[list[Turn], tuple[FormChange, ...]]:
    """User and assistant in turn, the user first; what was changed for that."""
    found: list[Turn] = []
    changes: list[FormChange] = []
    for turn in turns:
        before = found[-1] if found else None
        if before is not None and before["role"] == turn["role"] and _is_plain(before, turn):
            found[-1] = before | turn | {"content": _joined([before["content"], turn["content"]])}
            changes.append("merged")
        else:
            found.append(turn)
    first = next((at for at, turn in enumerate(found) if turn["role"] != "system"), None)
    if first is not None and found[first]["role"] == "assistant":
        found.insert(first, {"role": "user", "content": OPENING})
        changes.append("greeting")
    return found, tuple(dict.fromkeys(changes))


def _is_plain(*turns: Turn) -> bool:
    return all(turn["role"] != "tool" and "tool_calls" not in turn for turn in turns)


def _joined(texts: Sequence[str]) -> str:
    return "\n\n".join(text for text in texts if text)
