"""Renames inputs: in a prompt, its sample sets, and the prompts that share them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from workbench.domain.errors import FileChangedError, WorkbenchError
from workbench.domain.prompts.prompt import RenamedInput
from workbench.prompts.jinja import renaming
from workbench.service.core import Core
from workbench.service.prompts.prompt_files import PromptFiles
from workbench.service.prompts.prompts import Prompts
from workbench.service.prompts.samples import Samples


class Renaming:
    """Renames inputs wherever they are used."""

    def __init__(
        self, core: Core, prompt_files: PromptFiles, prompts: Prompts, samples: Samples
    ) -> None:
        self._prompt_library = core.prompt_library
        self._sample_sets = core.sample_sets
        self._prompt_files = prompt_files
        self._prompts = prompts
        self._samples_part = samples

    async def rename_input(self, path: str, text: str, old: str, new: str) -> RenamedInput:
        """Give a variable of a prompt another name, everywhere.

        The prompt's own file is not written: its new text is in the result. Where the variable is
        an input, its sample sets are, and the prompts that share it because one includes the other.

        Args:
            path: the prompt file.
            text: its text, as it is in the editor.
            old: a variable of it.
            new: its other name.

        Raises:
            UsageError: ``new`` is no name, or there is something of that name already.
            ReadOnlyError: a prompt that shares the input must stay as it is.
            FrontMatterError, TemplateSyntaxError, LibraryError: a prompt cannot be read or written;
                then nothing was changed.
        """
        name = renaming.new_name(new)
        made = await asyncio.to_thread(renaming.rename_input, text, path, old, name)
        renamed = RenamedInput(text=made, old=old, new=name)
        if old not in {field.name for field in (await self._prompts.analyse(text, path)).inputs}:
            return renamed  # a variable of the template's own
        return await self.rename_elsewhere(path, renamed, old, name)

    async def rename_elsewhere(
        self, path: str, renamed: RenamedInput, old: str, new: str
    ) -> RenamedInput:
        """Rename in sample sets and other prompts alone, as when a rename is undone in an editor.

        Args:
            path: the prompt whose text is changed by the caller.
            renamed: what is changed in it.
            old: the name that the others have.
            new: the name that they shall have.

        Raises:
            WorkbenchError: as :meth:`rename_input`.
        """
        files = await asyncio.to_thread(self._prompt_library.shared_files)
        shared = await asyncio.to_thread(renaming.shared_with, path, renamed.text, old, files)
        for file in shared:
            await asyncio.to_thread(self._prompt_library.roots.refuse_locked, Path(file.path))
        texts = [
            (file, await asyncio.to_thread(renaming.rename_input, file.text, file.path, old, new))
            for file in shared
        ]
        written: list[tuple[str, str]] = []
        sets: list[str] = []
        try:
            for file, changed in texts:
                before = await self._prompt_files.read(file.path)
                if before.text != file.text:
                    raise FileChangedError(file.path, "it was changed this moment: try again.")
                await self._prompt_files.save(file.path, changed, before.sha256)
                written.append((file.path, before.text))
            for prompt in (path, *(file.path for file in shared)):
                async with self._samples_part.changing:
                    sets += await asyncio.to_thread(
                        self._sample_sets.rename_input, prompt, old, new
                    )
        except WorkbenchError:
            for prompt, text in written:
                now = await self._prompt_files.read(prompt)
                await self._prompt_files.save(prompt, text, now.sha256)
            raise
        return RenamedInput(
            text=renamed.text,
            shared=True,
            old=renamed.old,
            new=renamed.new,
            sets=tuple(sets),
            prompts=tuple(file.path for file in shared),
        )
