"""Versions of prompts: listed, compared, named. They are kept by saving, running and creating."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import msgspec

from workbench.domain.errors import UsageError, WorkbenchError
from workbench.domain.prompts.versions import DiffLine, MessageDiff, PromptVersion, VersionText
from workbench.domain.runs.spec import Json
from workbench.domain.sources.passages import Find
from workbench.domain.text import Message
from workbench.evaluation.lines import count_changes, line_diff
from workbench.history import versions
from workbench.prompts.render import render
from workbench.service.core import Core

_MOST_NAME = 120
_MOST_NOTE = 10_000


class Versions:
    """The earlier texts of prompts.

    A version is a text: saved, run, or found in the file. None is ever changed or removed, only
    named. Nothing here writes a prompt file or touches git.
    """

    def __init__(self, core: Core, find: Find | None = None) -> None:
        self._find = find
        self._prompt_library = core.prompt_library
        self._pool = core.pool
        self._store = core.store
        self._line_counts: dict[tuple[str, str], tuple[int, int]] = {}

    async def all(self, path: str) -> tuple[PromptVersion, ...]:
        """The versions of a prompt file, newest first, with the lines that each added and removed.

        Empty for a file that was neither saved nor run here.
        """
        found = await self._store.read(versions.load, path)
        steps = {later.sha256: earlier.sha256 for later, earlier in pairwise(found)}
        if not self._line_counts.keys() >= set(steps.items()):
            texts = await self._store.read(versions.load_texts, path)
            self._line_counts.update(await asyncio.to_thread(_counts, texts))
        changes = {
            later: self._line_counts.get((later, earlier)) for later, earlier in steps.items()
        }
        return tuple(
            msgspec.structs.replace(version, added=counts[0], removed=counts[1])
            for version in found
            for counts in (changes.get(version.sha256) or (0, 0),)
        )

    async def read(self, path: str, number: int) -> str:
        """The text of a version; to restore it, put that into the editor or save it.

        Raises:
            UsageError: the prompt has no such version.
        """
        return await self._store.read(versions.load_text, path, number)

    async def number_of(self, path: str, text: str) -> int | None:
        """The number of the version with that text, None where it was not kept."""
        return await self._store.read(versions.number_of, path, text)

    async def name(self, path: str, number: int, name: str) -> None:
        """Give a version a name; "" takes it away.

        Raises:
            UsageError: there is no such version, or the name is too long.
        """
        name = " ".join(name.split())
        if len(name) > _MOST_NAME:
            raise UsageError(
                f"A name has at most {_MOST_NAME} characters, this one {len(name):,}: put the rest "
                "into the note."
            )
        await self._store.write(versions.describe, path, number, name=name)

    async def note(self, path: str, number: int, note: str) -> None:
        """Write what is to be remembered of a version; "" takes it away.

        Raises:
            UsageError: there is no such version, or the note is too long.
        """
        if len(note) > _MOST_NOTE:
            raise UsageError(
                f"A note has at most {_MOST_NOTE:,} characters, this one has {len(note):,}."
            )
        await self._store.write(versions.describe, path, number, note=note.strip())

    async def diff_texts(self, before: str, after: str) -> tuple[DiffLine, ...]:
        """What differs between two texts of a prompt, with the words marked in changed lines."""
        return await asyncio.to_thread(line_diff, before, after)

    async def diff_rendered(
        self, path: str, before: str, after: str, variables: dict[str, Json]
    ) -> tuple[MessageDiff, ...]:
        """What differs between what the model gets from two texts of a prompt, message by message.

        Args:
            path: the prompt file, whose ending says how its text is read.
            before: one text of the template.
            after: the other.
            variables: the values for both.

        Raises:
            UsageError: one of them cannot be rendered with these values; the sentence says which.
        """
        old = await self._rendered_version(path, before, variables, "The older text")
        new = await self._rendered_version(path, after, variables, "The newer text")
        return await asyncio.to_thread(_message_diffs, old, new)

    async def _rendered_version(
        self, path: str, text: str, variables: dict[str, Json], which: str
    ) -> tuple[Message, ...]:
        try:
            return await render(
                self._pool,
                text,
                path,
                variables,
                sources=self._prompt_library.sources(),
                find=self._find,
            )
        except WorkbenchError as error:
            raise UsageError(f"{which} cannot be rendered with these values: {error}") from error


def _counts(texts: tuple[VersionText, ...]) -> dict[tuple[str, str], tuple[int, int]]:
    """Lines added and removed by each version, by its digest and that of the one before it."""
    return {
        (later.sha256, earlier.sha256): count_changes(earlier.text, later.text)
        for earlier, later in pairwise(texts)
    }


def _message_diffs(old: tuple[Message, ...], new: tuple[Message, ...]) -> tuple[MessageDiff, ...]:
    """Messages of one role in one place are compared; others are gone or new as a whole."""
    found: list[MessageDiff] = []
    for index in range(max(len(old), len(new))):
        before = old[index] if index < len(old) else None
        after = new[index] if index < len(new) else None
        if before is not None and after is not None and before.role == after.role:
            found.append(MessageDiff(after.role, line_diff(before.text, after.text)))
            continue
        if before is not None:
            found.append(MessageDiff(before.role, _whole("deleted", before.text)))
        if after is not None:
            found.append(MessageDiff(after.role, _whole("inserted", after.text)))
    return tuple(found)


def _whole(kind: str, text: str) -> tuple[DiffLine, ...]:
    lines = enumerate(text.split("\n"), start=1)
    if kind == "deleted":
        return tuple(DiffLine("deleted", line, old=number) for number, line in lines)
    return tuple(DiffLine("inserted", line, new=number) for number, line in lines)
