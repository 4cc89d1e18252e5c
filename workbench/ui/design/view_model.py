"""View model of Design: open prompts, their analysis, values and preview."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot

from workbench.domain.errors import FileChangedError, WorkbenchError
from workbench.domain.prompts.library import LibraryListing, Moved, PromptRecord
from workbench.domain.prompts.prompt import OwnCopy, PromptFile
from workbench.domain.runs.spec import Json
from workbench.domain.views import StrategyInfo
from workbench.ui.design.awaited import Awaited
from workbench.ui.design.document import Document
from workbench.ui.design.drafts import Drafts
from workbench.ui.design.preview.rendering import Rendering
from workbench.ui.design.saving import take_back, write
from workbench.ui.kit.origin_colours import tones_of
from workbench.ui.tasks import background, errors_to, latest

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

_READ_AT_ONCE = 1_000
_MOVING_MS = 1_500


class DesignModel(QObject):
    """Open prompts and the current one.

    Signals:
        library_changed(), strategies_changed(): lists to choose from.
        opened(str): a prompt was opened and is current; closed(str).
        analysed(), previewed(): of the current prompt.
        filled(): its values were replaced by a sample set, a row or an earlier run.
        expected_changed(): its right answer changed.
        dirty_changed(): some prompt has, or has no more, unsaved text.
        moved(str, str): an open prompt has another path, with all that belongs to it.
        reloaded(str): the text of a prompt was replaced from disk.
        copied(OwnCopy): a prompt that must stay as it is was saved as the user's own.
        changed_outside(str): a file changed while its prompt has unsaved text.
        failed(str): a sentence.
    """

    library_changed = Signal()
    strategies_changed = Signal()
    opened = Signal(str)
    closed = Signal(str)
    analysed = Signal()
    previewed = Signal()
    filled = Signal()
    expected_changed = Signal()
    dirty_changed = Signal()
    moved = Signal(str, str)
    reloaded = Signal(str)
    copied = Signal(object)
    changed_outside = Signal(str)
    failed = Signal(str)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.bridge = self._bridge = bridge
        self.listing = LibraryListing()
        self.strategies: tuple[StrategyInfo, ...] = ()
        self.documents: dict[str, Document] = {}
        self.current: Document | None = None
        self.awaited = Awaited()
        self.drafts = Drafts(bridge, self.documents, self)
        self.drafts.came.connect(self._on_drafts)
        self._closed: list[str] = []
        self._rendering = Rendering(bridge, self)
        self._rendering.analysed.connect(self.analysed)
        self._rendering.previewed.connect(self.previewed)
        self._rendering.filled.connect(self.filled)
        self._rendering.failed.connect(self.failed)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._on_file_changed)
        bridge.opened.connect(self._on_core)
        if bridge.is_open:  # the program has begun in another workspace
            self.drafts.ask()

    @property
    def library(self) -> tuple[PromptRecord, ...]:
        """All prompt files."""
        return self.listing.entries

    @property
    def tones(self) -> dict[str, str]:
        """The colour token of each variable of the current prompt."""
        names = [each.name for each in self.current.analysis.inputs] if self.current else []
        return tones_of(names)

    # --- lists ----------------------------------------------------------------------------------

    @Slot()
    def _on_core(self) -> None:
        self.drafts.ask()
        self.read_library()

    @Slot()
    def _on_drafts(self) -> None:
        """A prompt that is open already, unchanged, takes its draft; others wait to be opened."""
        for path in self.drafts.paths & self.documents.keys():
            document = self.documents[path]
            if document.dirty:
                continue
            on_disk = document.sha256
            draft = self.drafts.take(path)
            assert draft is not None
            document.take_draft(draft)
            self.reloaded.emit(path)
            self.dirty_changed.emit()
            if document.sha256 != on_disk:
                self.changed_outside.emit(path)
            if document is self.current:
                self.refresh()

    def read_library(self) -> None:
        """Look for files of the library again; those that are new are read after all are shown."""
        self._read_listing()
        self._read_strategies()

    @background
    async def _read_listing(self, most: int = 0) -> None:
        listing = await self._bridge.ask(lambda core: core.library.listing(most=most))
        if listing != self.listing:
            self.listing = listing
            self.library_changed.emit()
        if listing.pending:
            self._read_listing(_READ_AT_ONCE)

    @latest
    async def _read_strategies(self) -> None:
        async def read(core: Workbench) -> tuple[StrategyInfo, ...]:
            return core.runs.strategies()

        infos = await self._bridge.ask(read)
        if infos != self.strategies:
            self.strategies = infos
            self.strategies_changed.emit()

    # --- open, save, close ----------------------------------------------------------------------

    @background
    async def open(self, path: str, values: dict[str, Json] | None = None, cursor: int = 0) -> None:
        """Open a prompt, or show it where it is open already."""
        if path in self.documents:
            self.show(path)
            return
        self.awaited.ask(path)
        try:
            file = await self._bridge.ask(lambda core: core.prompt_files.read(path))
        except WorkbenchError as error:
            self.awaited.read(path)
            self.awaited.settle(is_shown=False)
            self.failed.emit(str(error))
        else:
            self.awaited.read(path)
            self._take(values, cursor, file)
            self.awaited.settle(is_shown=True)

    def _take(self, values: dict[str, Json] | None, cursor: int, file: PromptFile) -> None:
        listed = {entry.path for entry in self.library}
        if file.path not in listed:
            self.read_library()
        if file.path in self.documents:  # asked for twice, as at the start: the first one counts
            self._bring_up(file.path)
            return
        draft = self.drafts.take(file.path)
        document = Document(file.path, file.text, file.text, file.sha256, cursor=cursor)
        document.values = dict(values or {})
        if draft is not None:
            document.take_draft(draft)
        document.seeded = None if document.values else set()
        self.documents[file.path] = document
        self._watcher.addPath(file.path)
        self._bring_up(file.path)
        if draft is not None:
            self.dirty_changed.emit()
            if document.sha256 != file.sha256:
                self.changed_outside.emit(file.path)

    def show(self, path: str) -> None:
        """Make an open prompt the current one."""
        self._make_current(path)
        self.awaited.show(path)

    def _bring_up(self, read: str) -> None:
        """Show what was just read; what was asked for last stays in front, whichever came last."""
        self._make_current(read)
        wanted = self.awaited.path
        if wanted != read and wanted in self.documents:
            self._make_current(wanted)

    def _make_current(self, path: str) -> None:
        self.current = self.documents[path]
        self.opened.emit(path)
        self.refresh()

    def close(self, path: str) -> None:
        """Close a prompt; unsaved text stays as a draft and comes back when it is opened again."""
        document = self.documents.pop(path, None)
        if document is None:
            return
        self._watcher.removePath(path)
        self.drafts.leave(document)
        self._closed = [each for each in self._closed if each != path] + [path]
        if self.current is document:
            self.current = None
        self.closed.emit(path)

    def follow(self, moved: Moved) -> None:
        """A file or folder was moved: open prompts keep text, values, undo history and draft."""
        for path in {*self.documents, *self.drafts.paths}:
            place = moved.place_of(path)
            if place == path:
                continue
            self.drafts.move(path, place)
            document = self.documents.pop(path, None)
            if document is not None:
                document.path = place
                self.documents[place] = document
                self._watcher.removePath(path)
                self._watcher.addPath(place)
                self.drafts.keep_at(document, path)
                self.moved.emit(path, place)

    def reopen(self) -> None:
        """Open the prompt again that was closed last."""
        while self._closed:
            path = self._closed.pop()
            if path not in self.documents:
                self.open(path)
                return

    def edit(self, text: str) -> None:
        """The current prompt's text changed."""
        if self.current is None or text == self.current.text:
            return
        was_dirty = self.current.dirty
        self.current.text = text
        self._rendering.ask_soon()
        self.drafts.keep_soon(self.current)
        if self.current.dirty != was_dirty:
            self.dirty_changed.emit()

    def set_values(self, values: dict[str, Json]) -> None:
        """The current prompt's variables changed."""
        if self.current is not None and values != self.current.values:
            self.current.values = dict(values)
            self._rendering.ask_soon()
            self.drafts.keep_soon(self.current)

    def fill(self, values: dict[str, Json], expected: str = "") -> None:
        """Replace the current prompt's variables, with the right answer where it is known."""
        if self.current is not None:
            self.current.expected = expected
            self.set_values(values)
            self.filled.emit()

    def set_expected(self, expected: str) -> None:
        """The right answer to the current prompt with its values changed; "" is not known."""
        if self.current is not None and expected != self.current.expected:
            self.current.expected = expected
            self.expected_changed.emit()

    @background
    async def save(self, *, overwrite: bool = False) -> None:
        """Write the current prompt to its file; ``overwrite`` although it changed outside.

        One write at a time: what is asked for meanwhile is written after it, since its file is
        known only then.
        """
        document = self.current
        if document is None:
            return
        if document.being_saved is not None:
            document.save_again = True
            return
        await self._write(document, overwrite=overwrite)
        while document.save_again:
            document.save_again = False
            await self._write(document, overwrite=False)

    async def _write(self, document: Document, *, overwrite: bool) -> None:
        path, document.being_saved = document.path, document.text
        draft = document.draft()
        try:
            made = await self._bridge.ask(lambda core: write(core, draft, overwrite=overwrite))
        except FileChangedError:
            self.changed_outside.emit(path)
        except WorkbenchError as error:
            self.failed.emit(str(error))
        else:
            self._on_saved(document, made)
        finally:
            document.being_saved = None

    def _on_saved(self, document: Document, made: PromptFile | OwnCopy) -> None:
        if isinstance(made, OwnCopy):
            self.take_copy(made)
            return
        document.saved, document.sha256 = made.text, made.sha256
        self.drafts.keep_soon(document)  # saving dropped the draft, which may be of newer text
        if made.path not in self._watcher.files():
            self._watcher.addPath(made.path)
        self.dirty_changed.emit()

    def take_copy(self, made: OwnCopy) -> None:
        """A prompt that must stay as it is was saved as the user's own: go on with the copy."""
        self._go_on_with(made.original.path, made.file)
        self.copied.emit(made)

    @background
    async def undo_copy(self, made: OwnCopy) -> None:
        """Take the copy back; its text is unsaved text of the original again."""
        with errors_to(self.failed.emit):
            file = await self._bridge.ask(lambda core: take_back(core, made))
            if made.file.path not in self.documents:
                self.drafts.put(msgspec.structs.replace(made.original, path=file.path))
            self._go_on_with(made.file.path, file)

    def _go_on_with(self, path: str, file: PromptFile) -> None:
        """An open prompt is of another file from now on, with its text, values and draft."""
        document = self.documents.get(path)
        if document is not None:
            document.saved, document.sha256 = file.text, file.sha256
            self.follow(Moved(old=path, new=file.path))
            self.drafts.keep_soon(document)
            self.dirty_changed.emit()
        self.read_library()

    # --- changes outside ------------------------------------------------------------------------

    @background
    async def _on_file_changed(self, path: str) -> None:
        if path not in self.documents:
            return
        try:
            file = await self._bridge.ask(lambda core: core.prompt_files.read(path))
        except WorkbenchError:  # gone: maybe this program is moving it, which is known soon
            QTimer.singleShot(_MOVING_MS, self, functools.partial(self._look_again, path))
        else:
            self._on_outside(file)

    @background
    async def _look_again(self, path: str) -> None:
        if path in self.documents:
            with errors_to(self.failed.emit):
                self._on_outside(await self._bridge.ask(lambda core: core.prompt_files.read(path)))

    def _on_outside(self, file: PromptFile) -> None:
        if file.path not in self._watcher.files():
            self._watcher.addPath(file.path)
        document = self.documents.get(file.path)
        if document is None or file.sha256 == document.sha256:
            return
        if file.text == document.being_saved:
            return  # our own text, seen before the core has answered that it is written
        if document.dirty:
            self.changed_outside.emit(file.path)
        else:
            self._replace(document, file)

    @background
    async def reload(self, path: str) -> None:
        """Take the file's text in place of the editor's."""
        self.awaited.replace()
        try:
            file = await self._bridge.ask(lambda core: core.prompt_files.read(path))
        except WorkbenchError as error:
            self.awaited.replaced(is_shown=False)
            self.failed.emit(str(error))
            return
        if path in self.documents:
            self._replace(self.documents[path], file)
        self.awaited.replaced(is_shown=True)

    def _replace(self, document: Document, file: PromptFile) -> None:
        document.text = document.saved = file.text
        document.sha256 = file.sha256
        self.reloaded.emit(file.path)
        self.dirty_changed.emit()
        self.refresh()

    @property
    def is_rendering(self) -> bool:
        """Whether what is shown is of an older text or older values."""
        return self._rendering.is_behind

    @Slot()
    def refresh(self) -> None:
        """Analyse and render the current prompt."""
        self._rendering.ask()
