"""Which prompts of the library fit what is typed after "/"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import NamedTuple

from workbench.domain.prompts.library import PromptRecord
from workbench.domain.runs.spec import Json

_ASKED_BY_PROGRAM = ("strategies", "judges")


class Choice(NamedTuple):
    """A prompt that can be put into a message."""

    name: str
    """Its folder and file without the ending: "support/reply"."""
    record: PromptRecord
    values: Mapping[str, Json] | None = None
    """What its inputs had when it was last put in, of the entry that does that again."""


AGAIN = "again"
"""The last prompt with the same values."""


def typed_command(text: str) -> str | None:
    """What is typed after "/" at the beginning of a message, None where that is none."""
    if not text.startswith("/") or "\n" in text or text.startswith("//"):
        return None
    return text[1:]


def with_last(choices: Sequence[Choice], last: Choice | None, words: str) -> list[Choice]:
    """The choices, after the prompt that was put in last where "again" begins with the words."""
    if last is None or not AGAIN.startswith(words.casefold().strip()):
        return list(choices)
    return [last._replace(name=f"{AGAIN}: {last.name}"), *choices]


def fitting(records: Iterable[PromptRecord], words: str) -> list[Choice]:
    """Prompts with all words, those whose file begins with them first."""
    wanted = words.casefold().split()
    ranked = []
    for record in records:
        top = record.folder.split("/")[0]
        if record.problem or (record.shipped and top in _ASKED_BY_PROGRAM):
            continue
        stem = PurePath(record.name).stem
        name = f"{record.folder}/{stem}" if record.folder else stem
        text = f"{name}\n{record.title}\n{record.description}".casefold()
        if not all(word in text for word in wanted):
            continue
        first = wanted[0] if wanted else ""
        rank = (
            0 if stem.casefold().startswith(first) else 1 if first in name.casefold() else 2,
            record.shipped,
            name.casefold(),
        )
        ranked.append((rank, Choice(name, record)))
    return [choice for _, choice in sorted(ranked, key=lambda each: each[0])]
