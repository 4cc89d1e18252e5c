"""What is asked of the core while one types: at once, and never two questions at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QObject

from tests.ui.conftest import WAIT_MS
from workbench.domain.errors import LibraryError
from workbench.domain.prompts.prompt import Preview, TemplateAnalysis
from workbench.ui.design.document import Document
from workbench.ui.design.preview.rendering import Rendering
from workbench.ui.tasks import Ask


class Asked:
    """A bridge that keeps questions until the test answers them."""

    def __init__(self) -> None:
        self.open: list[tuple[tuple[str, str], Callable[[Any], None], Callable[[Any], None]]] = []
        self.all: list[tuple[str, str]] = []

    async def analyse(self, text, _path) -> tuple[str, str]:
        return "analyse", text

    async def preview(self, text, _path, _values, *, unfilled) -> tuple[str, str]:
        return "preview", text

    def ask(self, ask) -> Ask:
        return Ask(self, ask)

    def call(self, ask, done, failed) -> Future:
        async def wording() -> tuple[str, str]:
            return await ask(SimpleNamespace(prompts=self))

        question = asyncio.run(wording())
        self.all.append(question)
        self.open.append((question, done, failed))
        return Future()

    def answer(self) -> None:
        (kind, text), done, _ = self.open.pop(0)
        done(TemplateAnalysis(name=text) if kind == "analyse" else Preview(raw=text))

    def fail(self) -> None:
        _, _, failed = self.open.pop(0)
        failed(LibraryError("/p/a.md", "it is gone"))


class Model(QObject):
    """Has one document."""

    def __init__(self) -> None:
        super().__init__()
        self.current = Document("/p/a.md", "one", "one", "")


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def rendering(asked, model) -> Rendering:
    return Rendering(asked, model)


def test_what_is_typed_meanwhile_is_one_question_after_the_answer(asked, model, rendering, qtbot):
    rendering.ask()
    for text in ("two", "three", "four"):
        model.current.text = text
        rendering.ask_soon()
    assert asked.all == [("analyse", "one")]
    asked.answer()
    assert asked.all[1:] == [("preview", "four")]
    assert rendering.is_behind
    with qtbot.waitSignal(rendering.previewed, timeout=WAIT_MS):
        asked.answer()
    assert rendering.is_behind
    qtbot.waitUntil(lambda: asked.all[2:] == [("analyse", "four")], timeout=WAIT_MS)
    asked.answer()
    asked.answer()
    assert model.current.preview.raw == "four"
    assert not rendering.is_behind


def test_changes_that_come_together_are_one_question(asked, rendering, qtbot):
    rendering.ask_soon()
    rendering.ask_soon()
    assert rendering.is_behind
    qtbot.waitUntil(lambda: bool(asked.all), timeout=WAIT_MS)
    assert len(asked.all) == 1


def test_where_only_values_changed_nothing_is_analysed_again(asked, rendering):
    rendering.ask()
    asked.answer()
    asked.answer()
    rendering.ask()
    assert [kind for kind, _ in asked.all] == ["analyse", "preview", "preview"]


def test_an_answer_of_the_prompt_before_is_dropped(asked, model, rendering):
    first = model.current
    rendering.ask()
    model.current = Document("/p/b.md", "other", "other", "")
    rendering.ask()
    asked.answer()
    assert first.analysed is None
    asked.answer()
    asked.answer()
    assert model.current.preview.raw == "other"
    assert not rendering.is_behind


def test_a_question_that_failed_is_told_and_does_not_stop_the_next(asked, rendering, qtbot):
    with qtbot.waitSignal(rendering.failed, timeout=WAIT_MS) as reported:
        rendering.ask()
        asked.fail()
    assert "it is gone" in reported.args[0]
    rendering.ask_soon()
    qtbot.waitUntil(lambda: len(asked.all) == 2, timeout=WAIT_MS)


def test_an_empty_prompt_is_called_empty_and_no_input_is_asked_for(
    open_design, write_prompt, qtbot
):
    panel = open_design(write_prompt("full.prompty", "user:\nHello.\n"))
    panel.model.open(str(write_prompt("empty.prompty", "")))
    banner = panel.rendered.banner
    qtbot.waitUntil(lambda: banner.message == "There is nothing in it yet.", timeout=WAIT_MS)
