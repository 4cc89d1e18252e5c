"""The versions of the prompt that is open, and what differs between two of them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.versions import DiffLine, MessageDiff, PromptVersion
from workbench.ui.design.side import SideContext

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.widgets import GhostButton

Sections = tuple[tuple[str, tuple[DiffLine, ...]], ...]


class VersionLabel(QObject):
    """Keeps the text of the top bar's button: "Version 14", with a dot while it is edited."""

    def __init__(self, side: SideContext, button: GhostButton) -> None:
        super().__init__(button)
        self._side, self._button = side, button
        self._asked = 0
        model, bridge = side.model, side.window.bridge
        model.opened.connect(self._ask)
        model.closed.connect(self._ask)
        model.reloaded.connect(self._ask)
        model.dirty_changed.connect(self._ask)
        bridge.run_ended.connect(self._ask)

    @Slot()
    def _ask(self) -> None:
        document = self._side.model.current
        self._asked += 1
        if document is None:
            self._button.set_text("Versions")
            return
        path, text = document.path, document.saved
        self._side.window.bridge.call(
            lambda core: core.version_number(path, text),
            functools.partial(self._show, self._asked),
            functools.partial(self._on_failed, self._asked),
            owner=self,
        )

    def _show(self, asked: int, number: int | None) -> None:
        document = self._side.model.current
        if asked != self._asked or document is None:
            return
        mark = " \u2022" if document.dirty else ""
        self._button.set_text(f"Version {number}{mark}" if number else f"Versions{mark}")
        if document.dirty:
            self._button.setAccessibleName(
                f"Version {number}, edited since" if number else "Versions, unsaved text"
            )

    def _on_failed(self, asked: int, _error: WorkbenchError) -> None:
        self._show(asked, None)  # the status bar says what is wrong with the history


class VersionsModel(QObject):
    """Reads the versions of the current prompt while it is ``active``.

    ``selected`` is a version's number; it is compared with ``other``, 0 for the text in the editor.

    Signals:
        changed(): another list. compared(object): sections of lines, of the selected version and
        what it is compared with. failed(str): a sentence in place of them.
    """

    changed = Signal()
    compared = Signal(object)
    failed = Signal(str)

    def __init__(self, side: SideContext) -> None:
        super().__init__()
        self._side = side
        self.path = ""
        self.versions: tuple[PromptVersion, ...] = ()
        self.current_number: int | None = None
        self.selected = 0
        self.other = 0
        self.rendered = False
        self.active = False
        self._listing = self._comparing = 0
        model = side.model
        for signal in (model.opened, model.reloaded, model.dirty_changed):
            signal.connect(self.refresh)
        model.analysed.connect(self.compare)
        side.window.bridge.run_ended.connect(self.refresh)

    def version(self, number: int) -> PromptVersion | None:
        """The version with that number."""
        return next((each for each in self.versions if each.number == number), None)

    @Slot()
    def refresh(self) -> None:
        """Read the list again."""
        document = self._side.model.current
        if not self.active or document is None:
            return
        path, text = document.path, document.text
        if path != self.path:
            self.path, self.versions, self.selected, self.other = path, (), 0, 0
        self._listing += 1

        async def ask(core: Workbench) -> tuple[tuple[PromptVersion, ...], int | None]:
            return await core.list_versions(path), await core.version_number(path, text)

        self._side.window.bridge.call(
            ask,
            functools.partial(self._on_list, self._listing),
            self._on_failed,
            owner=self,
        )

    def _on_list(self, number: int, found: tuple[tuple[PromptVersion, ...], int | None]) -> None:
        if number != self._listing:
            return
        self.versions, self.current_number = found
        if self.version(self.selected) is None:
            self.selected = self.versions[0].number if self.versions else 0
        if self.version(self.other) is None:
            self.other = 0
        self.changed.emit()
        self.compare()

    def select(self, number: int) -> None:
        """Choose a version."""
        if number != self.selected:
            self.selected = number
            self.compare()

    @Slot()
    def compare(self) -> None:
        """Compare the selected version; an older answer never replaces a newer one."""
        document = self._side.model.current
        if not self.active or document is None or self.version(self.selected) is None:
            return
        if document.path != self.path:
            return
        self._comparing += 1
        path, text, rendered = document.path, document.text, self.rendered
        selected, other = self.selected, self.other
        values = document.given_values()

        async def ask(core: Workbench) -> tuple[Sections, int | None]:
            return await differences(core), await core.version_number(path, text)

        async def differences(core: Workbench) -> Sections:
            before = await core.read_version(path, selected)
            after = await core.read_version(path, other) if other else text
            if other and other < selected:
                before, after = after, before
            if not rendered:
                return (("", await core.diff_texts(before, after)),)
            return _titled(await core.diff_rendered(path, before, after, values))

        self._side.window.bridge.call(
            ask,
            functools.partial(self._on_compared, self._comparing),
            functools.partial(self._on_not_compared, self._comparing),
            owner=self,
        )

    def _on_compared(self, number: int, found: tuple[Sections, int | None]) -> None:
        if number != self._comparing:
            return
        sections, current = found
        if current != self.current_number:
            self.current_number = current
            self.changed.emit()
        self.compared.emit(sections)

    def _on_not_compared(self, number: int, error: WorkbenchError) -> None:
        if number == self._comparing:
            self.failed.emit(str(error))

    def _on_failed(self, error: WorkbenchError) -> None:
        self.failed.emit(str(error))

    def describe(self, number: int, *, name: str | None = None, note: str | None = None) -> None:
        """Write a version's name or note."""
        path = self.path

        async def write(core: Workbench) -> None:
            if name is not None:
                await core.name_version(path, number, name)
            if note is not None:
                await core.note_version(path, number, note)

        self._side.window.bridge.call(write, lambda _: self.refresh(), self._on_failed, owner=self)


def _titled(messages: tuple[MessageDiff, ...]) -> Sections:
    return tuple((message.role.capitalize(), message.lines) for message in messages)
