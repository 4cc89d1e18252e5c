"""Files that are dropped, pasted or chosen: read off the window's thread, then in the composer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog

from workbench.domain.attachments import MOST_FILES, ReadFile, file_title
from workbench.domain.errors import WorkbenchError
from workbench.domain.transcripts import Part
from workbench.ui.actions import Action
from workbench.ui.chat.attaching.local_files import local_paths
from workbench.ui.chat.attaching.mentions import Mentions
from workbench.ui.tasks import background, latest

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge
    from workbench.ui.chat.page import ChatPage


class Attaching(QObject):
    """Puts files into the message that is written on a page.

    Args:
        bridge: to the core, which reads them.
        page: files are dropped on it; what is refused is shown on it.
    """

    def __init__(self, bridge: Bridge, page: ChatPage) -> None:
        super().__init__(page)
        self._bridge = bridge
        self._page = page
        self._composer = page.composer
        self._reading = 0
        """Files that are being read."""
        self.mentions = Mentions(bridge, page.composer)
        page.setAcceptDrops(True)
        page.installEventFilter(self)
        self._composer.files_wanted.connect(self.choose)
        self._composer.box.files_named.connect(self.read)
        self._composer.files.changed.connect(self._count)
        self._composer.files.removed.connect(self._on_removed)
        bridge.engine_changed.connect(self._count)

    def actions(self) -> tuple[Action, ...]:
        """What can be done with files."""
        return (Action(id="chat.attach", title="Attach files", run=self.choose,
                       keys="Ctrl+Shift+A"),)  # fmt: skip

    @property
    def is_reading(self) -> bool:
        """Whether a file is on its way into the message."""
        return self._reading > 0

    @Slot()
    def choose(self) -> None:
        """Ask for files."""
        paths, _ = QFileDialog.getOpenFileNames(self._page, "Attach files", "", "All files (*)")
        if paths:
            self.read(paths)

    @background
    async def read(self, paths: Sequence[str]) -> None:
        """Put files into the message; of those that cannot be read the reason is shown."""
        files = self._composer.files
        place = self._composer.work
        refused: list[str] = []
        notes: list[str] = []
        self._reading += len(paths)
        for path in paths:
            name = Path(path).name or path
            try:
                if len(files.parts) >= MOST_FILES:
                    refused.append(f"{name}: a message takes {MOST_FILES} files at most.")
                    continue
                read = await self._bridge.ask(_reading(path))
                if place != self._composer.work:
                    refused.append(f"{name} was read too late: the message is not shown any more.")
                else:
                    files.add([read.part])
                    notes += (f"{file_title(read.part)}: {each}" for each in read.notes)
            except WorkbenchError as error:
                refused.append(str(error).replace(path, name))
            finally:
                self._reading -= 1
        if refused:
            self._page.banner.show_message("  ".join((*refused, *notes)))
        elif notes:
            self._page.banner.show_message("  ".join(notes), "warn")
        self._composer.box.setFocus()

    @latest
    async def _count(self) -> None:
        """Say how many tokens each file has."""
        for chip in list(self._composer.files.chips):
            tokens = await self._bridge.ask(_counting(chip.part))
            if shiboken6.isValid(chip):
                chip.show_tokens(tokens)

    @Slot()
    def _on_removed(self) -> None:
        if not self._composer.files.chips:
            self._composer.box.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Files that are dragged over the page, and dropped on it."""
        if event.type() in (QEvent.Type.DragEnter, QEvent.Type.Drop):
            assert isinstance(event, QDropEvent)  # the base of all drags
            paths = local_paths(event.mimeData())
            if paths:
                event.acceptProposedAction()
                if event.type() == QEvent.Type.Drop:
                    self.read(paths)
                return True
        return super().eventFilter(watched, event)


def _reading(path: str) -> Callable[[Workbench], Awaitable[ReadFile]]:
    return lambda core: core.chats.read_file(path)


def _counting(part: Part) -> Callable[[Workbench], Awaitable[int | None]]:
    return lambda core: core.chats.count_file(part)
