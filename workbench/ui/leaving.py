"""Quitting: asks first where something would be lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEventLoop, QStandardPaths, QTimer
from PySide6.QtWidgets import QFileDialog, QWidget

from workbench.domain.errors import WorkbenchError
from workbench.domain.views import StoreStatus
from workbench.ui.kit import Question

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

_PATIENCE_MS = 20_000
"""Seconds; a core that does not answer for so long does not prevent quitting."""
Ask = Callable[[str, str, tuple[str, ...]], int]
"""Title, sentence and answers, the safest first; gives the number of the chosen one, or -1."""


class Leaving:
    """Asks before the window closes, where work would be stopped or lost.

    Workspaces say through ``reasons`` what would be stopped, and through ``unsaved`` what lost.

    Args:
        window: the window that closes.
        bridge: to the core.
        reasons: gives a sentence for each thing at work.
        unsaved: gives a sentence for each thing that is not saved.
        ask: asks a question; None shows a :class:`Question`.
        choose_file: gives a path to write to, "" for none; None shows the system's dialog.
    """

    def __init__(
        self,
        window: QWidget,
        bridge: Bridge,
        reasons: Callable[[], list[str]],
        unsaved: Callable[[], list[str]],
        *,
        ask: Ask | None = None,
        choose_file: Callable[[], str] | None = None,
    ) -> None:
        self._window, self._bridge = window, bridge
        self._reasons, self._unsaved = reasons, unsaved
        self._ask = ask or self._show_question
        self._choose_file = choose_file or self._show_files
        self._is_asking = False

    def may_leave(self) -> bool:
        """Whether the window may close now; everything that could be written is on disk then."""
        if not self._bridge.is_open:
            return True
        if self._is_asking:
            return False
        self._is_asking = True
        try:
            return self._confirm_stopping() and self._save()
        finally:
            self._is_asking = False

    def _confirm_stopping(self) -> bool:
        reasons, unsaved = self._reasons(), self._unsaved()
        if not reasons and not unsaved:
            return True
        if not reasons:
            return self._ask("Quit without saving?", " ".join(unsaved), ("Stay", "Quit")) == 1
        text = " ".join(reasons) + " What has been received is kept, and it can go on later."
        text = " ".join((text, *unsaved))
        return self._ask("Quit while work is under way?", text, ("Stay", "Stop and quit")) == 1

    def _save(self) -> bool:
        problem = ""
        while True:
            status = self._wait(lambda core: core.settle())
            if not isinstance(status, StoreStatus) or not status.unsaved:
                return True
            self._window.show()
            answers = ("Try again", "Save a copy elsewhere…", "Quit and lose it")
            text = problem or status.problem
            text += " What was typed or received last is not saved."
            chosen = self._ask("Not everything is saved", text, answers)
            problem = ""
            if chosen == 1:
                problem = self._save_elsewhere()
            elif chosen != 0:
                return chosen == 2

    def _save_elsewhere(self) -> str:
        """Write a copy to a file that is asked for; why it failed, "" where it did not."""
        path = self._choose_file()
        if not path:
            return ""
        failed = self._wait(lambda core: core.history.save_elsewhere(path))
        return str(failed) if isinstance(failed, WorkbenchError) else ""

    def _wait(self, ask: Callable[[Any], Any]) -> object:
        """What the core answers, or the error; the window goes on working meanwhile."""
        if not self._bridge.is_open:
            return None
        loop = QEventLoop()
        answers: list[object] = []

        def take(answer: object) -> None:
            answers.append(answer)
            loop.quit()

        asked = self._bridge.call(ask, take, take)
        self._bridge.failed.connect(loop.quit)
        QTimer.singleShot(_PATIENCE_MS, loop, loop.quit)
        if not asked.cancelled():
            loop.exec()
        self._bridge.failed.disconnect(loop.quit)
        return answers[0] if answers else None

    def _show_question(self, title: str, text: str, answers: tuple[str, ...]) -> int:
        question = Question(self._window, title, text, answers)
        question.exec()
        question.deleteLater()
        return question.chosen

    def _show_files(self) -> str:
        home = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.HomeLocation)
        title = "Save a copy of the history"
        path, _ = QFileDialog.getSaveFileName(self._window, title, f"{home}/history.db")
        return path
