"""Model options in front matter: which apply, warnings on the others, writing them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.domain.prompts.model_options import (
    HeadOptions,
    model_of_front_matter,
    words_of_option,
)
from workbench.domain.views import ModelEntry
from workbench.prompts.front_matter.keys import options_of, read_head, write_options
from workbench.prompts.front_matter.model_options import usable
from workbench.prompts.jinja.analysis import analyse

OLD = """---
name: T
model:
  parameters:
    temperature: 0.2   # exact
    topP: 0.9
    minP: 0.1
    max_new_tokens: 60
    stop: END
    seed: 7
inputs:
  a: x
---
user:
{{ a }}
"""


def options(text: str) -> HeadOptions:
    return options_of(read_head(text, "a.prompty"))


def test_every_sampling_parameter_may_stand_in_a_head_in_either_spelling():
    found = analyse(OLD, "a.prompty").options
    assert found.sampling == {"temperature": 0.2, "top_p": 0.9, "min_p": 0.1, "stop": ["END"]}
    assert found.seed == 7
    assert found.given["seed"] == 7
    assert len(found.faults) == 1


def test_an_option_that_is_not_known_is_a_warning_at_its_place():
    problem = next(p for p in analyse(OLD, "a.prompty").problems if "max_new" in p.message)
    assert (problem.severity, problem.line, problem.column) == ("warning", 8, 5)
    assert problem.length == len("max_new_tokens")
    assert "has no effect" in problem.message


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("temperature", 9, "must be at most 5"),
        ("temperature", "${env:T}", "must be a number"),
        ("temperature", True, "must be a number"),
        ("max_tokens", 0, "must be at least 1"),
        ("max_tokens", 1.5, "must be a whole number"),
        ("stop", [1], "must be a text"),
        ("seed", -1, "a whole number from 0"),
        ("seed", "7", "a whole number from 0"),
        ("samplers", ["top_k", "top_z"], "must name each of"),
        ("temperatur", 1, "Did you mean temperature?"),
        ("response_format", {"type": "json_object"}, "not known here"),
    ],
)
def test_a_value_that_cannot_be_used_is_told_and_has_no_effect(key, value, sentence):
    found = usable({key: value})
    assert (found.sampling, found.seed) == ({}, None)
    assert sentence in found.faults[key]
    assert found.faults[key].startswith(f"The option {key} ")


def test_a_grammar_and_a_schema_do_not_stand_together():
    found = usable({"grammar": 'root ::= "a"', "json_schema": "{}"})
    assert found.sampling == {"grammar": 'root ::= "a"'}
    assert "remove one" in found.faults["json_schema"]


def test_options_of_other_services_are_read_where_the_format_keeps_them():
    text = "---\nmodel:\n  id: m\n  options:\n    additionalProperties: {top_k: 3, foo: 1}\n---\nHi"
    found = analyse(text, "a.prompty")
    assert (found.options.model, found.options.sampling) == ("m", {"top_k": 3})
    assert [p.line for p in found.problems if "foo" in p.message] == [5]


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(["temperature", "topP", "stop", "seed", "x", "logit_bias", "samplers"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
            lambda each: st.lists(each) | st.dictionaries(st.text(), each),
            max_leaves=4,
        ),
    )
)
def test_any_value_is_used_or_told(given_options):
    found = usable(given_options)
    used = len(found.sampling) + (found.seed is not None)
    assert used + len(found.faults) == len(given_options)


# --- writing --------------------------------------------------------------------------------------


def test_options_are_written_where_they_stand_and_all_else_stays():
    text = write_options(OLD, "a.prompty", {"temperature": 0.5, "top_p": 0.8, "top_k": 20})
    before, after = OLD.splitlines(), text.splitlines()
    assert [line for line in before if line not in after] == [
        "    temperature: 0.2   # exact",
        "    topP: 0.9",
    ]
    assert [line for line in after if line not in before] == [
        "    temperature: 0.5   # exact",
        "    topP: 0.8",
        "    top_k: 20",
    ]
    assert "seed" not in write_options(text, "a.prompty", {"seed": None})


@pytest.mark.parametrize(
    "text",
    [
        "user:\nHi",
        "---\nname: T\n---\nuser:\nHi",
        "---\nname: T\ninputs:\n  city: Paris\n---\nuser:\n{{ city }}",
        "---\nmodel: m-1\n---\nHi",
        "---\nmodel:\n  id: m-1\n---\nHi",
        "---\nmodel: {id: m-1, options: {temperature: 1}}\n---\nHi",
        "---\nmodel:\n  options: {temperature: 1, foo: 2}\n---\nHi",
        "---\r\nmodel:\r\n  parameters:\r\n    stop: [a]\r\n---\r\nHi",
    ],
)
def test_what_is_written_is_what_is_read_and_the_inputs_mean_the_same(text):
    values = {"temperature": 0.25, "stop": ["END", "#"], "seed": 9, "logit_bias": {"no": -5.0}}
    written = write_options(text, "a.prompty", values)
    found, before = options(written), options(text)
    assert found.given == {**before.given, **values}
    assert found.model == before.model
    assert analyse(written, "a.prompty").inputs == analyse(text, "a.prompty").inputs
    assert written.endswith(text[-4:])
    assert write_options(written, "a.prompty", values) == written


# --- models and words -----------------------------------------------------------------------------

MODELS = (
    ModelEntry(name="SmolLM2-135M-Instruct.Q4_1", path="/m/s.gguf", quantization="Q4_1"),
    ModelEntry(name="lab/llama", path="remote:lab/llama"),
    ModelEntry(name="broken", path="/m/b.gguf", error="It cannot be read."),
)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("smollm2-135m-instruct", "/m/s.gguf"),
        ("SmolLM2-135M-Instruct.Q4_1.gguf", "/m/s.gguf"),
        ("lab/llama", ""),
        ("broken", ""),
        ("gpt-4o", ""),
        ("", ""),
    ],
)
def test_a_head_chooses_among_the_models_of_this_machine_only(name, path):
    found = model_of_front_matter(name, MODELS)
    assert (found.path if found is not None else "") == path


def test_options_in_words():
    assert words_of_option("top_p", 0.95) == "top p 0.95"
    assert words_of_option("stop", ["END", "a\nb"]) == "stop END, a b"
    assert words_of_option("grammar", "root ::= x") == "grammar"
    assert len(words_of_option("stop", ["x" * 200])) < 80
