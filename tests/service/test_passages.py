"""A prompt that asks for passages: in the preview, in X-ray, and where they are missing."""

from __future__ import annotations

import pytest

from workbench.domain.sources.passages import Passage, PassageQuery
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.service.prompts.passages import Finding
from workbench.service.prompts.prompts import Prompts

TEXT = "{{ retrieve(question) }}\n{{ retrieve(question, k=1) }}\n{{ question }}"


@pytest.fixture
async def core(paths):
    made = Workbench(paths, engine=SimulatedEngine(lambda _prompt: ["14 days"]))
    await made.open()
    yield made
    await made.close()


class Shop:
    def __init__(self) -> None:
        self.asked: list[PassageQuery] = []

    async def __call__(self, asked: PassageQuery) -> tuple[Passage, ...]:
        self.asked.append(asked)
        found = Passage(text=f"To {asked.query}.", file="a.pdf", page=2, headings=("Returns",))
        return (found,) * min(asked.k, 2)


async def test_the_preview_has_the_passages_in_the_order_of_their_numbers(core):
    shop = Shop()
    prompts = Prompts(core._core, core.prompt_files, shop)
    preview = await prompts.preview(TEXT, "a.j2", {"question": "When?"})
    assert preview.error is None
    assert [each.text for each in preview.passages] == ["To When?."] * 3
    assert {s.at.passage for s in preview.messages[0].spans} == {0, 1, 2, 3}
    assert preview.passages[0].place == "a.pdf, page 2 › Returns"
    assert len(shop.asked) == 2


async def test_an_input_without_a_value_is_looked_for_by_its_name(core):
    shop = Shop()
    prompts = Prompts(core._core, core.prompt_files, shop)
    preview = await prompts.preview(TEXT, "a.j2", {}, unfilled=True)
    assert preview.missing == ("question",)
    assert {each.query for each in shop.asked} == {"‹question›"}
    assert len(preview.passages) == 3


async def test_one_question_is_asked_once():
    shop = Shop()
    finding = Finding(shop)
    first = await finding(PassageQuery("a"))
    assert await finding(PassageQuery("a")) is first
    await finding(PassageQuery("b", 1))
    assert [each.text for each in finding.passages] == ["To a.", "To a.", "To b."]
    assert len(shop.asked) == 2
