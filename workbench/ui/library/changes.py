"""Changes of the library as the core does them: each says its result and how to undo it.

Everything here runs on the core's thread and touches no widget.
"""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

from workbench.domain.errors import NameTakenError, ReadOnlyError, WorkbenchError
from workbench.domain.prompts.library import Moved, Trashed
from workbench.domain.prompts.prompt import Draft, OwnCopy

if TYPE_CHECKING:
    from workbench.service import Workbench

Work = Callable[["Workbench"], Awaitable["Outcome"]]
_MOST_NAMES = 1_000


@dataclass
class Outcome:
    """What a change did.

    ``moved`` files and folders have other paths, those that are ``gone`` are in the trash now;
    ``opened`` is to be shown, ``named`` waits for a name. ``undo`` takes back what ``sentence``
    says.
    """

    sentence: str = ""
    moved: list[Moved] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    opened: str = ""
    named: str = ""
    problems: list[str] = field(default_factory=list)
    undo: Work | None = None


async def create(core: Workbench, name: str, text: str, folder: str) -> Outcome:
    """A new prompt, with a number where its name is taken."""
    for number in itertools.count(1):
        free = name if number == 1 else f"{name} {number}"
        try:
            file = await core.prompt_files.create(free, folder, text)
        except NameTakenError:
            if number >= _MOST_NAMES:
                raise
        else:
            return Outcome(opened=file.path)
    raise AssertionError("the loop ends by itself")


async def create_folder(core: Workbench, parent: str) -> Outcome:
    """A new folder, which is then named by the user."""
    for number in itertools.count(1):
        name = "New folder" if number == 1 else f"New folder {number}"
        try:
            path = await core.library.create_folder(parent, name)
        except NameTakenError:
            if number >= _MOST_NAMES:
                raise
        else:
            return Outcome(named=path)
    raise AssertionError("the loop ends by itself")


async def duplicate(core: Workbench, paths: Sequence[str]) -> Outcome:
    """A copy of each prompt."""
    outcome = Outcome()
    for path in paths:
        try:
            outcome.opened = (await core.prompt_files.duplicate(path)).path
        except WorkbenchError as error:
            outcome.problems.append(str(error))
    return outcome


async def rename(core: Workbench, path: str, name: str, *, folder: bool) -> Outcome:
    """Another name in the same place."""
    if folder:
        moved = await core.library.rename_folder(path, name)
    else:
        moved = Moved(old=path, new=(await core.prompt_files.rename(path, name)).path)
    if moved.old == moved.new:
        return Outcome()
    before, after = PurePath(moved.old).name, PurePath(moved.new).name

    async def undo(core: Workbench) -> Outcome:
        back = await rename(core, moved.new, before, folder=folder)
        return Outcome(moved=back.moved)

    return Outcome(f"{before} is called {after} now.", [moved], undo=undo)


async def move(
    core: Workbench, paths: Sequence[str], folder: str, folders: Collection[str]
) -> Outcome:
    """Put prompts and folders into a folder; ``folders`` says which are folders."""
    outcome = Outcome()
    for path in paths:
        if str(PurePath(path).parent) == folder:
            continue
        try:
            into = core.library.move_folder if path in folders else core.library.move
            outcome.moved.append(await into(path, folder))
        except WorkbenchError as error:
            outcome.problems.append(str(error))
    if outcome.moved:
        copied = all(moved.copied for moved in outcome.moved)
        what = _named([moved.old for moved in outcome.moved])
        verb = "copied" if copied else "moved"
        outcome.sentence = f"{what} {verb} to {PurePath(folder).name}."
        outcome.undo = _back(tuple(outcome.moved), folders)
    return outcome


def _back(moves: Sequence[Moved], folders: Collection[str]) -> Work:
    async def undo(core: Workbench) -> Outcome:
        outcome = Outcome()
        for moved in reversed(moves):
            try:
                if moved.copied:
                    where = await core.prompt_files.trash(moved.new)
                    outcome.moved.append(Moved(old=moved.new, new=where))
                    outcome.gone.append(where)
                else:
                    into = core.library.move_folder if moved.old in folders else core.library.move
                    outcome.moved.append(await into(moved.new, str(PurePath(moved.old).parent)))
            except WorkbenchError as error:
                outcome.problems.append(str(error))
        return outcome

    return undo


