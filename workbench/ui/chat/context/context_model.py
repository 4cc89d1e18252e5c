"""Asks what the next answer would be made from, while somebody types."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.domain.chat import ChatOptions
from workbench.domain.chat_context import ContextReport
from workbench.domain.errors import WorkbenchError
from workbench.domain.transcripts import Part
from workbench.ui.tasks import latest

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

_COUNT_MS = 200


class Question(NamedTuple):
    """What the context is asked of."""

    conversation_id: int | None
    leaf_id: int | None
    draft: str
    options: ChatOptions
    files: tuple[Part, ...] = ()


class ContextModel(QObject):
    """The newest report; a question asks again once nothing was typed for a moment.

    Args:
        bridge: to the core.
        question: what is shown now, None while it is not known.

    Signals:
        counted(ContextReport).
    """

    counted = Signal(object)

    def __init__(self, bridge: Bridge, question: Callable[[], Question | None]) -> None:
        super().__init__()
        self._bridge = bridge
        self._question = question
        self.report = ContextReport(uncounted="")
        self._timer = QTimer(self, singleShot=True, interval=_COUNT_MS)
        self._timer.timeout.connect(self._count)

    def count(self) -> None:
        """Count soon; what was asked before is not shown any more."""
        self._timer.start()

    @latest
    async def _count(self) -> None:
        question = self._question()
        if question is None:
            return
        try:
            report = await self._bridge.ask(lambda core: core.chats.context(*question))
        except WorkbenchError as error:
            report = ContextReport(uncounted=f"not counted: {error}")
        self.report = report
        self.counted.emit(report)
