"""Deleting for good from the window: the question with its limits, the work, the result."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from workbench.domain.errors import WorkbenchError
from workbench.domain.storage import (
    ERASE_LIMITS,
    ErasePreview,
    erase_question,
    erase_result,
)
from workbench.ui.bridge import Bridge
from workbench.ui.kit import Question
from workbench.ui.panels import Notify
from workbench.ui.tasks import background

ASK = "Delete for good…"
"""The entry of a menu that leads here."""


class Eraser(QObject):
    """Asks, deletes for good, and says how it went.

    Args:
        bridge: to the core.
        notify: shows a passing sentence.
        parent: over whose window it asks.

    Signals:
        erased(tuple, tuple): the ids of runs and conversations that are gone.
    """

    erased = Signal(tuple, tuple)

    def __init__(self, bridge: Bridge, notify: Notify, parent: QWidget) -> None:
        super().__init__(parent)
        self._bridge, self._notify, self._window = bridge, notify, parent
        self.confirm: Callable[[ErasePreview], bool] = self._ask

    @background
    async def erase(
        self,
        run_ids: Sequence[int] = (),
        conversation_ids: Sequence[int] = (),
        deleted: bool = False,
    ) -> None:
        """Delete runs and conversations for good, once the user has agreed."""
        try:
            preview = await self._bridge.ask(
                lambda core: core.erasing.prepare(run_ids, conversation_ids, deleted=deleted)
            )
            wanted = preview.erasure
            if not (wanted.runs or wanted.conversations):
                self._notify(_why_nothing(preview))
                return
            if not self.confirm(preview):
                return
            self._notify("Deleting for good…", "text-2")
            report = await self._bridge.ask(lambda core: core.erasing.erase(wanted))
        except WorkbenchError as error:
            self._notify(str(error))
            return
        self._notify(erase_result(report), "warn" if report.still_in else "ok")
        self.erased.emit(
            tuple(each for each, _ in wanted.runs),
            tuple(each for each, _ in wanted.conversations),
        )

    def _ask(self, preview: ErasePreview) -> bool:
        text = f"{erase_question(preview)}\n\n{ERASE_LIMITS}"
        answers = ("Keep it", "Delete for good")
        question = Question(self._window.window(), "Delete for good?", text, answers)
        question.exec()
        question.deleteLater()
        return question.chosen == 1


def _why_nothing(preview: ErasePreview) -> str:
    if preview.held:
        return (
            "That run is an answer in a conversation: delete the conversation for good, and its "
            "runs go with it."
        )
    return "There is nothing to delete for good."
