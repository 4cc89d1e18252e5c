"""Analyses and renders the current prompt as it is typed."""

from __future__ import annotations

import time
from asyncio import shield
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.ui.design.document import Document
from workbench.ui.tasks import latest

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge
    from workbench.ui.design.view_model import DesignModel

_LONG_MS = 80
"""An answer that took less calls for no rest: a prompt of 2,000 tokens takes about 30."""
_LONGEST_REST_MS = 400


class Rendering(QObject):
    """Asks the core about a document, one question at a time.

    A key is asked about at once. What is typed before the answer is there is asked about after it,
    in one question. A prompt that takes long rests as long between two questions, so that typing in
    it leaves half of the time to whatever else runs. A question that is no longer wanted ends by
    itself: it takes less time than another sandbox process in place of the one at work on it.

    Args:
        bridge: to the core.
        model: knows which document is shown.

    Signals:
        analysed(), previewed(): the document knows more. failed(str): a sentence.
        filled(): values of it followed its front matter.
    """

    analysed = Signal()
    previewed = Signal()
    filled = Signal()
    failed = Signal(str)

    def __init__(self, bridge: Bridge, model: DesignModel) -> None:
        super().__init__(model)
        self._bridge, self._model = bridge, model
        self._waiting = False
        self._is_stale = False
        self._analysed: Document | None = None
        self._asked_at = 0.0
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self.ask)

    @property
    def is_behind(self) -> bool:
        """Whether an answer is outstanding."""
        return self._waiting or self._timer.isActive()

    def ask_soon(self) -> None:
        """Text or values have changed; what comes together, as two brackets, is one question."""
        if self._waiting:
            self._is_stale = True
        elif not self._timer.isActive():
            self._timer.start()

    @Slot()
    def ask(self) -> None:
        """Analyse and render the current prompt."""
        document = self._model.current
        if document is None:
            return
        self._timer.stop()
        self._waiting, self._is_stale = True, False
        self._asked_at = time.monotonic()
        self._render(document)

    @latest
    async def _render(self, document: Document) -> None:
        try:
            await self._analyse(document)
            text, path, values = document.text, document.path, document.given_values()
            document.preview = await self._bridge.ask(
                lambda core: shield(core.prompts.preview(text, path, values, unfilled=True))
            )
        except WorkbenchError as error:
            self._rest()
            self.failed.emit(str(error))
        else:
            self._rest()
            self.previewed.emit()

    async def _analyse(self, document: Document) -> None:
        text, path = document.text, document.path
        if document.analysed == text and document is self._analysed:
            return  # only values have changed
        analysis = await self._bridge.ask(lambda core: shield(core.prompts.analyse(text, path)))
        self._analysed = document
        followed = document.take_analysis(text, analysis)
        self.analysed.emit()
        if followed:
            self.filled.emit()

    def _rest(self) -> None:
        self._waiting = False
        took = round((time.monotonic() - self._asked_at) * 1000)
        self._timer.setInterval(0 if took < _LONG_MS else min(took, _LONGEST_REST_MS))
        if self._is_stale:
            self._timer.start()
