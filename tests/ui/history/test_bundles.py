"""A run saved as a bundle and replayed in the window: identical, different, stopped, no bundle."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS, Going, ask, unnamed
from workbench.engine.simulated import SimulatedEngine
from workbench.ui.bridge import Bridge
from workbench.ui.history.bundles.bundle_files import dropped_bundle
from workbench.ui.history.bundles.bundle_view import BundleView
from workbench.ui.history.panel import HistoryPanel
from workbench.ui.panels import Context

from .test_history_panel import make_run, spec


@pytest.fixture
def panel(bridge: Bridge, context: Context, qtbot: QtBot) -> HistoryPanel:
    make_run(bridge, spec("cot", "12"))
    made = HistoryPanel(context)
    qtbot.addWidget(made)
    made.resize(1376, 800)
    made.show()
    made.shown()
    qtbot.waitUntil(lambda: made.opened.spec is not None, timeout=WAIT_MS)
    return made


@contextlib.contextmanager
def choosing(monkeypatch: pytest.MonkeyPatch, path: Path) -> Iterator[None]:
    """The dialogs for files give this path."""
    with monkeypatch.context() as patch:
        for name in ("getOpenFileName", "getSaveFileName"):
            patch.setattr(QFileDialog, name, lambda *_args: (str(path), ""))
        yield


@pytest.fixture
def view(
    panel: HistoryPanel,
    going: Going,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> BundleView:
    """The view with the bundle of a run that was saved by the menu."""
    file = tmp_path / "run.zip"
    with choosing(monkeypatch, file):
        panel.menu.refresh()
        assert panel.menu.bundle.isEnabled()
        panel.menu.bundle.trigger()
        qtbot.waitUntil(lambda: bool(going.notices), timeout=WAIT_MS)
        assert going.notices[0].startswith(f"Saved run 1 to {file} (")
        panel.list_side.open_bundle.click()
    shown = panel.right.bundle
    qtbot.waitUntil(lambda: shown.info is not None, timeout=WAIT_MS)
    assert shown.isVisible()
    return shown


def replayed(view: BundleView, qtbot: QtBot) -> BundleView:
    view.replay_button.click()
    qtbot.waitUntil(lambda: view.result is not None, timeout=WAIT_MS)
    return view


def test_a_replay_says_identical_and_its_run_is_opened(
    view: BundleView, panel: HistoryPanel, qtbot: QtBot
) -> None:
    assert unnamed(view) == []
    assert "cot · pretend" in view.facts.text()
    assert "seed 7" in view.facts.text()
    assert view.model.currentText() == "pretend"
    replayed(view, qtbot)
    assert view.banner.message == "Identical, with the same probabilities to the last bit: run 2."
    assert not view.found.isVisible()
    view.open_run.click()
    assert panel.opened.run_id == 2
    assert not view.isVisible()
    qtbot.waitUntil(lambda: len(panel.runs.rows) == 2, timeout=WAIT_MS)


def test_where_a_replay_differs_is_shown_with_both_texts(
    view: BundleView, engine: SimulatedEngine, qtbot: QtBot
) -> None:
    engine.rule = lambda _prompt: ["Twelve and six.\n\nAnswer: 18"]
    replayed(view, qtbot)
    assert view.banner.message.startswith("First differs at token ")
    assert view.found.isVisible()
    assert "five" in view.expected.text
    assert "six" in view.found.text


def test_what_is_no_bundle_is_said_to_be_none(
    panel: HistoryPanel, tmp_path: Path, qtbot: QtBot
) -> None:
    file = tmp_path / "other.zip"
    file.write_bytes(b"no")
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(file))])
    panel.right.show_bundle(dropped_bundle(dropped))
    view = panel.right.bundle
    qtbot.waitUntil(view.banner.isVisible, timeout=WAIT_MS)
    assert "not a bundle of a run" in view.banner.message
    assert not view.replay_button.isEnabled()
    dropped.setUrls([QUrl.fromLocalFile(str(tmp_path / "notes.txt"))])
    assert dropped_bundle(dropped) == ""


def test_a_replay_is_stopped_with_its_run(
    view: BundleView, bridge: Bridge, engine: SimulatedEngine, qtbot: QtBot
) -> None:
    engine.delay_seconds = 0.05
    engine.rule = lambda _prompt: ["word " * 2_000]
    view.replay_button.click()
    qtbot.waitUntil(lambda: bool(ask(bridge, _running)), timeout=WAIT_MS)
    view.stop.click()
    assert view.banner.message == "The replay was stopped."
    assert view.replay_button.isEnabled()
    qtbot.waitUntil(lambda: not ask(bridge, _running), timeout=WAIT_MS)


async def _running(core: object) -> list[int]:
    runs = await core.history.list_runs()  # type: ignore[attr-defined]
    return [each.run_id for each in runs if each.status == "running"]
