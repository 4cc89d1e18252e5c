"""What the current prompt means and what it renders to, as it is typed."""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.prompts import Preview, TemplateAnalysis
from workbench.ui.design.document import Document

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
    it leaves half of the time to whatever else runs.

    Args:
        bridge: to the core.
        model: knows which document is shown.

    Signals:
        analysed(), previewed(): the document knows more. failed(str): a sentence.
    """

    analysed = Signal()
    previewed = Signal()
    failed = Signal(str)

    def __init__(self, bridge: Bridge, model: DesignModel) -> None:
        super().__init__(model)
        self._bridge, self._model = bridge, model
        self._number = 0
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
        """Analyse and render the current prompt; an older answer never replaces a newer one."""
        document = self._model.current
        if document is None:
            return
        self._timer.stop()
        self._number += 1
        self._waiting, self._is_stale = True, False
        self._asked_at = time.monotonic()
        text, path = document.text, document.path
        if document.analysed == text and document is self._analysed:  # only values have changed
            self._ask_preview(self._number, document)
            return
        self._bridge.call(
            lambda core: core.analyse(text, path),
            functools.partial(self._on_analysis, self._number, document, text),
            functools.partial(self._on_failed, self._number),
            owner=self,
        )

    def _on_analysis(
        self, number: int, document: Document, text: str, analysis: TemplateAnalysis
    ) -> None:
        if number != self._number:
            return
        self._analysed = document
        document.take_analysis(text, analysis)
        self.analysed.emit()
        self._ask_preview(number, document)

    def _ask_preview(self, number: int, document: Document) -> None:
        text, path, values = document.text, document.path, document.given_values()
        self._bridge.call(
            lambda core: core.preview(text, path, values, unfilled=True),
            functools.partial(self._on_preview, number, document),
            functools.partial(self._on_failed, number),
            owner=self,
        )

    def _on_preview(self, number: int, document: Document, preview: Preview) -> None:
        if number == self._number:
            document.preview = preview
            self.previewed.emit()
            self._on_answered(number)

    def _on_failed(self, number: int, error: WorkbenchError) -> None:
        self.failed.emit(str(error))
        self._on_answered(number)

    def _on_answered(self, number: int) -> None:
        if number == self._number:
            self._waiting = False
            took = round((time.monotonic() - self._asked_at) * 1000)
            self._timer.setInterval(0 if took < _LONG_MS else min(took, _LONGEST_REST_MS))
            if self._is_stale:
                self._timer.start()