async def import_file(core: Workbench, paths: Sequence[str], folder: str) -> Outcome:
    """Copy files from outside into a folder."""
    outcome = Outcome()
    for path in paths:
        try:
            outcome.moved.append(await core.library.import_file(path, folder))
        except WorkbenchError as error:
            outcome.problems.append(str(error))
    if outcome.moved:
        what = _named([moved.old for moved in outcome.moved])
        outcome.sentence = f"{what} copied to {PurePath(folder).name}."
        outcome.opened = outcome.moved[-1].new
        outcome.undo = _back(tuple(outcome.moved), ())
    return outcome


async def trash(core: Workbench, paths: Sequence[str], folders: Collection[str]) -> Outcome:
    """Put prompts and folders aside."""
    outcome = Outcome()
    trashed: list[Trashed] = []
    for path in paths:
        if any(PurePath(path).is_relative_to(each.path) for each in trashed):
            continue  # it went with its folder
        try:
            if path in folders:
                trashed.append(await core.library.trash_folder(path))
            else:
                trashed.append(Trashed(path=path, where=await core.prompt_files.trash(path)))
        except WorkbenchError as error:
            outcome.problems.append(str(error))
    if trashed:
        outcome.moved = [Moved(old=each.path, new=each.where) for each in trashed]
        outcome.gone = [each.where for each in trashed]
        outcome.sentence = f"{_named([each.path for each in trashed])} moved to the trash."
        outcome.undo = _restored(tuple(trashed))
    return outcome


def _restored(trashed: Sequence[Trashed]) -> Work:
    async def undo(core: Workbench) -> Outcome:
        outcome = Outcome()
        for each in trashed:
            try:
                new = await core.library.restore(each)
                outcome.moved.append(Moved(old=each.where, new=new))
            except WorkbenchError as error:
                outcome.problems.append(str(error))
        return outcome

    return undo


async def tag(
    core: Workbench, paths: Sequence[str], add: Sequence[str], remove: Sequence[str]
) -> Outcome:
    """Add tags to the front matter of prompts, or remove them.

    A prompt that must stay as it is gets a copy of the user's own, which has the tags.
    """
    outcome = Outcome()
    done: list[str] = []
    copies: list[OwnCopy] = []
    for path in paths:
        try:
            try:
                await core.prompt_files.tag(path, add, remove)
                done.append(path)
            except ReadOnlyError:
                copies.append(await _own_copy(core, path))
                await core.prompt_files.tag(copies[-1].file.path, add, remove)
        except WorkbenchError as error:
            outcome.problems.append(str(error))
    if done or copies:

        async def undo(core: Workbench) -> Outcome:
            back = await tag(core, done, remove, add)
            for made in copies:
                await core.prompt_files.undo_own_copy(made)
            return Outcome(gone=[made.file.path for made in copies], problems=back.problems)

        words = f"tagged {', '.join(add)}" if add else f"no longer tagged {', '.join(remove)}"
        named = _named([*done, *(made.file.path for made in copies)], "")
        own = ", in your own copy" if copies else ""
        outcome.sentence = f"{named} {words}{own}."
        outcome.undo = undo
    return outcome


async def _own_copy(core: Workbench, path: str) -> OwnCopy:
    """The user's own copy of a prompt that must stay as it is."""
    file = await core.prompt_files.read(path)
    return await core.prompt_files.save_own_copy(
        Draft(path=path, text=file.text, base_sha256=file.sha256)
    )


def _named(paths: Sequence[str], verb: str = " was") -> str:
    """What a sentence is about: one name, or how many."""
    if len(paths) == 1:
        return f"{PurePath(paths[0]).name}{verb or ' is'}"
    return f"{len(paths):,} things{' were' if verb else ' are'}"
