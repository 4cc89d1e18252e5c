"""Changes of the library as the core does them: each says what came of it and how to undo it.

Everything here runs on the core's thread and touches no widget.
"""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

from workbench.domain.errors import LibraryError, WorkbenchError
from workbench.domain.library import Moved, Trashed

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
            file = await core.create_prompt(free, folder, text)
        except LibraryError as error:
            if "exists already" not in error.reason or number >= _MOST_NAMES:
                raise
        else:
            return Outcome(opened=file.path)
    raise AssertionError("the loop ends by itself")


async def create_folder(core: Workbench, parent: str) -> Outcome:
    """A new folder, which is then named by the person."""
    for number in itertools.count(1):
        name = "New folder" if number == 1 else f"New folder {number}"
        try:
            path = await core.create_folder(parent, name)
        except LibraryError as error:
            if "exists already" not in error.reason or number >= _MOST_NAMES:
                raise
        else:
            return Outcome(named=path)
    raise AssertionError("the loop ends by itself")


async def duplicate(core: Workbench, paths: Sequence[str]) -> Outcome:
    """A copy of each prompt."""
    outcome = Outcome()
    for path in paths:
        try:
            outcome.opened = (await core.duplicate_prompt(path)).path
        except WorkbenchError as error:
            outcome.problems.append(str(error))
    return outcome


async def rename(core: Workbench, path: str, name: str, *, folder: bool) -> Outcome:
    """Another name in the same place."""
    if folder:
        moved = await core.rename_folder(path, name)
    else:
        moved = Moved(old=path, new=(await core.rename_prompt(path, name)).path)
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
            into = core.move_folder if path in folders else core.move_prompt
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
                    where = await core.trash_prompt(moved.new)
                    outcome.moved.append(Moved(old=moved.new, new=where))
                    outcome.gone.append(where)
                else:
                    into = core.move_folder if moved.old in folders else core.move_prompt
                    outcome.moved.append(await into(moved.new, str(PurePath(moved.old).parent)))
            except WorkbenchError as error:
                outcome.problems.append(str(error))
        return outcome

    return undo


async def bring_in(core: Workbench, paths: Sequence[str], folder: str) -> Outcome:
    """Copy files from outside into a folder."""
    outcome = Outcome()
    for path in paths:
        try:
            outcome.moved.append(await core.import_prompt(path, folder))
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
                trashed.append(await core.trash_folder(path))
            else:
                trashed.append(Trashed(path=path, where=await core.trash_prompt(path)))
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
                new = await core.restore_trashed(each)
                outcome.moved.append(Moved(old=each.where, new=new))
            except WorkbenchError as error:
                outcome.problems.append(str(error))
        return outcome

    return undo


async def tag(
    core: Workbench, paths: Sequence[str], add: Sequence[str], remove: Sequence[str]
) -> Outcome:
    """Write tags into the heads of prompts, or take them out."""
    outcome = Outcome()
    done: list[str] = []
    for path in paths:
        try:
            await core.tag_prompt(path, add, remove)
            done.append(path)
        except WorkbenchError as error:
            outcome.problems.append(str(error))
    if done:

        async def undo(core: Workbench) -> Outcome:
            back = await tag(core, done, remove, add)
            return Outcome(problems=back.problems)

        words = f"tagged {', '.join(add)}" if add else f"no longer tagged {', '.join(remove)}"
        outcome.sentence = f"{_named(done, '')} {words}."
        outcome.undo = undo
    return outcome


def _named(paths: Sequence[str], verb: str = " was") -> str:
    """What a sentence is about: one name, or how many."""
    if len(paths) == 1:
        return f"{PurePath(paths[0]).name}{verb or ' is'}"
    return f"{len(paths):,} things{' were' if verb else ' are'}"
