"""Kinds of inputs that the front matter does not describe, from how the body uses them."""

from __future__ import annotations

import pytest

from workbench.prompts.input_inference import infer_parts
from workbench.prompts.jinja.analysis import analyse
from workbench.prompts.jinja.environment import prompt_environment


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("{{ x }}", "string"),
        ("{{ x.upper() }} {{ x | trim }}", "string"),
        ("{% if x %}{{ x }}{% endif %}", "string"),
        ("{% if x == 'a' %}b{% endif %}", "string"),
        ("{% for a in x %}{{ a.b }}{% endfor %}", "array"),
        ("{% for a in x | sort(attribute='b') %}{{ a }}{% endfor %}", "array"),
        ("{{ x | map(attribute='a') | join(', ') }}", "array"),
        ("{{ x[0] }}", "array"),
        ("{{ x.city }} {{ x }}", "object"),
        ("{{ x['city'] }}", "object"),
        ("{% for k, v in x.items() %}{{ k }}{% endfor %}", "object"),
        ("{% if x > 3 %}{{ x }}{% endif %}", "number"),
        ("{% if 1 <= x < 3 %}a{% endif %}", "number"),
        ("{% for n in range(x) %}a{% endfor %}", "integer"),
        ("{% if x %}a{% elif not x %}b{% endif %}", "boolean"),
        ("{{ 'a' if x and x else 'b' }}", "boolean"),
    ],
)
def test_the_use_of_a_name_tells_its_kind(body: str, kind: str) -> None:
    inputs = {field.name: field for field in analyse(body, "a.prompty").inputs}
    assert inputs["x"].type == kind
    assert not inputs["x"].declared


def test_what_is_read_of_items_and_objects_is_known() -> None:
    body = (
        "{% for label in labels | sort %}{{ label.name }}: {{ label.meaning }} {{ label['id'] }}"
        "{% endfor %}{{ person.city }}{{ person.items() }}{{ text.upper() }}{{ rows[0] }}"
    )
    assert infer_parts(prompt_environment({}).parse(body)) == {
        "labels": ("name", "meaning", "id"),
        "person": ("city",),
    }
