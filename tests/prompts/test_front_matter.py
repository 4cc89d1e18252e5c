"""Changes to front matter leave every other byte; references stay as they are unless allowed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.domain.errors import FrontMatterError
from workbench.domain.prompts.model_options import HeadOptions
from workbench.prompts.document import parse_document
from workbench.prompts.front_matter.keys import edit_head, options_of, read_head
from workbench.prompts.front_matter.references import Allowed, resolved

TEXT = (
    "\ufeff---\r\n"
    "# written by hand\r\n"
    "name: 'Old name'   # shown in the library\r\n"
    "\r\n"
    "custom:   {keep: [1,  2]}\r\n"
    "description: >-\r\n"
    "  Two lines\r\n"
    "  of text\r\n"
    "\r\n"
    "# about the inputs\r\n"
    "inputs:\r\n"
    "  question:   # the first\r\n"
    "    type: string\r\n"
    '    default: "ask"\r\n'
    "  n: 3\r\n"
    "tags: [a,   b]\r\n"
    "\r\n"
    "---\r\n"
    "system:\r\n"
    "Hi {{ question }}  \r\n"
    "\r\n\r\n"
)


def lines_changed(before: str, after: str) -> tuple[list[str], list[str]]:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return [x for x in old if x not in new], [x for x in new if x not in old]


@pytest.mark.parametrize(
    ("key", "value", "gone", "come"),
    [
        (("name",), "New: name", ["name: 'Old name'   # shown in the library\r\n"],
         ["name: 'New: name'   # shown in the library\r\n"]),
        (("tags",), ["x"], ["tags: [a,   b]\r\n"], ["tags:\r\n", "- x\r\n"]),
        (("description",), "One", ["description: >-\r\n", "  Two lines\r\n", "  of text\r\n"],
         ["description: One\r\n"]),
        (("inputs", "question", "default"), "why", ['    default: "ask"\r\n'],
         ['    default: "why"\r\n']),
        (("inputs", "n"), 4, ["  n: 3\r\n"], ["  n: 4\r\n"]),
        (("custom",), None, ["custom:   {keep: [1,  2]}\r\n"], []),
        (("author",), "Ada", [], ["author: Ada\r\n"]),
        (("inputs", "more"), {"type": "number"}, [], ["  more:\r\n", "    type: number\r\n"]),
    ],
)  # fmt: skip
def test_only_the_lines_of_the_value_change(key, value, gone, come):
    found = edit_head(TEXT, "a.prompty", key, value)
    old, new = lines_changed(TEXT, found)
    assert (old, new) == (gone, come)
    assert found.startswith("\ufeff---\r\n# written by hand\r\n")
    assert found.endswith("---\r\nsystem:\r\nHi {{ question }}  \r\n\r\n\r\n")


def test_the_same_value_changes_nothing():
    assert edit_head(TEXT, "a.prompty", ("name",), "Old name") == TEXT
    assert edit_head(TEXT, "a.prompty", ("inputs", "question", "default"), "ask") == TEXT


def test_a_file_without_a_head_gets_one_and_keeps_its_line_ends():
    found = edit_head("Hi\r\nyou", "a.md", ("name",), "x")
    assert found == "---\r\nname: x\r\n---\r\nHi\r\nyou"
    assert edit_head("---\n---\nHi", "a.prompty", ("name",), "x") == "---\nname: x\n---\nHi"


def test_a_head_on_one_line_is_refused():
    with pytest.raises(FrontMatterError, match="cannot be changed alone"):
        edit_head("---\n{name: a, tags: [b]}\n---\nHi", "a.prompty", ("name",), "x")


_VALUES = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=40),
    st.integers(-(2**40), 2**40),
    st.booleans(),
    st.lists(st.text(st.sampled_from("ab :#-'\"\n"), max_size=8), min_size=1, max_size=3),
)


@given(_VALUES, st.sampled_from([("name",), ("new",), ("inputs", "question", "default")]))
@settings(max_examples=60)
def test_any_value_is_read_back_and_going_back_gives_the_same_text(value, key):
    before = read_head(TEXT, "a.prompty")
    found = edit_head(TEXT, "a.prompty", key, value)
    after = read_head(found, "a.prompty")
    place = after
    for name in key:
        place = place[name]
    assert place == value
    assert {k: v for k, v in after.items() if k != key[0]} == {
        k: v for k, v in before.items() if k != key[0]
    }
    assert parse_document(found, "a.prompty").body == parse_document(TEXT, "a.prompty").body


OLDER = """---
model:
  api: chat
  configuration: {type: azure_openai, azure_deployment: gpt-x}
  parameters: {temperature: 0.3, max_tokens: 128, top_p: 0.9, seed: 7, stop: [END], odd: 1}
