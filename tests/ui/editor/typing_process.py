"""A window in which somebody types without a pause: run as a program, to be killed.

Arguments: the data folder and a prompt file. Says how many keys the database has as a draft.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QTimer

from workbench.domain.prompts.prompt import Draft
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.settings import Paths
from workbench.ui import app
from workbench.ui.bridge import Bridge
from workbench.ui.design.panel import DesignPanel
from workbench.ui.panels import Context
from workbench.ui.theme import theme


def main() -> None:
    """Type without end."""
    home, prompt = sys.argv[1:]
    running = app.make_application(["workbench"])
    theme().install("dark")
    bridge = Bridge(lambda: Workbench(Paths.default(home), engine=SimulatedEngine(lambda _: [""])))
    panel = DesignPanel(Context(bridge=bridge, go=lambda *_, **__: None, notify=print))
    panel.show()
    bridge.start()
    panel.model.open(prompt)

    def key() -> None:
        current = panel.model.current
        if current is not None and current.path == prompt:
            panel.work.editor.insertPlainText("x")

    def say(drafts: tuple[Draft, ...]) -> None:
        for draft in drafts:
            print(draft.text.count("x"), flush=True)

    keys, looks = QTimer(panel, interval=25), QTimer(panel, interval=100)
    keys.timeout.connect(key)
    looks.timeout.connect(lambda: bridge.call(lambda core: core.prompt_files.drafts(), say))
    keys.start()
    looks.start()
    running.exec()


if __name__ == "__main__":
    main()
