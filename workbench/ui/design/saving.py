"""What the core is asked for when a prompt is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.domain.errors import ReadOnlyError
from workbench.domain.prompts.prompt import Draft, OwnCopy, PromptFile

if TYPE_CHECKING:
    from workbench.service import Workbench


async def write(core: Workbench, draft: Draft, *, overwrite: bool) -> PromptFile | OwnCopy:
    """Write a prompt to its file; to a copy of the user's own where that must stay as it is.

    Args:
        core: the program.
        draft: the prompt as it was when this was asked for.
        overwrite: although the file has changed since it was read.
    """
    digest = draft.base_sha256
    if overwrite:
        digest = (await core.prompt_files.read(draft.path)).sha256
    try:
        return await core.prompt_files.save(draft.path, draft.text, digest)
    except ReadOnlyError:
        return await core.prompt_files.save_own_copy(draft)


async def take_back(core: Workbench, made: OwnCopy) -> PromptFile:
    """Delete a copy again; the file that it was made from is returned."""
    await core.prompt_files.undo_own_copy(made)
    return await core.prompt_files.read(made.original.path)
