"""User actions on files of the library: create, rename, move, tag, trash."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.ui.library import changes as work
from workbench.ui.library.changes import Outcome, Work
from workbench.ui.tasks import background, errors_to, latest

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge
    from workbench.ui.design.view_model import DesignModel

STOCK_SENTENCE = "You are a helpful assistant."
"""What a new prompt says until one says something better."""
_NEW_PROMPT = f"""---
name: New prompt
description:
inputs:
  question:
    type: string
    multiline: true
---
system:
{STOCK_SENTENCE}
user:
{{{{ question }}}}
"""


class LibraryActions(QObject):
    """Changes prompt files and folders; open prompts follow them.

    Signals:
        creating(): a file is being made.
        created(str): the path of a file that was made and is being opened.
        failed(str): a sentence. done(str): what was changed and can be undone.
        undone(): that has been taken back.
        named(str): the path of something new that waits for its name.
        moved(list): files and folders that have other paths, before the list is read again.
        found(str, LibraryResult): what a search found.
    """

    creating = Signal()
    created = Signal(str)
    failed = Signal(str)
    done = Signal(str)
    undone = Signal()
    named = Signal(str)
    moved = Signal(list)
    found = Signal(str, object)

    def __init__(self, bridge: Bridge, model: DesignModel) -> None:
        super().__init__()
        self._bridge = bridge
        self._model = model
        self._undo: list[Work] = []

    # --- prompts --------------------------------------------------------------------------------

    @background
    async def create(
        self, name: str = "New prompt", text: str = _NEW_PROMPT, folder: str = ""
    ) -> None:
        """A new prompt in a folder; in the user's own where ``folder`` is "".

        What is typed from now on belongs to it.
        """
        self.creating.emit()
        self._model.awaited.replace()
        try:
            outcome = await self._bridge.ask(lambda core: work.create(core, name, text, folder))
        except WorkbenchError as error:
            self._model.awaited.replaced(is_shown=False)
            self.failed.emit(str(error))
        else:
            self._show(outcome)
            self._model.awaited.replaced(is_shown=True)

    def duplicate(self, paths: Sequence[str]) -> None:
        """A copy of each prompt."""
        self._do(lambda core: work.duplicate(core, paths))

    def rename(self, path: str, name: str) -> None:
        """Another name for a prompt or a folder, where it is."""
        folder = path in self._folders()
        self._do(lambda core: work.rename(core, path, name, folder=folder))

    def trash(self, paths: Sequence[str]) -> None:
        """Put prompts and folders aside."""
        folders = self._folders()
        if paths:
            self._do(lambda core: work.trash(core, paths, folders))

    def move(self, paths: Sequence[str], folder: str) -> None:
        """Put prompts and folders into another folder; what ships with the program is copied."""
        folders = self._folders()
        self._do(lambda core: work.move(core, paths, folder, folders))

    def import_file(self, paths: Sequence[str], folder: str) -> None:
        """Copy files from outside into a folder."""
        self._do(lambda core: work.import_file(core, paths, folder))

    def tag(
        self, paths: Sequence[str], add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> None:
        """Add tags to the front matter of prompts, or remove them."""
        for path in paths:
            document = self._model.documents.get(path)
            if document is not None and document.dirty:
                self.failed.emit(f"{path} has unsaved text: save it first, then tag it.")
                return
        if paths:
            self._do(lambda core: work.tag(core, paths, add, remove))

    # --- folders, favourites, search ------------------------------------------------------------

    def create_folder(self, parent: str = "") -> None:
        """A new folder inside another, or in the user's own."""
        above = parent or next(
            (f.path for f in self._model.listing.folders if f.kind == "user"), ""
        )
        self._do(lambda core: work.create_folder(core, above))

    def add_folder(self, folder: str) -> None:
        """Show the prompts of a further folder."""

        async def add(core: Workbench) -> Outcome:
            await core.library.add_folder(folder)
            return Outcome()

        self._do(add)

    def remove_folder(self, folder: str) -> None:
        """Show a folder that was added no more; its files stay."""

        async def remove(core: Workbench) -> Outcome:
            await core.library.remove_folder(folder)

            async def undo(core: Workbench) -> Outcome:
                await core.library.add_folder(folder)
                return Outcome()

            return Outcome(f"The library does not show {folder} any more.", undo=undo)

        self._do(remove)

    def favourite(self, paths: Iterable[str]) -> None:
        """Make prompts favourites, or, where all of them are, favourites no more."""
        wanted = list(paths)
        take = set(wanted) <= self._model.listing.favourites

        async def mark(core: Workbench) -> Outcome:
            await core.library.set_favourites(wanted, not take)
            return Outcome()

        if wanted:
            self._do(mark)

    @Slot()
    def prepare_search(self) -> None:
        """Have the core read what searches look at."""
        self._bridge.call(lambda core: core.library.prepare_search(), owner=self)

    @latest
    async def search(self, text: str) -> None:
        """Look for prompts."""
        with errors_to(self.failed.emit):
            self.found.emit(text, await self._bridge.ask(lambda core: core.library.search(text)))

    @Slot()
    def undo(self) -> None:
        """Take the last change back."""
        if self._undo:
            self._do(self._undo.pop(), takes_back=True)

    # --- results ------------------------------------------------------------------------

    @background
    async def _do(self, change: Work, *, takes_back: bool = False) -> None:
        with errors_to(self.failed.emit):
            outcome = await self._bridge.ask(change)
            if takes_back:
                self.undone.emit()
            self._show(outcome)

    def _show(self, outcome: Outcome) -> None:
        for moved in outcome.moved:
            self._model.follow(moved)
        if outcome.moved:
            self.moved.emit(outcome.moved)
        for path in outcome.gone:
            for document in list(self._model.documents):
                if document == path or document.startswith(path + os.sep):
                    self._model.close(document)
        self._model.read_library()
        if outcome.undo is not None:
            self._undo.append(outcome.undo)
            self.done.emit(outcome.sentence)
        if outcome.problems:
            self.failed.emit(" ".join(dict.fromkeys(outcome.problems)))
        if outcome.named:
            self.named.emit(outcome.named)
        if outcome.opened:
            self.created.emit(outcome.opened)
            self._model.open(outcome.opened)

    def _folders(self) -> Collection[str]:
        """The absolute paths of all folders inside the library's."""
        return {
            os.path.join(root.path, *folder.split("/"))  # noqa: PTH118 - as the rows have them
            for root in self._model.listing.folders
            for folder in root.folders
        }
