"""An output becomes a case of a data set, and is taken back."""

from __future__ import annotations

import json

import pytest
from PySide6.QtWidgets import QWidget

from tests.ui.conftest import WAIT_MS, ask, unnamed
from workbench.domain.prompts.sheets import draft_of
from workbench.domain.runs.spec import ChatPrompt, RunSpec, TemplatePrompt
from workbench.domain.text import Message, Span
from workbench.ui.evaluate.data.case_form import CaseForm, case_action


def message(role: str, text: str) -> Message:
    return Message(role, (Span(text, "literal"),))


def test_what_a_run_gives_to_a_case():
    spec = RunSpec(prompt=TemplatePrompt("/p/greet.prompty", "", {"name": "Ada"}))
    draft = draft_of(spec, "Hello Ada.\nAnswer: hi", "hi")
    assert (draft.name, draft.values, draft.output) == ("greet", {"name": "Ada"}, "hi")
    turns = (message("system", "Be short."), message("user", "2+2?"))
    draft = draft_of(RunSpec(prompt=ChatPrompt(turns)), "4", None)
    assert (draft.name, draft.values["input"], draft.output) == ("", "2+2?", "4")
    assert draft.values["messages"][0] == {"role": "system", "content": "Be short."}


@pytest.fixture
def run_id(bridge) -> int:
    prompt = TemplatePrompt("/p/greet.prompty", "user:\nGreet {{ name }}.\n", {"name": "Ada"})

    async def work(core):
        made = await core.runs.start(RunSpec(prompt=prompt, seed=1))
        await core.runs.wait(made)
        return made

    return ask(bridge, work)


def test_an_output_becomes_a_case_of_a_new_data_set_and_is_taken_back(
    context, qtbot, run_id, paths
):
    form = CaseForm(context, made := window(qtbot))
    form.show()
    form.start(run_id)
    qtbot.waitUntil(form.add.isEnabled, timeout=WAIT_MS)
    assert form.values.text() == "name: Ada"
    assert form.name.text() == "greet"
    assert unnamed(form) == []
    form.expected.setPlainText("Hello Ada")
    form.tags.setText("short, names")
    form.add.click()
    qtbot.waitUntil(form.take_back.isVisible, timeout=WAIT_MS)
    file = paths.data_sets / "greet.jsonl"
    assert json.loads(file.read_text()) == {
        "name": "Ada",
        "expected": "Hello Ada",
        "tags": "short, names",
    }
    assert form.message.text() == "Added to greet.jsonl as row 1."
    form.take_back.click()
    qtbot.waitUntil(form.add.isVisible, timeout=WAIT_MS)
    assert not file.exists()
    assert made.isVisible()


def window(qtbot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


def test_there_is_no_case_without_a_run(context, qtbot):
    action = case_action("chat", context, window(qtbot), lambda: None)
    assert not action.when()
