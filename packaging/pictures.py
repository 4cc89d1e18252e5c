"""Makes the screenshots of the README from the real program, model and database.

Needs a display; without one it starts itself again under a virtual screen.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tour import make_tour

if TYPE_CHECKING:
    from workbench.service import Workbench

ROOT = Path(__file__).resolve().parent.parent
SIZES = {"": (1440, 900), "-small": (1100, 700)}
SCHEMES = ("dark", "light")
PATIENCE_SECONDS = 900


def under_a_screen() -> None:
    """Start again under Xvfb where there is no display."""
    if os.environ.get("DISPLAY") or os.environ.get("QT_QPA_PLATFORM") == "offscreen":
        return
    runner = shutil.which("xvfb-run")
    if runner is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        return
    screen = ["-a", "-s", "-screen 0 1600x1000x24"]
    done = subprocess.run([runner, *screen, sys.executable, *sys.argv], check=False)
    sys.exit(done.returncode)


class Photographer:
    """Drives the window and keeps pictures of it.

    Args:
        folder: where the pictures go.
        small: also make those of the smallest window.
    """

    def __init__(self, folder: Path, *, small: bool) -> None:
        from PySide6.QtCore import QSettings  # noqa: PLC0415 - after the screen is there

        from workbench.settings import Paths  # noqa: PLC0415
        from workbench.ui import app  # noqa: PLC0415
        from workbench.ui.bridge import Bridge  # noqa: PLC0415
        from workbench.ui.main_window import MainWindow  # noqa: PLC0415
        from workbench.ui.theme import theme  # noqa: PLC0415

        self._folder = folder
        self._sizes = SIZES if small else {"": SIZES[""]}
        paths = Paths.default(tempfile.mkdtemp(prefix="workbench-pictures-"))
        paths.create()
        self._app = app.make_application(["workbench"])
        settings = QSettings(str(paths.window_settings), QSettings.Format.IniFormat)
        self._theme = theme()
        self._theme.install("dark")
        self._collector = app.GarbageCollector(self._app)
        self.bridge = Bridge(lambda: app.make_workbench(paths))
        self.window = MainWindow(self.bridge, settings)
        self.window.show()
        self.bridge.start()
        self.bridge.call(lambda core: core.models.load())
        self.wait(lambda: self.bridge.engine_status.state == "ready")

    def wait(self, happened: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
        """Let the program work until something has happened (TimeoutError where it does not)."""
        from PySide6.QtTest import QTest  # noqa: PLC0415

        end = time.monotonic() + seconds
        while not happened():
            QTest.qWait(50)
            if time.monotonic() > end:
                raise TimeoutError("the program did not get where it should")
        QTest.qWait(600)

    def take(self, name: str) -> None:
        """Keep what the window shows, in both schemes and all sizes."""
        from PySide6.QtTest import QTest  # noqa: PLC0415

        for suffix, size in self._sizes.items():
            self.window.resize(*size)
            for scheme in SCHEMES:
                self._theme.choose(scheme)
                QTest.qWait(400)
                file = self._folder / f"{name}-{scheme}{suffix}.png"
                self.window.grab().save(str(file))
                print(file, flush=True)


async def _search(core: Workbench) -> int:
    """A whole search for three numbers that make twelve."""
    from workbench.domain.runs.sampling import Sampling  # noqa: PLC0415
    from workbench.domain.runs.spec import RunSpec, TemplatePrompt  # noqa: PLC0415

    source = (ROOT / "prompts" / "puzzles" / "targets.prompty").read_text("utf-8")
    spec = RunSpec(
        prompt=TemplatePrompt("targets.prompty", source, {"numbers": "2 3 7", "target": 12}),
        strategy="tree_of_thought",
        params={"domain": "targets", "generate": "sample", "evaluate": "logprob", "beam": 3,
                "candidates": 6},
        sampling=Sampling(temperature=1.0, logprobs=5),
        seed=7,
    )  # fmt: skip
    run_id = await core.runs.start(spec)
    await core.runs.wait(run_id)
    return run_id


def main() -> None:
    """Go through the workspaces. With ``--small FOLDER`` the pictures go there, in two sizes."""
    small = "--small" in sys.argv
    folder = Path(sys.argv[-1]) if small else ROOT / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    studio = Photographer(folder, small=small)
    window = studio.window
    design = window.panels["design"]
    studio.wait(lambda: design.model.current and design.model.current.preview.prompt_tokens)
    studio.take("design")

    design.run_bar.sampling.set_values({"max_tokens": 120, "seed": 7})
    design.run_bar.compare.click()
    compare = window.panels["compare"]
    studio.wait(lambda: compare.model.problem == "" and compare.model.question)
    compare.bar.repeats.setValue(1)
    window.actions_table.trigger("compare.run")
    studio.wait(lambda: compare.model.running)
    studio.wait(lambda: not compare.model.running)
    studio.take("compare")

    search: list[int] = []
    studio.bridge.call(_search, search.append)
    studio.wait(lambda: search)
    window.go("tree", run_id=search[0])
    studio.wait(lambda: window.panels["tree"].model.ended)
    studio.take("tree")
    if not small:
        make_tour(studio, folder / "tour.gif")

    window.go("chat")
    chat = window.panels["chat"]
    chat.composer.sampling.set_values({"max_tokens": 160, "seed": 3})
    text = "Write a short Python function that counts the words of a text, then explain it."
    chat.composer.box.setPlainText(text)
    chat.composer.send.click()
    studio.wait(lambda: chat.model.running)
    studio.wait(lambda: not chat.model.running)
    studio.take("chat")

    window.go("history")
    studio.wait(lambda: True)
    studio.take("history")
    window.go("models")
    models = window.panels["models"]
    studio.wait(
        lambda: models.files.table_model.entries and models.files.details.memory.formula.text()
    )
    studio.take("models")
    window.close()


if __name__ == "__main__":
    under_a_screen()
    main()
