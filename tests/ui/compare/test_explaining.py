"""From a column of Compare to the X-ray of its answer, and to "Prompt or dice?"."""

from __future__ import annotations

from typing import Any

import msgspec
from pytestqt.qtbot import QtBot

from tests.ui.compare.driving import SOURCE, column_of, run
from tests.ui.conftest import Going
from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.spec import ChatPrompt, RunSpec, TemplatePrompt
from workbench.domain.views import EngineStatus
from workbench.ui.compare.panel import ComparePanel
from workbench.ui.runs.explaining import why_no_dice, why_no_xray


def reasons(panel: ComparePanel, strategy: str) -> tuple[str, str]:
    view = column_of(panel, strategy)
    view.menu.aboutToShow.emit()
    entries = (view.menu.xray, view.menu.dice)
    return tuple("" if each.isEnabled() else each.toolTip() for each in entries)  # type: ignore[return-value]


def test_entries_say_why_they_cannot_be_used(panel: ComparePanel, qtbot: QtBot) -> None:
    xray, dice = reasons(panel, "direct")
    assert "no run yet" in xray
    assert "no run yet" in dice
    run(panel, qtbot)
    assert reasons(panel, "direct")[0] == ""
    assert "Pin another column" in reasons(panel, "direct")[1]
    assert "asks with prompts of its own" in reasons(panel, "cot")[0]
    panel.model.set_pinned(column_of(panel, "direct").model)
    assert reasons(panel, "cot")[1] == ""
    assert "Pin another column" in reasons(panel, "direct")[1]
    panel.model.set_pinned(column_of(panel, "cot").model)
    assert reasons(panel, "direct") == ("", "")


def test_a_direct_answer_is_xrayed(panel: ComparePanel, qtbot: QtBot, going: Going) -> None:
    run(panel, qtbot)
    view = column_of(panel, "direct")
    view.menu.aboutToShow.emit()
    view.menu.xray.trigger()
    place, request = going.places[-1]
    wanted: Any = request["explain"]
    assert place == "design"
    assert (wanted["path"], wanted["source"]) == ("/tmp/sticks.prompty", SOURCE)
    assert wanted["variables"] == {"count": "12"}
    assert wanted["answer"].endswith("Answer: 17")
    assert wanted["run_id"] == view.model.run_id


def test_a_column_is_set_against_the_pinned_one(
    panel: ComparePanel, qtbot: QtBot, going: Going
) -> None:
    run(panel, qtbot)
    pinned = column_of(panel, "direct").model
    panel.model.set_pinned(pinned)
    view = column_of(panel, "cot")
    panel.board.go_to(view)
    view.menu.dice.trigger()
    wanted: Any = going.places[-1][1]["explain"]
    assert (wanted["run_id"], wanted["against"]) == (view.model.run_id, pinned.run_id)
    assert wanted["answer"] == ""  # it was not asked with the prompt itself


def test_commands_do_the_same_for_the_column_with_the_focus(
    panel: ComparePanel, qtbot: QtBot, going: Going
) -> None:
    actions = {action.id: action for action in panel.actions_table()}
    assert not actions["compare.xray"].when()
    run(panel, qtbot)
    assert actions["compare.xray"].when()
    assert not actions["compare.dice"].when()
    panel.model.set_pinned(column_of(panel, "cot").model)
    assert actions["compare.dice"].when()
    actions["compare.dice"].run()
    actions["compare.xray"].run()
    assert [place for place, _ in going.places] == ["design", "design"]


ENDED = RunState(run_id=1, status="done", output="x")


def test_a_conversation_and_an_answer_of_many_calls_have_no_prompt_to_score() -> None:
    spec = RunSpec(prompt=TemplatePrompt("/p", "user:\nx", {}))
    chat = msgspec.structs.replace(spec, prompt=ChatPrompt(()))
    assert "no template" in why_no_xray(chat, ENDED, EngineStatus())
    assert "not written by one call" in why_no_xray(spec, ENDED, EngineStatus())
    assert "still going on" in why_no_xray(spec, RunState(run_id=1), EngineStatus())
    assert "no answer" in why_no_xray(spec, RunState(run_id=1, status="done"), EngineStatus())


def test_a_model_that_tells_no_likelihoods_is_named(panel: ComparePanel, qtbot: QtBot) -> None:
    run(panel, qtbot)
    model = column_of(panel, "direct").model
    status = EngineStatus(model_name="lab/llama", model_path="remote:lab/llama", can_score=False)
    assert model.spec is not None
    elsewhere = msgspec.structs.replace(model.spec, model="/other.gguf")
    here = msgspec.structs.replace(model.spec, model="remote:lab/llama")
    assert why_no_xray(elsewhere, model.state, status) == ""
    assert "lab/llama cannot say how likely" in why_no_xray(here, model.state, status)
    other = column_of(panel, "cot").model
    assert "cannot say" in why_no_dice(here, model.state, status, (other.run_id, other.state))
    assert "same run" in why_no_dice(here, model.state, status, (model.run_id, model.state))
    assert "no answer yet" in why_no_dice(here, model.state, status, (None, None))
