"""A run that was cut goes on from where it was: in Result, in History, read again or still open."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS, ask, until
from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.spec import ChatPrompt, RunSpec
from workbench.domain.text import Message
from workbench.domain.views import StrategyInfo
from workbench.engine.simulated import SimulatedEngine
from workbench.ui.bridge import Bridge
from workbench.ui.design.run.result import ResultPane
from workbench.ui.history.panel import HistoryPanel
from workbench.ui.panels import Context
from workbench.ui.runs.run_model import RunModel

STRATEGIES = ("direct", "cot", "self_consistency")


@pytest.fixture
def engine() -> SimulatedEngine:
    """Writes as slowly as a real one."""
    text = "word " * 40 + "\nAnswer: 17"
    return SimulatedEngine(lambda _prompt: [text] * 8, tokens_per_second=20)


def spec_of(strategy: str) -> RunSpec:
    prompt = ChatPrompt((Message.value("user", "How many sticks?"),))
    params = {"extraction": "last_number"}
    return RunSpec(prompt=prompt, strategy=strategy, params=params, seed=7)


@pytest.fixture
def cut(bridge: Bridge, request: pytest.FixtureRequest) -> RunModel:
    """A run that was stopped while it was writing."""
    strategy = getattr(request, "param", "cot")
    model = RunModel(bridge, StrategyInfo(strategy, strategy, "direct", "", ()), {})
    model.start(spec_of(strategy))
    until(lambda: model.state is not None and model.state.generated_tokens > 6)
    model.stop()
    until(lambda: model.phase == "ended")
    return model


@pytest.mark.parametrize("cut", STRATEGIES, indirect=True)
def test_a_run_that_was_stopped_goes_on_to_its_end(
    cut: RunModel, engine: SimulatedEngine, qtbot: QtBot
) -> None:
    run_id = cut.run_id
    assert cut.can_resume
    engine.delay_seconds = 0.0
    cut.resume()
    assert cut.busy
    qtbot.waitUntil(lambda: not cut.busy, timeout=WAIT_MS)
    assert (cut.run_id, cut.error, cut.answer) == (run_id, "", "17")
    assert cut.state is not None
    assert cut.state.status == "done"
    assert not cut.can_resume


def test_a_run_of_the_history_goes_on_too(
    cut: RunModel, bridge: Bridge, engine: SimulatedEngine, qtbot: QtBot
) -> None:
    run_id, spec = cut.run_id, cut.spec
    assert run_id is not None
    assert spec is not None
    state: RunState = ask(bridge, lambda core: core.runs.load(run_id))
    other = RunModel(bridge, cut.info, {})
    other.load(run_id, spec, state)
    engine.delay_seconds = 0.0
    other.resume()
    qtbot.waitUntil(lambda: other.answer == "17", timeout=WAIT_MS)
    assert ask(bridge, lambda core: core.runs.load(run_id)) == other.state


def test_a_resumed_run_can_be_stopped_at_once(cut: RunModel, qtbot: QtBot) -> None:
    cut.resume()
    cut.stop()
    assert cut.phase == "ended"
    assert cut.can_resume
    run_id = cut.run_id
    assert run_id is not None
    bridge = cut._bridge
    qtbot.waitUntil(
        lambda: ask(bridge, lambda core: core.runs.load(run_id)).status == "cancelled",
        timeout=WAIT_MS,
    )


def test_result_says_so_and_resumes(
    cut: RunModel, bridge: Bridge, engine: SimulatedEngine, qtbot: QtBot
) -> None:
    pane = ResultPane(bridge)
    qtbot.addWidget(pane)
    pane.resize(500, 700)
    pane.show()
    pane.follow(cut)
    assert pane.banner.message == "This run was stopped before its end"
    engine.delay_seconds = 0.0
    qtbot.mouseClick(pane.banner.remedy, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: pane.card.answer == "17", timeout=WAIT_MS)
    assert pane.banner.message == ""


def test_history_says_so_and_resumes(
    cut: RunModel, context: Context, engine: SimulatedEngine, qtbot: QtBot
) -> None:
    panel = HistoryPanel(context)
    qtbot.addWidget(panel)
    panel.resize(1300, 800)
    panel.show()
    panel.shown()
    panel.handle({"run_id": cut.run_id})
    view = panel.view
    sentence = "This run was stopped before its end"
    qtbot.waitUntil(lambda: view.banner.message == sentence, timeout=WAIT_MS)
    engine.delay_seconds = 0.0
    qtbot.mouseClick(view.banner.remedy, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.card.answer == "17", timeout=WAIT_MS)
    # Other tests made the same run: a note may say that it is the same.
    assert "stopped" not in view.banner.message
    assert not view.banner.remedy.isVisible()
