"""A whole window as a process of its own, without a screen, with an engine that makes up answers.

    python -m tests.ui.window.window_process FOLDER [TARGET]

Says in lines of JSON what it shows once the core is open, and what other starts ask of it. A line
on stdin has it write to the history, or ask whether it may start again ("again").
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from workbench.domain.opening import OpenRequest, read_request
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.settings import Paths
from workbench.ui import app
from workbench.ui.main_window import MainWindow


def say(**words: Any) -> None:
    """One line for the test."""
    print(json.dumps(words), flush=True)


class Reporter(QObject):
    """Says what happens in a window, and does what stdin says."""

    typed = Signal(str)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.typed.connect(self._on_typed)
        window.bridge.opened.connect(self._on_opened)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in sys.stdin:
            self.typed.emit(line.strip())

    def _on_opened(self) -> None:
        status, banner = self._window.bridge.store_status, self._window.banner
        say(
            opened=True,
            is_held=status.is_held,
            bar=banner.message,
            remedy=banner.remedy.text(),
            keeps=self._window.keeps_session,
        )

    def _on_typed(self, line: str) -> None:
        if line == "again":
            say(
                again=self._window.starting.has_folder is None or self._window.starting.has_folder()
            )
        elif line == "quit":
            self._window.hide()
            self._window.bridge.stop()
            QTimer.singleShot(0, QApplication.quit)
        else:
            self._window.bridge.call(
                lambda core: core.chats.add(None, "user", line, app_options()),
                lambda _made: say(written=line),
                lambda error: say(refused=str(error)),
            )


def app_options() -> Any:
    """Options of a conversation."""
    from workbench.service import ChatOptions  # noqa: PLC0415

    return ChatOptions()


def main() -> None:
    """Run the window."""
    folder = Path(sys.argv[1])
    target = sys.argv[2] if len(sys.argv) > 2 else ""
    made = MainWindow.__init__

    def make(paths: Paths, shown_only: str = "") -> Workbench:
        return Workbench(paths, engine=SimulatedEngine(lambda _: ["Yes."]), shown_only=shown_only)

    def watch(window: MainWindow, *arguments: Any) -> None:
        made(window, *arguments)
        Reporter(window)
        shown = window.starting.show

        def show(request: OpenRequest) -> None:
            shown(request)
            say(asked=request.workspace, value=request.value)

        window.starting.show = show  # type: ignore[method-assign]

    app.make_workbench = make
    MainWindow.__init__ = watch  # type: ignore[method-assign, assignment]
    request = read_request(target, folder) if target else OpenRequest()
    sys.exit(app.run(Paths.default(folder), sys.argv[:1], request=request))


if __name__ == "__main__":
    main()
