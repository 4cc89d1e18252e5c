"""Which results belong to what is shown now."""

from __future__ import annotations

import msgspec
import pytest

from workbench.domain.runs.made_with import changed_aspects, describe_aspects, describe_question
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import Budget, ChatPrompt, RunSpec, TemplatePrompt
from workbench.domain.text import Message

MADE = RunSpec(
    prompt=TemplatePrompt("/a/sticks.prompty", "How many of {{ n }}?", {"n": 12}),
    strategy="cot",
    params={"finish": "Answer:"},
    model="/models/small.gguf",
    seed=7,
)


def with_inputs(**values: object) -> RunSpec:
    assert isinstance(MADE.prompt, TemplatePrompt)
    return msgspec.structs.replace(
        MADE, prompt=msgspec.structs.replace(MADE.prompt, variables=values)
    )


def test_the_same_spec_differs_in_nothing() -> None:
    assert changed_aspects(MADE, MADE) == ()
    assert describe_aspects(()) == ""


@pytest.mark.parametrize(
    ("change", "aspects", "words"),
    [
        ({"model": "/models/large.gguf"}, ("model",), "Answers with other settings: model"),
        ({"sampling": Sampling(temperature=0.1)}, ("sampling",), None),
        ({"seed": 8}, ("seed",), None),
        ({"budget": Budget(max_tokens=100)}, ("budget",), None),
        ({"mode": "strict"}, ("mode",), "Answers with other settings: reproducibility"),
        ({"params": {"finish": "So:"}}, ("parameters",), None),
        ({"strategy": "direct", "params": {}}, ("strategy",), None),
        (
            {"seed": 8, "budget": Budget(max_calls=1), "model": "/m.gguf"},
            ("model", "seed", "budget"),
            "Answers with other settings: model, seed and budget",
        ),
        (
            {"prompt": TemplatePrompt("/a/sticks.prompty", "How many?", {"n": 12}), "seed": 8},
            ("prompt", "seed"),
            "Answers to another question",
        ),
        (
            {"prompt": ChatPrompt((Message("user", "How many?"),))},
            ("prompt", "inputs"),
            "Answers to another question",
        ),
    ],
)
def test_each_change_is_named(
    change: dict[str, object], aspects: tuple[str, ...], words: str | None
) -> None:
    found = changed_aspects(MADE, msgspec.structs.replace(MADE, **change))
    assert found == aspects
    if words is not None:
        assert describe_aspects(found) == words


@pytest.mark.parametrize("value", [13, "12", 12.0, True, [12]])
def test_another_value_of_an_input_is_another_question(value: object) -> None:
    found = changed_aspects(MADE, with_inputs(n=value))
    assert found == ("inputs",)
    assert describe_aspects(found) == "Answers to another question"


def test_what_is_left_open_differs_from_nothing() -> None:
    assert changed_aspects(MADE, msgspec.structs.replace(MADE, model="", seed=0)) == ()
    assert changed_aspects(msgspec.structs.replace(MADE, model="", seed=0), MADE) == ()


def test_a_default_need_not_be_repeated() -> None:
    bare = msgspec.structs.replace(MADE, params={})
    assert changed_aspects(MADE, bare, {"finish": "Answer:"}) == ()
    assert changed_aspects(MADE, bare, {"finish": "So:"}) == ("parameters",)


def test_a_moved_file_and_another_group_ask_the_same() -> None:
    prompt = TemplatePrompt("/b/moved.prompty", "How many of {{ n }}?", {"n": 12})
    assert changed_aspects(MADE, msgspec.structs.replace(MADE, prompt=prompt, group="x")) == ()


@pytest.mark.parametrize(
    ("aspects", "words"),
    [
        ((), ""),
        (("prompt",), "Answer to an older text"),
        (("prompt", "inputs", "seed"), "Answer to an older text and other inputs"),
        (("strategy",), "Answer with another strategy"),
        (("sampling", "seed"), "Answer with other settings: sampling and seed"),
    ],
)
def test_of_one_answer_it_is_said_which_part_of_the_question_differs(aspects, words) -> None:
    assert describe_question(aspects) == words


def test_a_budget_of_two_seconds_is_the_same_with_and_without_a_point() -> None:
    whole = msgspec.structs.replace(MADE, budget=Budget(max_seconds=2))
    kept = msgspec.structs.replace(MADE, budget=Budget(max_seconds=2.0))
    assert changed_aspects(kept, whole) == ()
    assert changed_aspects(kept, msgspec.structs.replace(MADE, budget=Budget(max_seconds=3))) == (
        "budget",
    )
