"""The set that is open in Evaluate, edited: its draft, its options, its file."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.domain.errors import WorkbenchError
from workbench.domain.evaluation.evaluation_set import EvaluationOptions, EvaluationSet
from workbench.ui.evaluate.edits import Edits
from workbench.ui.tasks import background

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

_EDITED_MS = 350
"""After the last edit the cases are read again."""


class EditedSet(QObject):
    """A set with undo and redo; each change is kept as a draft until it is saved.

    Signals:
        set_changed(): the set was edited; its cases are read again in a moment.
        kept(): the history, a draft or a file of a set has changed.
        moved(): it is in another file now, and so are its prompts and its data.
        failed(str): a sentence.
    """

    set_changed = Signal()
    kept = Signal()
    moved = Signal()
    failed = Signal(str)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self.set: EvaluationSet | None = None
        self.saved: EvaluationSet | None = None
        """As it is in its file; None where it is in none."""
        self.options = EvaluationOptions()
        self.edits = Edits()
        self._edited = QTimer(self, singleShot=True, interval=_EDITED_MS)
        """Runs from the last edit until the cases are read again."""

    @property
    def running(self) -> bool:
        """Whether the set is being run, and so cannot be edited."""
        return False

    @property
    def path(self) -> str:
        """Of the set that is open, "" for none."""
        return self.set.path if self.set is not None else ""

    @property
    def is_changed(self) -> bool:
        """Whether the set is other than in its file."""
        return self.set is not None and self.set != self.saved

    def edit(self, changed: EvaluationSet, field: str = "") -> None:
        """Change the set that is open; the change is kept as a draft and can be undone.

        Args:
            changed: the set as it is now.
            field: what is typed into: what is typed without a pause is undone together.
        """
        if self.set is None or changed == self.set or self.running:
            return
        self.edits.note(self.set, field)
        self._change(changed)

    def undo(self) -> None:
        """Take the last edit back."""
        if self.set is not None and self.edits.can_undo and not self.running:
            self._change(self.edits.undo(self.set))

    def redo(self) -> None:
        """Do the edit again that was undone last."""
        if self.set is not None and self.edits.can_redo and not self.running:
            self._change(self.edits.redo(self.set))

    def choose(self, options: EvaluationOptions) -> None:
        """Evaluate with other options: held-out rows, another model where one is missing."""
        if options != self.options and not self.running:
            self.options = options
            self.set_changed.emit()
            self._edited.start(_EDITED_MS)

    def _change(self, changed: EvaluationSet) -> None:
        self.set = changed
        self._keep_draft(changed)
        self.set_changed.emit()
        self._edited.start(_EDITED_MS)

    @background
    async def _keep_draft(self, changed: EvaluationSet) -> None:
        if changed == self.saved:
            await self._bridge.ask(lambda core: core.evaluation_files.discard_draft(changed.path))
        else:
            await self._bridge.ask(lambda core: core.evaluation_files.keep_draft(changed))
        self.kept.emit()

    @background
    async def save(self, path: str = "") -> None:
        """Write the set into its file, or into another one, which it is that of from then on."""
        given = self.set
        if given is None:
            return
        target = path or given.path
        try:
            moved = await self._bridge.ask(lambda core: _moved(core, given, target))
            await self._bridge.ask(lambda core: core.evaluations.save(moved, target))
            await self._bridge.ask(lambda core: core.evaluation_files.discard_draft(given.path))
        except WorkbenchError as error:
            self.failed.emit(str(error))
            return
        if self.set is given:
            self.set = self.saved = moved
            if moved != given:
                self.moved.emit()
            self.set_changed.emit()
        self.kept.emit()


async def _moved(core: Workbench, given: EvaluationSet, path: str) -> EvaluationSet:
    """C: a set as it is written into another file."""
    return await asyncio.to_thread(core.evaluation_files.moved, given, path)
