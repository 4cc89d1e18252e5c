"""The prompts that ship: each can be opened, understood and run as it is."""

from itertools import pairwise
from pathlib import Path

import pytest

from workbench.sandbox.pool import SandboxPool
from workbench.templates.analysis import analyse
from workbench.templates.render import render

FOLDER = Path(__file__).parents[2] / "prompts"
PROMPTS = {
    path.relative_to(FOLDER).as_posix(): path.read_text("utf-8")
    for path in sorted(FOLDER.rglob("*.prompty"))
}


@pytest.mark.parametrize("name", PROMPTS)
def test_every_prompt_is_described_and_without_problems(name: str) -> None:
    analysis = analyse(PROMPTS[name], name)
    assert analysis.problems == ()
    assert analysis.name
    assert analysis.description.endswith(".")
    assert analysis.tags
    assert all(field.description for field in analysis.inputs)


@pytest.mark.parametrize("name", PROMPTS)
async def test_every_prompt_renders_with_its_sample(pool: SandboxPool, name: str) -> None:
    messages = await render(pool, PROMPTS[name], name, analyse(PROMPTS[name], name).sample)
    roles = [message.role for message in messages]
    assert roles[-1] == "user"
    assert "system" not in roles[1:]
    assert all(one != two for one, two in pairwise(roles))
    if name.startswith("strategies/"):
        assert roles == ["user"]


@pytest.mark.parametrize("name", [name for name in PROMPTS if "tot-" in name])
async def test_search_prompts_render_at_the_root_of_the_tree(pool: SandboxPool, name: str) -> None:
    analysis = analyse(PROMPTS[name], name)
    values = {key: value for key, value in analysis.sample.items() if key != "thoughts"}
    (message,) = await render(pool, PROMPTS[name], name, values)
    assert "so far" not in message.text


def test_there_is_enough_to_start_with() -> None:
    own = [name for name in PROMPTS if not name.startswith("strategies/")]
    assert len(own) >= 10
    assert {name.removeprefix("strategies/") for name in PROMPTS} >= {
        "cot.prompty", "cot-answer.prompty", "self-consistency.prompty", "tot-propose.prompty",
        "tot-sample.prompty", "tot-value.prompty", "tot-vote.prompty", "tot-answer.prompty",
    }  # fmt: skip
