"""From a run elsewhere in the window to its X-ray in Design."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.conftest import WAIT_MS
from tests.ui.design.test_xray import SOURCE, GateEngine
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.domain.views import EngineStatus, ModelEntry
from workbench.ui.design.panel import DesignPanel
from workbench.ui.design.tools.xray.pane import XRayPane
from workbench.ui.runs.explaining import explain_request

OLD = SOURCE.replace("The gate is green.", "The gate is {{ colour }}.")


@pytest.fixture
def engine():
    return GateEngine(lambda _prompt: ["The code is 7341."])


@pytest.fixture
def file(paths) -> Path:
    found = paths.prompts / "gate.prompty"
    found.parent.mkdir(parents=True, exist_ok=True)
    found.write_text(SOURCE)
    return found


@pytest.fixture
def panel(open_design, file) -> DesignPanel:
    return open_design()


def run(bridge, qtbot, spec: RunSpec):
    found = []

    async def work(core):
        run_id = await core.runs.start(spec)
        state = await core.runs.wait(run_id)
        return run_id, await core.runs.spec(run_id), state

    bridge.call(work, found.append)
    qtbot.waitUntil(lambda: bool(found), timeout=WAIT_MS)
    return found[0]


def spec_of(file: Path, source: str = OLD, **more) -> RunSpec:
    prompt = TemplatePrompt(str(file), source, {"colour": "red"})
    return RunSpec(prompt=prompt, sampling=Sampling(max_tokens=40), seed=3, **more)


def explain(panel, qtbot, request) -> XRayPane:
    panel.handle({"explain": request})
    pane = panel.side.pane("xray")
    qtbot.waitUntil(lambda: panel.side.stack.currentWidget() is pane, timeout=WAIT_MS)
    assert isinstance(pane, XRayPane)
    return pane


def test_the_prompt_is_open_as_the_run_had_it(panel, bridge, qtbot, file, going):
    run_id, spec, state = run(bridge, qtbot, spec_of(file))
    pane = explain(panel, qtbot, explain_request(run_id, spec, state))
    document = panel.model.current
    assert (document.path, document.text) == (str(file), OLD)
    assert document.values == {"colour": "red"}
    assert panel.work.inputs.samples.origin == f"run {run_id}"
    assert pane.parts.answer_text == "The code is 7341."
    assert pane.parts.box.origin.text() == f"Answer of run {run_id}"
    assert "Ctrl+Z" in going.notices[0]
    qtbot.waitUntil(lambda: bool(document.preview.messages), timeout=WAIT_MS)
    pane.parts.start.click()
    qtbot.waitUntil(lambda: not pane.model.running, timeout=WAIT_MS)
    assert pane.parts.segments.segments.rows[0].segment.first_line == 6
    assert document.values == {"colour": "red"}
    panel.work.editor.undo()
    assert document.text == SOURCE
    assert file.read_text() == SOURCE


def test_text_that_was_not_saved_comes_back_with_undo(panel, bridge, qtbot, file):
    run_id, spec, state = run(bridge, qtbot, spec_of(file))
    panel.model.open(str(file))
    qtbot.waitUntil(lambda: panel.model.current.path == str(file), timeout=WAIT_MS)
    panel.work.editor.replace_all("user:\nunsaved")
    explain(panel, qtbot, explain_request(run_id, spec, state))
    assert panel.model.current.text == OLD
    panel.work.editor.undo()
    assert panel.model.current.text == "user:\nunsaved"


def test_two_runs_are_chosen_and_set_against_each_other(panel, bridge, qtbot, file):
    without = OLD.replace("The code of the gate is 7341.\n", "")
    old, _, _ = run(bridge, qtbot, spec_of(file, without))
    new, spec, state = run(bridge, qtbot, spec_of(file))
    request = explain_request(new, spec, state, "Direct")
    request |= {"against": old, "against_note": "Chain of thought"}
    pane = explain(panel, qtbot, request)
    assert pane.runs.isVisibleTo(pane)
    chosen = (pane.runs.chooser.currentData(), pane.runs.other.currentData())
    assert chosen == (old, new)
    qtbot.waitUntil(lambda: len(pane.model.runs) == 2, timeout=WAIT_MS)
    assert (pane.runs.chooser.currentData(), pane.runs.other.currentData()) == (old, new)
    pane.runs.start.click()
    qtbot.waitUntil(lambda: pane.model.comparison is not None, timeout=WAIT_MS)
    assert pane.model.comparison_error == ""
    assert pane.runs.new.title.text() == f"Answer of run {new}"
    assert f"under the prompt of run {new}" in pane.runs.legend.text()
    assert "245 times more likely" in pane.runs.sentence.text()


def test_a_run_is_not_set_against_itself(panel, bridge, qtbot, file):
    run_id, spec, state = run(bridge, qtbot, spec_of(file))
    pane = explain(panel, qtbot, explain_request(run_id, spec, state))
    pane.runs.choose(run_id, run_id, {run_id: ""})
    assert not pane.runs.start.isEnabled()
    pane.runs.other.choose(0)
    pane.runs.other.activated.emit(0)
    assert pane.runs.start.isEnabled()


def test_a_new_run_takes_the_place_of_the_answer_that_was_asked_for(panel, bridge, qtbot, file):
    run_id, spec, state = run(bridge, qtbot, spec_of(file))
    pane = explain(panel, qtbot, explain_request(run_id, spec, state))
    panel.running.start()
    qtbot.waitUntil(
        lambda: (
            panel.running.results.run is not None and panel.running.results.run.phase == "ended"
        ),
        timeout=WAIT_MS,
    )
    panel.side.show_tool("xray")
    last = f"Answer of run {panel.running.results.run.run_id}, in Result"
    qtbot.waitUntil(lambda: pane.parts.box.origin.text() == last, timeout=WAIT_MS)


def test_a_prompt_that_is_gone_is_said_and_nothing_is_opened(panel, bridge, qtbot, file):
    run_id, spec, state = run(bridge, qtbot, spec_of(file))
    file.unlink()
    panel.handle({"explain": explain_request(run_id, spec, state)})
    qtbot.waitUntil(lambda: bool(panel.work.banner.message), timeout=WAIT_MS)
    assert panel.explaining._wanted is None


def test_it_is_xrayed_with_the_model_of_the_run(panel, bridge, qtbot, file, tmp_path, paths):
    run_id, spec, state = run(bridge, qtbot, spec_of(file))
    other = ModelEntry(name="other", path=str(tmp_path / "other.gguf"))
    chooser = panel.run_bar.model
    chooser._show((*chooser.entries, other))
    loaded = chooser.model_path
    request = explain_request(run_id, spec, state)
    explain(panel, qtbot, request | {"model": other.path})
    assert chooser.model_path == other.path
    chooser._on_engine(EngineStatus(state="ready", model_path=loaded))
    assert chooser.model_path == other.path
    panel.model.refresh()
    qtbot.waitUntil(panel.options.are_known, timeout=WAIT_MS)
    assert chooser.model_path == other.path
    panel.options._on_picked()
    assert not panel.options._models
