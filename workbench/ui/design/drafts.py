"""Unsaved text of prompts: on disk soon after it changed, and there again at the next start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.domain.prompts.prompt import Draft
from workbench.ui.design.document import Document
from workbench.ui.tasks import background

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

_DRAFT_MS = 250
"""Unsaved text is kept this long after the first key that changed it, however one types on."""


class Drafts(QObject):
    """The drafts of prompts that are not open, and the keeping of those that are.

    Args:
        documents: the open prompts by path, as they are at any time.

    Signals:
        came(): those of the last session are here.
    """

    came = Signal()

    def __init__(
        self, bridge: Bridge, documents: Mapping[str, Document], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._documents = documents
        self._drafts: dict[str, Draft] = {}
        self._unkept: set[str] = set()
        self._is_asked = False
        self._timer = QTimer(self, singleShot=True, interval=_DRAFT_MS)
        self._timer.timeout.connect(self.save)

    @property
    def paths(self) -> frozenset[str]:
        """The prompts that have a draft and are not open."""
        return frozenset(self._drafts)

    def ask(self) -> None:
        """Read the drafts of the last session, once: those of this one are here."""
        if not self._is_asked:
            self._is_asked = True
            self._read()

    @background
    async def _read(self) -> None:
        self.put_all(await self._bridge.ask(lambda core: core.prompt_files.drafts()))

    def put_all(self, drafts: Iterable[Draft]) -> None:
        """Have these drafts in place of those that were here."""
        self._drafts = {draft.path: draft for draft in drafts}
        self.came.emit()

    def put(self, draft: Draft) -> None:
        """Have a draft until its prompt is opened."""
        self._drafts[draft.path] = draft

    def take(self, path: str) -> Draft | None:
        """The draft of a prompt that is opened; it is the prompt's from now on."""
        return self._drafts.pop(path, None)

    def leave(self, document: Document) -> None:
        """A prompt is closed: keep what is not in its file."""
        if document.dirty or document.values != document.analysis.sample:
            draft = document.draft()
            self.put(draft)
            self._bridge.call(lambda core: core.prompt_files.save_draft(draft))

    def keep_soon(self, document: Document) -> None:
        """Have a draft written soon; the time runs from the first change, not from the last."""
        self._unkept.add(document.path)
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def save(self) -> None:
        """Keep unsaved text and values where a crash cannot reach them."""
        self._timer.stop()
        for path in self._unkept & self._documents.keys():
            draft = self._documents[path].draft()
            self._bridge.call(lambda core, draft=draft: core.prompt_files.save_draft(draft))  # type: ignore[misc]
        self._unkept.clear()

    def move(self, old: str, new: str) -> None:
        """A file has another path: so has what is kept of it, and what is yet to be kept."""
        draft = self._drafts.pop(old, None)
        if draft is not None:
            self._drafts[new] = msgspec.structs.replace(draft, path=new)
        if old in self._unkept:
            self._unkept.remove(old)
            self._unkept.add(new)

    def keep_at(self, document: Document, old: str) -> None:
        """Keep unsaved text under its new path, also where it was on its way to the old one."""
        if document.dirty:
            draft = document.draft()
            self._bridge.call(lambda core: core.prompt_files.save_draft(draft))
        self._bridge.call(lambda core: core.prompt_files.discard_draft(old))
