"""Sample sets of prompts: read, saved, renamed, deleted; they go where their prompt goes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from workbench.domain.datasets import HEAD_SET, SampleFile
from workbench.domain.errors import UsageError
from workbench.domain.library import Moved
from workbench.domain.prompts import PromptFile
from workbench.domain.spec import Json
from workbench.service.runs import RunService
from workbench.templates.samples import SampleSets


class SampleService(RunService):
    """The part of the service that knows named values of a prompt's inputs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._samples = SampleSets(shipped=self.paths.shipped_prompts, mirror=self.paths.samples)
        self._changing_samples = asyncio.Lock()

    async def sample_sets(self, path: str) -> SampleFile:
        """The sets of a prompt beside the one in its head (LibraryError where unreadable)."""
        return await self._in_thread(self._samples.read, path)

    async def sample_values(self, path: str, name: str) -> dict[str, Json]:
        """The values of a set by name; "sample" is also the one in the prompt's head.

        Raises:
            UsageError: there is no such set; names those there are.
            LibraryError: the prompt or its sets cannot be read.
        """
        sets = {each.name: each.values for each in (await self.sample_sets(path)).sets}
        if name not in sets and HEAD_SET not in sets:
            file = await self.read_prompt(path)
            sets = {HEAD_SET: (await self.analyse(file.text, file.path)).sample} | sets
        if name not in sets:
            known = ", ".join(sets)
            raise UsageError(f"{path} has no sample set “{name}”. There is: {known}.")
        return sets[name]

    async def save_sample_set(
        self,
        path: str,
        name: str,
        values: dict[str, Json],
        expected_sha256: str,
        place: int = -1,
    ) -> SampleFile:
        """Write a set, new (at ``place`` among the own ones, -1 the end) or over the own one.

        Raises:
            FileChangedError: the file of sets is another one by now.
            LibraryError: the name or a value cannot be used, or it cannot be written.
        """
        async with self._changing_samples:
            return await self._in_thread(
                self._samples.save, path, name, values, expected_sha256, place
            )

    async def rename_sample_set(
        self, path: str, old: str, new: str, expected_sha256: str
    ) -> SampleFile:
        """Give an own set another name (errors as :meth:`save_sample_set`)."""
        async with self._changing_samples:
            return await self._in_thread(self._samples.rename, path, old, new, expected_sha256)

    async def delete_sample_set(self, path: str, name: str, expected_sha256: str) -> SampleFile:
        """Delete an own set (errors as :meth:`save_sample_set`); saving it again brings it back."""
        async with self._changing_samples:
            return await self._in_thread(self._samples.delete, path, name, expected_sha256)

    async def duplicate_prompt(self, path: str) -> PromptFile:
        """A copy in the user's folder with its sample sets, named after the original."""
        made = await super().duplicate_prompt(path)
        await self._in_thread(self._samples.follow, path, made.path, copy=True)
        return made

    async def _follow(self, moved: Moved) -> Moved:
        """Sample sets go where their prompt goes; with a folder they go by themselves."""
        await super()._follow(moved)
        if moved.old != moved.new:
            await self._in_thread(self._take_along, moved)
        return moved

    def _take_along(self, moved: Moved) -> None:
        if Path(moved.new).is_file():
            self._samples.follow(moved.old, moved.new, copy=moved.copied)
