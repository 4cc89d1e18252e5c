"""From History to the X-ray of a run, in the whole window and by keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.ui.bridge import Bridge
from workbench.ui.design.panel import DesignPanel
from workbench.ui.history.panel import HistoryPanel
from workbench.ui.main_window import MainWindow

SOURCE = "user:\nHow many are {{ count }} sticks?"


@pytest.fixture
def prompts(bridge: Bridge, qtbot: QtBot) -> list[str]:
    found: list[str] = []
    for name in ("sticks", "others", "more"):
        bridge.call(
            lambda core, name=name: core.prompt_files.create(name, "", SOURCE + name),
            lambda file: found.append(file.path),
        )
    qtbot.waitUntil(lambda: len(found) == 3, timeout=WAIT_MS)
    return sorted(found, key=lambda path: "sticks" not in Path(path).name)


@pytest.fixture
def run_id(bridge: Bridge, qtbot: QtBot, prompts: list[str]) -> int:
    ended: list[int] = []
    spec = RunSpec(prompt=TemplatePrompt(prompts[0], SOURCE, {"count": "12"}), seed=3)

    async def work(core: object) -> int:
        made = await core.runs.start(spec)  # type: ignore[attr-defined]
        await core.runs.wait(made)  # type: ignore[attr-defined]
        return int(made)

    bridge.call(work, ended.append)
    qtbot.waitUntil(lambda: bool(ended), timeout=WAIT_MS)
    return ended[0]


@pytest.mark.parametrize("remembered", [True, False])
def test_the_xray_comes_to_a_design_that_was_not_open_yet(
    bridge: Bridge,
    qtbot: QtBot,
    tmp_path: Path,
    prompts: list[str],
    run_id: int,
    remembered: bool,
) -> None:
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    settings.setValue("panel", "history")
    window = MainWindow(bridge, settings)
    state = {"open": [[each, {}, 0] for each in prompts[1:]], "current": prompts[2]}
    window._sessions = {"design": state} if remembered else {}
    window._restored = True
    qtbot.addWidget(window)
    window.show()
    history = window.panels["history"]
    assert isinstance(history, HistoryPanel)
    history.handle({"run_id": run_id})
    qtbot.waitUntil(history.menu.can_xray, timeout=WAIT_MS)
    window.actions_table.trigger("history.xray")
    design = window.panels["design"]
    assert isinstance(design, DesignPanel)
    qtbot.waitUntil(lambda: design.side.current == "xray", timeout=WAIT_MS)
    wanted = 3 if remembered else 1
    qtbot.waitUntil(lambda: len(design.model.documents) == wanted, timeout=WAIT_MS)
    current = design.model.current
    assert current is not None
    assert (current.path, current.text) == (prompts[0], SOURCE)
    assert current.values == {"count": "12"}
