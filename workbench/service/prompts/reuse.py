"""What the model must read again when a part of a prompt changes.

An evaluated prompt is kept as a tree of prefixes: the next prompt is read from the first token on
that differs. So the order of a template decides what a change costs, and it can be computed from
the rendered prompt alone: where each variable first enters, and how much comes after it.
"""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from workbench.domain.prompts.prompt import Preview, VariableReuse
from workbench.domain.runs.spec import Json
from workbench.domain.text import Span
from workbench.service.prompts.token_map import anchored

_WORTH_TOKENS, _WORTH_SECONDS = 200, 0.5
_LARGE_PART = 0.2
"""A part of the text behind a variable below which it is no landmark."""


class _Part(NamedTuple):
    """A stretch of the prompt with one origin, and its tokens."""

    span: Span
    tokens: int
    start: int
    """Tokens of the prompt before it."""


def variable_reuse(preview: Preview, tokens_per_second: float) -> tuple[VariableReuse, ...]:
    """What a change of each variable re-reads, the most expensive first.

    Args:
        preview: with its tokens counted.
        tokens_per_second: how fast the model reads here, 0 where it was never measured.
    """
    parts = list(_parts(preview))
    total = len(preview.token_texts)
    first: dict[str, int] = {}
    for index, part in enumerate(parts):
        if part.span.variable:
            first.setdefault(part.span.variable, index)
    found = [
        _of_variable(name, parts[index:], total, tokens_per_second) for name, index in first.items()
    ]
    return tuple(sorted(found, key=lambda each: -each.reread_tokens))


def _parts(preview: Preview) -> Iterable[_Part]:
    anchors = anchored(preview.token_texts, preview.token_starts)
    rows = zip(preview.messages, preview.span_tokens, preview.message_offsets, strict=True)
    for message, counts, offset in rows:
        if offset < 0:
            continue
        token = bisect.bisect_left(anchors, offset)
        for span, count in zip(message.spans, counts, strict=True):
            yield _Part(span, count, token)
            token += count


def _of_variable(name: str, behind: list[_Part], total: int, speed: float) -> VariableReuse:
    """``behind`` begins with the variable's first part."""
    start, line = behind[0].start, behind[0].span.line
    landmark = _landmark(name, behind)
    saved = 0
    if landmark:
        end = landmark[-1].start + landmark[-1].tokens
        own = sum(p.tokens for p in behind if p.span.variable == name and p.start < end)
        saved = max(0, end - start - own)
    seconds = saved / speed if speed else None
    if saved <= _WORTH_TOKENS or (seconds is not None and seconds <= _WORTH_SECONDS):
        saved, seconds, landmark = 0, None, []
    return VariableReuse(
        variable=name,
        line=line,
        column=behind[0].span.at.column,
        length=behind[0].span.at.length,
        reread_tokens=total - start,
        reread_seconds=(total - start) / speed if speed else None,
        saved_tokens=saved,
        saved_seconds=seconds,
        below=_called(landmark) if landmark else "",
    )


def _landmark(name: str, behind: list[_Part]) -> list[_Part]:
    """The last large stretch behind a variable that does not depend on it."""
    stretches: dict[tuple[int, str], list[_Part]] = {}
    for part in behind:
        if part.span.variable == name:
            continue
        stretches.setdefault(_key(part), []).append(part)
    for key in [key for key in stretches if key[1]]:  # a loop over the variable depends on it
        variables = {part.span.variable for part in behind if _key(part) == key}
        if name in variables:
            del stretches[key]
    sizes = {key: sum(part.tokens for part in parts) for key, parts in stretches.items()}
    needed = _LARGE_PART * sum(sizes.values())
    for key in reversed(list(stretches)):
        if sizes[key] >= max(needed, 1):
            return stretches[key]
    return []


def _key(part: _Part) -> tuple[int, str]:
    at = part.span.at
    return (at.loop, at.blocks[0]) if at.blocks else (part.span.line, "")


def _called(parts: list[_Part]) -> str:
    """Words for a stretch: "the examples", "line 12"."""
    variables: Counter[str] = Counter()
    for part in parts:
        if part.span.variable:
            variables[part.span.variable] += part.tokens
    if variables:
        name, tokens = variables.most_common(1)[0]
        if parts[0].span.at.loop or 2 * tokens > sum(part.tokens for part in parts):
            return f"the {name}" if parts[0].span.at.loop else name
    line = max(part.span.line for part in parts)
    return f"line {line}"


class LastPrompts:
    """The tokens that the last run of each prompt file began with, as far as they were previewed.

    A run is noted when it starts; its tokens are those of the preview of the same text and values,
    which may have been made before or may come yet.
    """

    def __init__(self) -> None:
        self._shown: dict[str, tuple[_Version, _Tokens]] = {}
        self._started: dict[str, _Version] = {}
        self._ran: dict[str, _Tokens] = {}

    def note_run(self, path: str, source: str, variables: Mapping[str, Json]) -> None:
        """A run of this text with these values starts."""
        version = (source, dict(variables))
        self._started[path] = version
        shown = self._shown.get(path)
        if shown is not None and shown[0] == version:
            self._ran[path] = shown[1]

    def same_tokens(
        self, path: str, source: str, variables: Mapping[str, Json], tokens: _Tokens
    ) -> int | None:
        """How many first tokens are those of the last run; None where there was none.

        Args:
            path: the prompt file.
            source: its text.
            variables: its values.
            tokens: the model, and the ids of the prompt.
        """
        version = (source, dict(variables))
        last = self._ran.get(path)
        self._shown[path] = (version, tokens)
        if self._started.get(path) == version:
            self._ran[path] = tokens
        if last is None or last[0] != tokens[0]:
            return None
        count = 0
        for before, now in zip(last[1], tokens[1], strict=False):
            if before != now:
                break
            count += 1
        return count


_Version = tuple[str, dict[str, Json]]
_Tokens = tuple[str, tuple[int, ...]]
