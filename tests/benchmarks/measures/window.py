"""What the open window costs a run: the same run in the window and from the command line, in turn.

With ``--window`` this is the program that opens the real window (without a screen), runs the prompt
in it as the user does, and prints what it took.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

from tests.benchmarks.job import ROOT, Job, Result, child

PROMPT = ROOT / "prompts" / "reasoning" / "word-problem.prompty"
STRATEGY = "self_consistency"
TURNS = 5
SEED = 11
PATIENCE_SECONDS = 900


def run_program(arguments: list[str], home: str) -> dict[str, Any]:
    """Run a program of this environment and read the JSON on its last line."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=os.environ | {"WORKBENCH_HOME": home, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{arguments[0]} ended with {done.returncode}: {done.stderr[-400:]}")
    reported: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return reported


def work(job: Job) -> Result:
    """Tokens a second of both, and what the window takes of them."""
    paths, tokens = (4, 60) if job.small else (8, 200)
    line = ["workbench", "run", str(PROMPT), "--strategy", STRATEGY, "--param", f"paths={paths}"]
    line += ["--seed", str(SEED), "--max-tokens", str(tokens), "--model", job.model, "--json"]
    window = ["tests.benchmarks.measures.window", "--window", job.model, str(paths), str(tokens)]
    speeds: dict[str, list[float]] = {"window": [], "command line": []}
    for _ in range(1 if job.small else TURNS):
        for name, arguments in (("window", window), ("command line", line)):
            with tempfile.TemporaryDirectory(prefix="bench-home-") as home:
                reported = run_program(arguments, home)
            speeds[name].append(reported["completion_tokens"] / reported["seconds"])
    medians = {name: statistics.median(found) for name, found in speeds.items()}
    return Result(
        figures={
            "tokens_per_second": speeds,
            "loss": 1 - medians["window"] / medians["command line"],
        }
    )


def show_window(model: str, paths: int, tokens: int) -> dict[str, Any]:
    """Open the window, run the prompt in Design, and close it again."""
    # Qt is for the process with the window only.
    from PySide6.QtCore import QSettings  # noqa: PLC0415
    from PySide6.QtTest import QTest  # noqa: PLC0415

    from workbench.settings import Paths  # noqa: PLC0415
    from workbench.ui import app  # noqa: PLC0415
    from workbench.ui.bridge import Bridge  # noqa: PLC0415
    from workbench.ui.main_window import MainWindow  # noqa: PLC0415
    from workbench.ui.theme import theme  # noqa: PLC0415

    def wait(happened: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not happened():
            QTest.qWait(50)
            if time.monotonic() > end:
                raise TimeoutError("the window did not get where it should")

    places = Paths.default()
    places.create()
    application = app.make_application(["workbench"])
    theme().install("dark")
    collector = app.GarbageCollector(application)
    bridge = Bridge(lambda: app.make_workbench(places))
    settings = QSettings(str(places.window_settings), QSettings.Format.IniFormat)
    main_window = MainWindow(bridge, settings)
    main_window.resize(1440, 900)
    main_window.show()
    bridge.start()
    bridge.call(lambda core: core.models.load(model))
    wait(lambda: bridge.engine_status.state == "ready")
    design: Any = main_window.panels["design"]
    wait(lambda: STRATEGY in design.run_bar.strategy.infos)
    design.handle({"path": str(PROMPT)})
    wait(lambda: design.model.current and design.model.current.preview.prompt_tokens)
    wait(lambda: design.model.current.path == str(PROMPT))
    design.run_bar.strategy.choose(STRATEGY)
    design.run_bar.parameters.form.set_values({"paths": paths})
    design.run_bar.sampling.set_values({"max_tokens": tokens, "seed": SEED})
    ended: list[int] = []
    bridge.run_ended.connect(ended.append)
    QTest.qWait(1500)
    design.run_bar.run.click()
    wait(lambda: ended)
    states: list[Any] = []
    bridge.call(lambda core: core.runs.load(ended[0]), states.append)
    wait(lambda: states)
    main_window.close()
    assert collector is not None
    return {"completion_tokens": states[0].completion_tokens, "seconds": states[0].seconds}


if __name__ == "__main__":
    if sys.argv[1] == "--window":
        print(json.dumps(show_window(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))), flush=True)
        os._exit(0)
    child(work)
