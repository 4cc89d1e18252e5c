"""View model of Versions: the versions of the open prompt, and their differences."""

from __future__ import annotations

import contextlib
from asyncio import shield
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workbench.domain.errors import WorkbenchError
from workbench.domain.prompts.versions import DiffLine, MessageDiff, PromptVersion
from workbench.ui.design.tool_panes import SideContext
from workbench.ui.tasks import background, errors_to, latest

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.kit import GhostButton

Sections = tuple[tuple[str, tuple[DiffLine, ...]], ...]


class VersionLabel(QObject):
    """Keeps the text of the top bar's button: "Version 14", with a dot while it is edited."""

    def __init__(self, side: SideContext, button: GhostButton) -> None:
        super().__init__(button)
        self._side, self._button = side, button
        model, bridge = side.model, side.window.bridge
        model.opened.connect(self._ask)
        model.closed.connect(self._ask)
        model.reloaded.connect(self._ask)
        model.dirty_changed.connect(self._ask)
        bridge.run_ended.connect(self._ask)

    @latest
    async def _ask(self) -> None:
        document = self._side.model.current
        if document is None:
            self._button.set_text("Versions")
            return
        path, text, number = document.path, document.saved, None
        with contextlib.suppress(WorkbenchError):  # the status bar says what is wrong with it
            number = await self._side.window.bridge.ask(
                lambda core: core.versions.number_of(path, text)
            )
        mark = " \u2022" if document.dirty else ""
        self._button.set_text(f"Version {number}{mark}" if number else f"Versions{mark}")
        if document.dirty:
            self._button.setAccessibleName(
                f"Version {number}, edited since" if number else "Versions, unsaved text"
            )


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
        model = side.model
        for signal in (model.opened, model.reloaded, model.dirty_changed):
            signal.connect(self.refresh)
        model.analysed.connect(self.compare)
        side.window.bridge.run_ended.connect(self.refresh)

    def version(self, number: int) -> PromptVersion | None:
        """The version with that number."""
        return next((each for each in self.versions if each.number == number), None)

    @latest
    async def refresh(self) -> None:
        """Read the list again."""
        document = self._side.model.current
        if not self.active or document is None:
            return
        path, text = document.path, document.text
        if path != self.path:
            self.path, self.versions, self.selected, self.other = path, (), 0, 0

        async def ask(core: Workbench) -> tuple[tuple[PromptVersion, ...], int | None]:
            return await core.versions.all(path), await core.versions.number_of(path, text)

        with errors_to(self.failed.emit):
            self.versions, self.current_number = await self._side.window.bridge.ask(ask)
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

    @latest
    async def compare(self) -> None:
        """Compare the selected version."""
        document = self._side.model.current
        if not self.active or document is None or self.version(self.selected) is None:
            return
        if document.path != self.path:
            return
        path, text, rendered = document.path, document.text, self.rendered
        selected, other = self.selected, self.other
        values = document.given_values()

        async def ask(core: Workbench) -> tuple[Sections, int | None]:
            return await differences(core), await core.versions.number_of(path, text)

        async def differences(core: Workbench) -> Sections:
            before = await core.versions.read(path, selected)
            after = await core.versions.read(path, other) if other else text
            if other and other < selected:
                before, after = after, before
            if not rendered:
                return (("", await core.versions.diff_texts(before, after)),)
            # A new sandbox process takes longer than finishing an answer that is not needed.
            return _titled(await shield(core.versions.diff_rendered(path, before, after, values)))

        with errors_to(self.failed.emit):
            found = await self._side.window.bridge.ask(ask)
            sections, current = found
            if current != self.current_number:
                self.current_number = current
                self.changed.emit()
            self.compared.emit(sections)

    @background
    async def describe(
        self, number: int, *, name: str | None = None, note: str | None = None
    ) -> None:
        """Write a version's name or note."""
        path = self.path

        async def write(core: Workbench) -> None:
            if name is not None:
                await core.versions.name(path, number, name)
            if note is not None:
                await core.versions.note(path, number, note)

        with errors_to(self.failed.emit):
            await self._side.window.bridge.ask(write)
            self.refresh()


def _titled(messages: tuple[MessageDiff, ...]) -> Sections:
    return tuple((message.role.capitalize(), message.lines) for message in messages)
