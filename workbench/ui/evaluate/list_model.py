"""Evaluations and data sets: what the list at the left shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Signal

from workbench.domain.evaluation.listing import EvaluationListing, ListedData
from workbench.ui.tasks import latest

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

_COUNTED = 64
"""Data sets whose rows are counted; more are listed without."""


class ListModel(QObject):
    """Reads the list; the rows of data sets are counted after it is shown.

    Signals:
        changed(): the list was read again.
    """

    changed = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self.listing = EvaluationListing()

    @latest
    async def read(self) -> None:
        """Read the list again."""
        bridge = self._bridge
        found = await bridge.ask(lambda core: core.evaluation_files.listing())
        if found != self.listing:
            self.listing = found
            self.changed.emit()
        counted = []
        for place, each in enumerate(found.data_sets):
            is_new = each.rows is None and place < _COUNTED
            counted.append(await self._counted(each) if is_new else each)
        listing = msgspec.structs.replace(found, data_sets=tuple(counted))
        if listing != self.listing:
            self.listing = listing
            self.changed.emit()

    async def _counted(self, data: ListedData) -> ListedData:
        rows = await self._bridge.ask(lambda core: core.evaluation_files.count_rows(data.path))
        return msgspec.structs.replace(data, rows=rows)
