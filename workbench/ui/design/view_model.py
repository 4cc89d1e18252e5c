"""What Design works on: open prompts, their analysis, values and preview."""

from __future__ import annotations

import functools
import hashlib
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot

from workbench.domain.errors import FileChangedError, WorkbenchError
from workbench.domain.library import LibraryListing, Moved
from workbench.domain.prompts import Draft, LibraryEntry, PromptFile
from workbench.domain.spec import Json
from workbench.domain.views import StrategyInfo
from workbench.ui.design.document import Document
from workbench.ui.design.rendering import Rendering
from workbench.ui.widgets.origin import tones_of

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

_READ_AT_ONCE = 1_000
_MOVING_MS = 1_500
_DRAFT_MS = 500
"""Unsaved text is kept this long after the first key that changed it, however one types on."""


class DesignModel(QObject):
    """Open prompts and the current one.

    Signals:
        library_changed(), strategies_changed(): lists to choose from.
        opened(str): a prompt was opened and is current; closed(str).
        analysed(), previewed(): of the current prompt.
        filled(): its values were replaced by a sample set, a row or an earlier run.
        dirty_changed(): some prompt has, or has no more, unsaved text.
        moved(str, str): an open prompt has another path, with all that belongs to it.
        reloaded(str): the text of a prompt was replaced from disk.
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
    dirty_changed = Signal()
    moved = Signal(str, str)
    reloaded = Signal(str)
    changed_outside = Signal(str)
    failed = Signal(str)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.bridge = self._bridge = bridge
        self.listing = LibraryListing()
        self.strategies: tuple[StrategyInfo, ...] = ()
        self.documents: dict[str, Document] = {}
        self.current: Document | None = None
        self._drafts: dict[str, Draft] = {}
        self._unkept: set[str] = set()
        self._writing: dict[str, str] = {}
        """Texts that are on their way to their files, by path."""
        self._closed: list[str] = []
        self._rendering = Rendering(bridge, self)
        self._rendering.analysed.connect(self.analysed)
        self._rendering.previewed.connect(self.previewed)
        self._rendering.failed.connect(self.failed)
        self._draft_timer = QTimer(self, singleShot=True, interval=_DRAFT_MS)
        self._draft_timer.timeout.connect(self.save_drafts)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._on_file_changed)
        bridge.opened.connect(self._on_core)

    @property
    def library(self) -> tuple[LibraryEntry, ...]:
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
        self._bridge.call(lambda core: core.drafts(), self._on_drafts, owner=self)
        self.read_library()

    def _on_drafts(self, drafts: tuple[Draft, ...]) -> None:
        self._drafts = {draft.path: draft for draft in drafts}

    def read_library(self) -> None:
        """Look for files of the library again; those that are new are read after all are shown."""
        self._bridge.call(lambda core: core.library_listing(most=0), self._on_library, owner=self)

        async def strategies(core: object) -> tuple[StrategyInfo, ...]:
            return core.strategies()  # type: ignore[attr-defined, no-any-return]

        self._bridge.call(strategies, self._on_strategies, owner=self)

    def _on_library(self, listing: LibraryListing) -> None:
        if listing != self.listing:
            self.listing = listing
            self.library_changed.emit()
        if listing.pending:
            self._bridge.call(
                lambda core: core.library_listing(most=_READ_AT_ONCE), self._on_library, owner=self
            )

    def _on_strategies(self, infos: tuple[StrategyInfo, ...]) -> None:
        if infos != self.strategies:
            self.strategies = infos
            self.strategies_changed.emit()

    # --- open, save, close ----------------------------------------------------------------------

    def open(self, path: str, values: dict[str, Json] | None = None, cursor: int = 0) -> None:
        """Open a prompt, or show it where it is open already."""
        if path in self.documents:
            self.show(path)
            return
        self._bridge.call(
            lambda core: core.open_prompt(path),
            functools.partial(self._on_read, values, cursor),
            self._on_failed,
            owner=self,
        )

    def _on_read(self, values: dict[str, Json] | None, cursor: int, file: PromptFile) -> None:
        listed = {entry.path for entry in self.library}
        if file.path not in listed - self.listing.unopened:  # its mark goes, or it is new
            self.read_library()
        if file.path in self.documents:  # asked for twice, as at the start: the first one counts
            self.show(file.path)
            return
        draft = self._drafts.pop(file.path, None)
        document = Document(file.path, file.text, file.text, file.sha256, cursor=cursor)
        document.values = dict(values or {})
        if draft is not None:
            if not _is_clean(draft):
                document.text, document.sha256 = draft.text, draft.base_sha256 or file.sha256
            document.values = dict(draft.variables) | document.values
        document.seeded = None if document.values else set()
        self.documents[file.path] = document
        self._watcher.addPath(file.path)
        self.show(file.path)
        if draft is not None:
            self.dirty_changed.emit()
            if document.sha256 != file.sha256:
                self.changed_outside.emit(file.path)

    def show(self, path: str) -> None:
        """Make an open prompt the current one."""
        self.current = self.documents[path]
        self.opened.emit(path)
        self.refresh()

    def close(self, path: str) -> None:
        """Close a prompt; unsaved text stays as a draft and comes back when it is opened again."""
        document = self.documents.pop(path, None)
        if document is None:
            return
        self._watcher.removePath(path)
        if document.dirty or document.values != document.analysis.sample:
            self._drafts[path] = document.draft()
            draft = self._drafts[path]
            self._bridge.call(lambda core: core.save_draft(draft))
        self._closed = [each for each in self._closed if each != path] + [path]
        if self.current is document:
            self.current = None
        self.closed.emit(path)

    def follow(self, moved: Moved) -> None:
        """A file or folder was moved: open prompts keep text, values, undo history and draft."""
        for path in {*self.documents, *self._drafts}:
            place = moved.place_of(path)
            if place == path:
                continue
            draft = self._drafts.pop(path, None)
            if draft is not None:
                self._drafts[place] = msgspec.structs.replace(draft, path=place)
            document = self.documents.pop(path, None)
            if document is not None:
                document.path = place
                self.documents[place] = document
                if path in self._unkept:
                    self._unkept.remove(path)
                    self._unkept.add(place)
                self._watcher.removePath(path)
                self._watcher.addPath(place)
                self._keep_draft_at(document, path)
                self.moved.emit(path, place)

    def _keep_draft_at(self, document: Document, old: str) -> None:
        """Keep unsaved text under its new path, also where it was on its way to the old one."""
        if document.dirty:
            draft = document.draft()
            self._bridge.call(lambda core: core.save_draft(draft))
        self._bridge.call(lambda core: core.discard_draft(old))

    def reopen(self) -> None:
        """Open the prompt again that was closed last."""
        while self._closed:
            path = self._closed.pop()
            if path not in self.documents:
                self.open(path)
                return

    def edit(self, text: str) -> None:
        """The current prompt's text is another."""
        if self.current is None or text == self.current.text:
            return
        was_dirty = self.current.dirty
        self.current.text = text
        self._rendering.ask_soon()
        self._keep_soon(self.current)
        if self.current.dirty != was_dirty:
            self.dirty_changed.emit()

    def set_values(self, values: dict[str, Json]) -> None:
        """The current prompt's variables are others."""
        if self.current is not None and values != self.current.values:
            self.current.values = dict(values)
            self._rendering.ask_soon()
            self._keep_soon(self.current)

    def fill(self, values: dict[str, Json], expected: str = "") -> None:
        """Replace the current prompt's variables, with the right answer where it is known."""
        if self.current is not None:
            self.current.expected = expected
            self.set_values(values)
            self.filled.emit()

    def save(self, *, overwrite: bool = False) -> None:
        """Write the current prompt to its file; ``overwrite`` although it changed outside."""
        document = self.current
        if document is None:
            return
        text = document.text
        self._writing[document.path] = text

        async def write(core: Workbench) -> PromptFile:
            digest = document.sha256
            if overwrite:
                digest = (await core.read_prompt(document.path)).sha256
            return await core.save_prompt(document.path, text, digest)

        self._bridge.call(
            write,
            functools.partial(self._on_saved, document),
            functools.partial(self._on_not_saved, document.path),
            owner=self,
        )

    def _on_saved(self, document: Document, file: PromptFile) -> None:
        self._writing.pop(file.path, None)
        document.saved, document.sha256 = file.text, file.sha256
        self._keep_soon(document)  # saving dropped the draft, which may be of newer text
        if file.path not in self._watcher.files():
            self._watcher.addPath(file.path)
        self.dirty_changed.emit()

    def _on_not_saved(self, path: str, error: WorkbenchError) -> None:
        self._writing.pop(path, None)
        if isinstance(error, FileChangedError):
            self.changed_outside.emit(path)
        else:
            self.failed.emit(str(error))

    def _on_failed(self, error: WorkbenchError) -> None:
        self.failed.emit(str(error))

    def _keep_soon(self, document: Document) -> None:
        """Have a draft written soon; the time runs from the first change, not from the last."""
        self._unkept.add(document.path)
        if not self._draft_timer.isActive():
            self._draft_timer.start()

    @Slot()
    def save_drafts(self) -> None:
        """Keep unsaved text and values where a crash cannot reach them."""
        self._draft_timer.stop()
        for path in self._unkept & self.documents.keys():
            draft = self.documents[path].draft()
            self._bridge.call(lambda core, draft=draft: core.save_draft(draft))  # type: ignore[misc]
        self._unkept.clear()

    # --- changes outside ------------------------------------------------------------------------

    @Slot(str)
    def _on_file_changed(self, path: str) -> None:
        if path in self.documents:
            self._bridge.call(
                lambda core: core.read_prompt(path),
                self._on_outside,
                functools.partial(self._on_missing, path),
                owner=self,
            )

    def _on_missing(self, path: str, _error: WorkbenchError) -> None:
        """A file is gone: maybe this program is moving it, which is known a moment later."""
        QTimer.singleShot(_MOVING_MS, self, functools.partial(self._look_again, path))

    def _look_again(self, path: str) -> None:
        if path in self.documents:
            self._bridge.call(
                lambda core: core.read_prompt(path), self._on_outside, self._on_failed, owner=self
            )

    def _on_outside(self, file: PromptFile) -> None:
        if file.path not in self._watcher.files():
            self._watcher.addPath(file.path)
        document = self.documents.get(file.path)
        if document is None or file.sha256 == document.sha256:
            return
        if file.text == self._writing.get(file.path):
            return  # our own text, seen before the core has told that it is written
        if document.dirty:
            self.changed_outside.emit(file.path)
        else:
            self._replace(document, file)

    def reload(self, path: str) -> None:
        """Take the file's text in place of the editor's."""
        self._bridge.call(
            lambda core: core.read_prompt(path),
            lambda file: self._replace(self.documents[path], file),
            self._on_failed,
            owner=self,
        )

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


def _is_clean(draft: Draft) -> bool:
    """Whether a draft holds values only: its text is that of the file it was made from."""
    return hashlib.sha256(draft.text.encode("utf-8", "replace")).hexdigest() == draft.base_sha256
