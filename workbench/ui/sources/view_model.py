"""View model of Sources: collections, their files, indexing, searching."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.sources.collection import (
    Collection,
    CollectionStatus,
    IndexProgress,
    SourceFile,
)
from workbench.domain.sources.document import Extracted
from workbench.domain.sources.hits import SearchReport, SourceQuery
from workbench.ui.tasks import background, latest

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge


class SourcesModel(QObject):
    """Collections and the one that is open.

    Signals:
        changed(): other collections, or another one is open; files_changed(): its files.
        progress_changed(): indexing is further, has begun or has ended.
        indexed(int): a collection is indexed as far as it can be, or paused.
        found(): another answer to a search.
        document_read(SourceFile, Extracted): a file as it was read.
        failed(str): what could not be done. reported(str): what was done.
    """

    changed = Signal()
    files_changed = Signal()
    progress_changed = Signal()
    indexed = Signal(int)
    found = Signal()
    document_read = Signal(object, object)
    failed = Signal(str)
    reported = Signal(str)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self.collections: tuple[CollectionStatus, ...] = ()
        self.was_read = False
        """Whether it is known which collections there are."""
        self.current: int | None = None
        self.files: tuple[SourceFile, ...] = ()
        self.report: SearchReport | None = None
        self.progress: dict[int, IndexProgress] = {}
        """Of the collections that are being indexed, by their ids."""
        self._wanted = 0
        bridge.opened.connect(self.read)
        self.read()

    @property
    def status(self) -> CollectionStatus | None:
        """The open collection."""
        known = {each.collection.collection_id: each for each in self.collections}
        return known.get(self.current) if self.current is not None else None

    def is_indexing(self, collection_id: int | None) -> bool:
        """Whether a collection is being indexed."""
        return collection_id in self.progress

    def want(self, collection_id: int) -> None:
        """Open a collection once it is listed."""
        self._wanted = collection_id

    @latest
    async def read(self) -> None:
        """Read the collections again, and the files of the open one."""
        found = await self._bridge.ask(lambda core: core.sources.all())
        self.collections, self.was_read = found, True
        ids = [each.collection.collection_id for each in found]
        wanted, self._wanted = self._wanted, 0
        before = self.current
        if wanted in ids:
            self.current = wanted
        elif self.current not in ids:
            self.current = ids[0] if ids else None
        if self.current != before:
            self.files, self.report = (), None
        self.changed.emit()
        self.read_files()

    def open(self, collection_id: int) -> None:
        """Show another collection."""
        if collection_id != self.current:
            self.current, self.files, self.report = collection_id, (), None
            self.changed.emit()
        self.read_files()

    @latest
    async def read_files(self) -> None:
        """Read the files of the open collection."""
        current = self.current
        if current is None:
            self.files = ()
        else:
            self.files = await self._bridge.ask(lambda core: core.sources.files(current))
        self.files_changed.emit()

    # --- changes --------------------------------------------------------------------------------

    @background
    async def save(self, collection: Collection) -> None:
        """Keep a collection, show it and index what is new in it."""
        try:
            kept = await self._bridge.ask(lambda core: core.sources.save(collection))
        except WorkbenchError as error:
            self.failed.emit(str(error))
            return
        self.want(kept.collection_id)
        self.read()
        self.index(kept.collection_id)

    def add_paths(self, paths: Sequence[str]) -> None:
        """Add files and folders to the open collection."""
        status = self.status
        if status is not None and paths:
            known = status.collection.paths
            more = tuple(path for path in paths if path not in known)
            self.save(msgspec.structs.replace(status.collection, paths=(*known, *more)))

    @background
    async def remove(self, collection_id: int) -> None:
        """Delete a collection with its index; the files stay where they are."""
        self.pause(collection_id)
        try:
            await self._bridge.ask(lambda core: core.sources.remove(collection_id))
        except WorkbenchError as error:
            self.failed.emit(str(error))
        self.read()

    @background
    async def index(self, collection_id: int) -> None:
        """Read what is new or changed, until all is indexed or :meth:`pause` is called."""
        if self.is_indexing(collection_id):
            return
        self._note(collection_id, IndexProgress(doing="looking"))

        def report(progress: IndexProgress) -> None:
            self._bridge.post(self._on_progress, (collection_id, progress), self)

        try:
            done = await self._bridge.ask(lambda core: core.sources.index(collection_id, report))
        except WorkbenchError as error:
            self._note(collection_id, None)
            self.failed.emit(str(error))
        else:
            self._note(collection_id, None)
            if done.paused:
                self.reported.emit("Indexing is paused. Index again goes on where it was.")
        self.indexed.emit(collection_id)
        self.read()

    def _on_progress(self, reported: tuple[int, IndexProgress]) -> None:
        collection_id, progress = reported
        if self.is_indexing(collection_id):
            is_other_file = progress.name != self.progress[collection_id].name
            self._note(collection_id, progress)
            if is_other_file and collection_id == self.current:
                self.read_files()

    def _note(self, collection_id: int, progress: IndexProgress | None) -> None:
        if progress is None:
            self.progress.pop(collection_id, None)
        else:
            self.progress[collection_id] = progress
        self.progress_changed.emit()

    @Slot(int)
    def pause(self, collection_id: int) -> None:
        """Stop indexing a collection; what is done stays."""

        async def ask(core: Workbench) -> None:
            core.sources.pause(collection_id)

        if self.is_indexing(collection_id):
            self._bridge.call(ask)

    # --- questions ------------------------------------------------------------------------------

    @latest
    async def search(self, query: SourceQuery) -> None:
        """Look for passages; what was asked before is not waited for."""
        try:
            self.report = await self._bridge.ask(lambda core: core.sources.search(query))
        except WorkbenchError as error:
            self.report = None
            self.failed.emit(str(error))
        self.found.emit()

    @Slot()
    def forget_search(self) -> None:
        """Nothing is asked any more."""
        self.report = None
        self.found.emit()

    @latest
    async def read_document(self, file: SourceFile) -> None:
        """Read a file as it is in the index."""
        try:
            read: Extracted = await self._bridge.ask(
                lambda core: core.sources.extracted(file.file_id)
            )
        except WorkbenchError as error:
            self.failed.emit(str(error))
            return
        self.document_read.emit(file, read)
