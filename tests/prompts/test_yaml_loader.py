"""Reading YAML with libyaml: the same values as without it, and nothing that ends the process."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from workbench.prompts.document import split_front_matter
from workbench.prompts.front_matter import yaml_loader
from workbench.prompts.front_matter.keys import edit_head
from workbench.prompts.front_matter.reading import read_yaml
from workbench.prompts.front_matter.yaml_loader import ALIASES, load_yaml
from workbench.prompts.library.tags import with_tags

PROMPTS = sorted((Path(__file__).parents[2] / "prompts").rglob("*.prompty"))
HEADS = [split_front_matter(path.read_text("utf-8"), str(path))[0] or "" for path in PROMPTS]


def outcome(text: str) -> tuple[object, object]:
    """What comes of a text: value and lines of the keys, or the error's sentence."""
    try:
        node, value = load_yaml(text)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        return type(error), str(error)
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return repr(value), [(str(key.value), key.start_mark.line) for key, _ in pairs]


@pytest.mark.parametrize(
    "text",
    [
        *HEADS,
        "",
        "just text",
        "a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\n",
        "- 2001-01-01\n- 0o7\n- 0x1f\n- 1e3\n- ~\n- yes\n- .inf\n- !!set {a}\n- !!binary aGk=\n",
        "a: |\n  x\n\n  y\nb: >-\n  z\n  w\nc: 'it''s'\nd: \"\\u00e9\\x41\"\n? e\n: f\n",
        "a: [\n", "a: b: c\n", "- !!python/object/apply:os.system ['true']", "a: *none\n", "\x07",
        "why:\n\ufeff  idea: x\n", "a: 1\n--- \nb: 2\n", "!", "a: ! 1\n",
    ],
)  # fmt: skip
def test_libyaml_and_python_say_the_same(text, monkeypatch):
    fast = outcome(text)
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    assert fast == outcome(text)


@given(st.text("ab:-[]{}&*#|>'\" \n,!", max_size=60))
def test_what_both_read_is_the_same(text):
    try:
        value = yaml_loader._loaded(yaml_loader._Loader(text))[1]
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return
    assert repr(load_yaml(text)[1]) == repr(value)


@pytest.mark.parametrize("text", ["[" * 60_000, "- " * 30_000, "? " * 30_000, "{a: " * 15_000])
def test_depth_without_end_is_refused(text):
    with pytest.raises(ValueError, match=r"\w"):
        read_yaml(text)


def test_many_aliases_are_refused_with_their_line():
    text = "a: &a 1\nb:\n" + "- *a\n" * (ALIASES + 1)
    with pytest.raises(ValueError, match=f"line {ALIASES + 3}: it has more than {ALIASES}"):
        read_yaml(text)
    assert read_yaml("a: &a 1\nb: [*a, *a]") == {"a": 1, "b": [1, 1]}


def test_a_head_that_only_libyaml_reads_is_left_to_the_person():
    text = "---\nname: x\nsample: {q: How much?}\n---\nuser:\n{{ q }}\n"
    with pytest.raises(Exception, match="edit it"):
        with_tags(text, "p.prompty", ("a",))
    with pytest.raises(Exception, match="edit it"):
        edit_head(text, "p.prompty", ("name",), "y")
