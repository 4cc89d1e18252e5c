"""What a change of theme, and of the size of text, takes.

    python -m tests.benchmarks.window

Opens the real window without a screen, shows every workspace once, and changes both: seconds are
those of the window's own thread. No model is loaded.
"""

from __future__ import annotations

import os
import tempfile
import time

from tests.benchmarks.large_library import pause, wait
from tests.benchmarks.machine import slowdown
from tests.benchmarks.real_window import open_window
from workbench.settings import Paths


def change_themes() -> None:
    """Print the thread's own time for each change, with all workspaces open."""
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - for the process with the window

    from workbench.ui.theme import theme  # noqa: PLC0415

    for choice in ("light", "dark", "light", "dark"):
        begun = time.thread_time()
        theme().choose(choice)
        QApplication.processEvents()
        print(f"theme {choice}: {time.thread_time() - begun:.3f} s of the window's thread")
    print(f"  {len(QApplication.allWidgets()):,} widgets")


def change_text() -> None:
    """Print the thread's own time for each size of text, with all workspaces open."""
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - for the process with the window

    from workbench.ui.theme import theme  # noqa: PLC0415

    for scale in (1.1, 1.25, 1.1, 1.0):
        begun = time.thread_time()
        theme().set_text(scale)
        QApplication.processEvents()
        print(f"text x {scale}: {time.thread_time() - begun:.3f} s of the window's thread")


def main() -> None:
    """Open all workspaces and measure."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="workbench-window-") as home:
        shown = open_window(Paths.default(home))
        window, bridge, _ = shown
        bridge.start()
        wait(lambda: window._restored)
        for panel_id in window.rail.work:
            window.go(panel_id)
            pause(500)
        change_themes()
        change_text()
        print(f"a second of the processor is worth {1 / slowdown():.2f} s")
        shown.close()


if __name__ == "__main__":
    main()
