"""Sample sets of prompts: read, saved, renamed, deleted; they go where their prompt goes."""

from __future__ import annotations

import asyncio

from workbench.domain.errors import UsageError
from workbench.domain.prompts.datasets import HEAD_SET, SampleFile
from workbench.domain.runs.spec import Json
from workbench.service.core import Core
from workbench.service.prompts.prompt_files import PromptFiles
from workbench.service.prompts.prompts import Prompts


class Samples:
    """Named values of a prompt's inputs."""

    def __init__(self, core: Core, prompt_files: PromptFiles, prompts: Prompts) -> None:
        self._sample_sets = core.sample_sets
        self._prompt_files = prompt_files
        self._prompts = prompts
        self.changing = asyncio.Lock()
        """Held while the sets of any prompt are written."""

    async def read(self, path: str) -> SampleFile:
        """A prompt's sets without that of its front matter (LibraryError where unreadable)."""
        return await asyncio.to_thread(self._sample_sets.read, path)

    async def values(self, path: str, name: str) -> dict[str, Json]:
        """The values of a set by name; "sample" is also the one in the prompt's front matter.

        Raises:
            UsageError: there is no such set; names those there are.
            LibraryError: the prompt or its sets cannot be read.
        """
        sets = {each.name: each.values for each in (await self.read(path)).sets}
        if name not in sets and HEAD_SET not in sets:
            file = await self._prompt_files.read(path)
            sets = {HEAD_SET: (await self._prompts.analyse(file.text, file.path)).sample} | sets
        if name not in sets:
            known = ", ".join(sets)
            raise UsageError(f"{path} has no sample set “{name}”. There is: {known}.")
        return sets[name]

    async def save(
        self,
        path: str,
        name: str,
        values: dict[str, Json],
        expected_sha256: str,
        place: int = -1,
    ) -> SampleFile:
        """Write a set, new (at ``place`` among the own ones, -1 the end) or over the own one.

        Raises:
            FileChangedError: the file of sets has changed.
            LibraryError: the name or a value cannot be used, or it cannot be written.
        """
        async with self.changing:
            return await asyncio.to_thread(
                self._sample_sets.save, path, name, values, expected_sha256, place
            )

    async def rename(self, path: str, old: str, new: str, expected_sha256: str) -> SampleFile:
        """Give an own set another name (errors as :meth:`save`)."""
        async with self.changing:
            return await asyncio.to_thread(
                self._sample_sets.rename, path, old, new, expected_sha256
            )

    async def delete(self, path: str, name: str, expected_sha256: str) -> SampleFile:
        """Delete an own set (errors as :meth:`save`); saving it again brings it back."""
        async with self.changing:
            return await asyncio.to_thread(self._sample_sets.delete, path, name, expected_sha256)
