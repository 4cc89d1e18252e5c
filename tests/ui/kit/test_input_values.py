"""Values in fields: what is shown reads back as what it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.prompts.prompt import InputField
from workbench.domain.runs.spec import Json
from workbench.ui.kit.inputs.values import (
    count_of,
    same_values,
    summary_of,
    text_of,
    value_of,
)

TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=10,
)  # fmt: skip
MESSAGE = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant"]), "content": TEXT}
)
KINDS = {
    "string": TEXT,
    "integer": st.integers(-(2**62), 2**62),
    "number": st.floats(-1e15, 1e15),
    "array": st.lists(JSON, max_size=5),
    "object": st.dictionaries(TEXT, JSON, max_size=5),
    "file": TEXT | st.fixed_dictionaries({"path": TEXT, "text": TEXT}),
    "image": st.fixed_dictionaries({"name": TEXT, "width": st.integers(1, 9999)}),
    "thread": st.lists(MESSAGE, max_size=5),
}


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_every_kind_reads_back_as_it_was(kind, data) -> None:
    value = data.draw(KINDS[kind])
    each = InputField(name="x", type=kind)
    assert value_of(each, text_of(each, value)) == value


def test_a_switch_is_its_own_value() -> None:
    assert value_of(InputField(name="x", type="boolean"), True) is True


@pytest.mark.parametrize(
    ("each", "raw", "reason"),
    [
        (InputField(name="x", type="integer"), "1.5", "not a whole number"),
        (InputField(name="x", type="number"), "nan", "not a number"),
        (InputField(name="x", type="number"), "1e999", "not a number"),
        (InputField(name="x", type="integer"), "9" * 5_000, "not a whole number"),
        (InputField(name="x", type="integer", minimum=1), "0", "at least 1"),
        (InputField(name="x", type="number", maximum=2.5), "3", "at most 2.5"),
        (InputField(name="x", type="array"), '{"a": 1}', "not a JSON list"),
        (InputField(name="x", type="array"), "[1,\n2", "not JSON"),
        (InputField(name="x", type="object"), "[" * 100_000, "not JSON that can be used"),
        (InputField(name="x", type="thread"), '[{"role": "robot"}]', "not a list of messages"),
    ],
)
def test_what_cannot_be_read_is_said_shortly(each: InputField, raw: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        value_of(each, raw)


def test_an_empty_field_is_not_given() -> None:
    assert value_of(InputField(name="x", type="array"), "  ") is None
    assert value_of(InputField(name="x", required=False), "") is None
    assert value_of(InputField(name="x"), "") == ""


def test_a_list_is_summed_up_by_what_tells_its_items_apart() -> None:
    items: list[Json] = [{"steps": [1], "name": "rolls"}, {"name": "pencils"}, "bus\nseats", 4]
    assert count_of(items) == "4 items"
    assert summary_of(items) == "rolls, pencils, bus seats, 4"
    shown = [{"text": "I love it", "label": "positive"}, {"text": "", "label": ""}]
    assert summary_of(shown) == "I love it"
    assert summary_of([{"label": "positive"}, {"label": "negative"}]) == "positive, negative"
    assert summary_of({"street": 1, "city": 2}) == "street, city"
    assert len(summary_of(["x" * 5_000] * 1_000)) < 300


def test_a_default_and_an_empty_field_are_no_change() -> None:
    inputs = (
        InputField(name="grade", type="integer", default=5),
        InputField(name="hint", required=False),
        InputField(name="loud", type="boolean"),
        InputField(name="items", type="array"),
    )
    assert same_values(inputs, {}, {"grade": 5, "hint": "", "loud": False, "items": []})
    assert same_values(inputs, {"grade": "6"}, {"grade": 6})
    assert not same_values(inputs, {"grade": 6}, {"grade": 5})
    assert not same_values(inputs, {}, {"hint": "x"})