authors: [me]
---
Hi"""
NEWER = """---
model:
  id: m-1
  connection: {kind: key, endpoint: "${env:PLACE}", apiKey: "${env:KEY:none}"}
  options: {temperature: 1, maxOutputTokens: 50, topP: 0.5, topK: 9, stopSequences: [a, b]}
---
Hi"""


def test_model_options_of_both_formats_are_read():
    older = options_of(read_head(OLDER, "a.prompty"))
    assert older == HeadOptions(
        model="gpt-x",
        sampling={"temperature": 0.3, "max_tokens": 128, "top_p": 0.9, "stop": ["END"]},
        seed=7,
        faults=("The option odd is not known here and has no effect.",),
    )
    newer = options_of(read_head(NEWER, "a.prompty"))
    assert newer.model == "m-1"
    assert newer.sampling == {
        "temperature": 1, "max_tokens": 50, "top_p": 0.5, "top_k": 9, "stop": ["a", "b"],
    }  # fmt: skip
    assert newer.unresolved == ("${env:PLACE}", "${env:KEY:none}")


# --- references ---------------------------------------------------------------------------------

ENVIRONMENT = {"OPEN": "value", "SECRET": "do-not-show"}


def fill(value, tmp_path, *, names=(), files=False):
    allowed = Allowed(frozenset(names), files)
    return resolved(value, str(tmp_path / "a.prompty"), allowed, environment=ENVIRONMENT)


def test_nothing_is_filled_in_by_default(tmp_path):
    (tmp_path / "x.txt").write_text("text")
    value = {"a": ["${env:OPEN}", "${file:x.txt}"], "b": "${other:thing}"}
    assert fill(value, tmp_path) == value


def test_only_the_variables_that_are_allowed_are_read(tmp_path):
    value = ["${env:OPEN} and ${env:SECRET}", "${env:NONE:fallback}"]
    found = fill(value, tmp_path, names=["OPEN", "NONE"])
    assert found == ["value and ${env:SECRET}", "fallback"]
    with pytest.raises(FrontMatterError, match="no variable NONE"):
        fill("${env:NONE}", tmp_path, names=["NONE"])


def test_files_of_the_prompts_folder_are_read_as_what_they_are(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "v.json").write_text('{"a": [1]}')
    (tmp_path / "v.yaml").write_text("b: 2")
    (tmp_path / "v.txt").write_text("text")
    value = ["${file:sub/v.json}", "${file:v.yaml}", "${file:v.txt}"]
    assert fill(value, tmp_path, files=True) == [{"a": [1]}, {"b": 2}, "text"]


def test_files_elsewhere_are_refused(tmp_path):
    outside = tmp_path / "outside"
    inside = tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "s.txt").write_text("do-not-show")
    (inside / "link.txt").symlink_to(outside / "s.txt")
    (inside / "large.txt").write_bytes(b"x" * 300_000)
    for name in ("../outside/s.txt", str(outside / "s.txt"), "link.txt", "large.txt", "gone.txt",
                 "..\\outside\\s.txt"):  # fmt: skip
        with pytest.raises(FrontMatterError) as caught:
            fill("${file:" + name + "}", inside, files=True)
        assert "do-not-show" not in str(caught.value)
