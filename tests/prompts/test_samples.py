"""Sample sets on disk: what is written comes back, and nothing else is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.domain.errors import FileChangedError, LibraryError
from workbench.domain.prompts.datasets import SampleFile
from workbench.prompts.library.roots import LibraryRoots
from workbench.prompts.samples import SampleSets

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=40),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=10), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.fixture
def sets(tmp_path: Path) -> SampleSets:
    (tmp_path / "shipped" / "maths").mkdir(parents=True)
    (tmp_path / "own").mkdir()
    roots = LibraryRoots(shipped=tmp_path / "shipped", user=tmp_path / "own")
    return SampleSets(roots=roots, mirror=tmp_path / "mirror")


def names(file: SampleFile) -> list[str]:
    return [each.name for each in file.sets]


def test_a_set_is_kept_beside_the_prompt_and_can_be_read(sets, tmp_path) -> None:
    prompt = str(tmp_path / "own" / "sums.prompty")
    assert sets.read(prompt).sets == ()
    saved = sets.save(prompt, "chalk boxes", {"question": "One\ntwo", "grade": 5}, "", -1)
    assert saved.path == str(tmp_path / "own" / "sums.samples.yaml")
    assert Path(saved.path).read_text() == (
        "chalk boxes:\n  question: |-\n    One\n    two\n  grade: 5\n"
    )
    assert sets.read(prompt) == saved
    assert saved.sets[0].own


def test_sets_of_a_shipped_prompt_go_to_the_mirror_and_cover_those_it_came_with(
    sets, tmp_path
) -> None:
    folder = tmp_path / "shipped" / "maths"
    prompt = str(folder / "sums.prompty")
    (folder / "sums.samples.yaml").write_text("easy: {a: 1}\nhard: {a: 9}\n")
    assert [each.own for each in sets.read(prompt).sets] == [False, False]
    saved = sets.save(prompt, "hard", {"a": 10}, "", -1)
    assert saved.path == str(tmp_path / "mirror" / "maths" / "sums.samples.yaml")
    assert [(each.name, each.values["a"], each.own) for each in saved.sets] == [
        ("easy", 1, False), ("hard", 10, True),
    ]  # fmt: skip
    assert (folder / "sums.samples.yaml").read_text() == "easy: {a: 1}\nhard: {a: 9}\n"
    back = sets.delete(prompt, "hard", saved.sha256)
    assert back.sets[1].values == {"a": 9}
    with pytest.raises(LibraryError, match="of your own"):
        sets.delete(prompt, "easy", back.sha256)


def test_rename_and_undo_of_a_deletion_keep_the_order(sets, tmp_path) -> None:
    prompt = str(tmp_path / "own" / "sums.prompty")
    file = SampleFile(path="")
    for name in ("a", "b", "c"):
        file = sets.save(prompt, name, {"x": name}, file.sha256, -1)
    file = sets.rename(prompt, "b", "bee", file.sha256)
    assert names(file) == ["a", "bee", "c"]
    with pytest.raises(LibraryError, match="already"):
        sets.rename(prompt, "a", "c", file.sha256)
    file = sets.delete(prompt, "bee", file.sha256)
    file = sets.save(prompt, "bee", {"x": "b"}, file.sha256, 1)
    assert names(file) == ["a", "bee", "c"]


def test_a_file_changed_outside_is_not_overwritten(sets, tmp_path) -> None:
    prompt = str(tmp_path / "own" / "sums.prompty")
    file = sets.save(prompt, "a", {"x": 1}, "", -1)
    Path(file.path).write_text("theirs: {x: 2}\n")
    with pytest.raises(FileChangedError):
        sets.save(prompt, "a", {"x": 3}, file.sha256, -1)
    assert Path(file.path).read_text() == "theirs: {x: 2}\n"


@pytest.mark.parametrize(
    "text",
    [
        "- a list", "a: 1", "a: {b: ", "a: !!python/object/apply:os.system [x]", "a: &a [*a]",
        "a: {b: " + "[" * 5_000,
    ],
)  # fmt: skip
def test_hostile_files_are_refused_in_a_sentence(sets, tmp_path, text: str) -> None:
    prompt = tmp_path / "own" / "sums.prompty"
    prompt.with_name("sums.samples.yaml").write_text(text)
    with pytest.raises(LibraryError, match="sample set"):
        sets.read(str(prompt))


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\x00b"])
def test_names_that_cannot_be_used(sets, tmp_path, name: str) -> None:
    with pytest.raises(LibraryError, match="name"):
        sets.save(str(tmp_path / "own" / "p.md"), name, {}, "", -1)


def test_values_that_yaml_would_change_are_refused(sets, tmp_path) -> None:
    with pytest.raises(LibraryError, match="cannot be kept"):
        sets.save(str(tmp_path / "own" / "p.md"), "a", {"x": 2**70}, "", -1)
    assert not (tmp_path / "own" / "p.samples.yaml").exists()


def test_sets_go_where_their_prompt_goes(sets, tmp_path) -> None:
    prompt = tmp_path / "own" / "sums.prompty"
    sets.save(str(prompt), "a", {"x": 1}, "", -1)
    moved = tmp_path / "own" / "totals.prompty"
    sets.follow(str(prompt), str(moved))
    assert names(sets.read(str(moved))) == ["a"]
    assert sets.read(str(prompt)).sets == ()
    sets.follow(str(moved), str(prompt), copy=True)
    assert names(sets.read(str(moved))) == names(sets.read(str(prompt))) == ["a"]


@settings(max_examples=150)
@given(values=st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=12), JSON, max_size=5))
def test_every_value_comes_back_as_it_was(tmp_path_factory, values: dict[str, Any]) -> None:
    folder = tmp_path_factory.mktemp("sets")
    roots = LibraryRoots(shipped=folder / "none", user=folder)
    sets = SampleSets(roots=roots, mirror=folder / "mirror")
    found = sets.save(str(folder / "p.prompty"), "set", values, "", -1)
    assert found.sets[0].values == values


def test_values_of_texts_are_what_is_written(sets: SampleSets, tmp_path: Path) -> None:
    prompt = tmp_path / "own" / "p.prompty"
    prompt.write_text("---\ninputs:\n  zip: string\n  n: number\n---\n{{ zip }}{{ n }}")
    written = "one:\n  zip: 1.10\n  n: 1.10\n  day: 12:30\n  off: no\n"
    prompt.with_name("p.samples.yaml").write_text(written)
    found = sets.read(str(prompt))
    values = {"zip": "1.10", "n": 1.1, "day": "12:30", "off": "no"}
    assert found.sets[0].values == values
    saved = sets.save(str(prompt), "two", {"zip": "012"}, found.sha256, -1)
    assert [each.values for each in saved.sets] == [values, {"zip": "012"}]
