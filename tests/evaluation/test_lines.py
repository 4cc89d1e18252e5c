"""Line differences: what is shown, and changes that can be taken one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.prompts.versions import apply_hunks
from workbench.evaluation import lines
from workbench.evaluation.lines import count_changes, hunks, line_diff

LINE = st.sampled_from(["", "a", "b", "c", "system:", "{{ x }}", "a longer line of words"])
TEXT = st.lists(LINE, max_size=14).map("\n".join) | st.text("ab\n \r\u2028", max_size=30)


@given(TEXT, TEXT)
def test_the_lines_give_both_texts_back(before: str, after: str) -> None:
    found = line_diff(before, after)
    assert "\n".join(each.text for each in found if each.kind != "inserted") == before
    assert "\n".join(each.text for each in found if each.kind != "deleted") == after
    assert [each.old for each in found if each.old] == list(range(1, before.count("\n") + 2))
    assert [each.new for each in found if each.new] == list(range(1, after.count("\n") + 2))


@given(TEXT, TEXT)
def test_the_marked_words_of_a_line_add_up_to_it(before: str, after: str) -> None:
    for line in line_diff(before, after):
        if line.parts:
            assert "".join(part.text for part in line.parts).strip() == line.text.strip()
            assert {part.kind for part in line.parts} <= {"same", line.kind}


@given(TEXT, TEXT)
def test_all_changes_give_the_new_text_and_none_the_old(old: str, new: str) -> None:
    found = hunks(old, new)
    assert apply_hunks(old, found, frozenset(range(len(found)))) == new
    assert apply_hunks(old, found, frozenset()) == old


@given(TEXT, TEXT, st.data())
def test_any_choice_of_changes_is_a_mix_of_lines(old: str, new: str, data: st.DataObject) -> None:
    found = hunks(old, new)
    chosen = data.draw(st.sets(st.sampled_from(range(len(found)))) if found else st.just(set()))
    mixed = apply_hunks(old, found, frozenset(chosen))
    expected: list[str] = []
    old_lines, place = old.split("\n"), 0
    for index, hunk in enumerate(found):
        expected += old_lines[place : hunk.start]
        expected += hunk.new if index in chosen else hunk.old
        place = hunk.start + len(hunk.old)
    expected += old_lines[place:]
    assert mixed == "\n".join(expected)
    assert set(mixed.split("\n")) <= set(old.split("\n")) | set(new.split("\n"))
    # What was taken is no change any more, what was left still is one.
    left = sum(len(hunk.new) + len(hunk.old) for i, hunk in enumerate(found) if i not in chosen)
    assert sum(count_changes(mixed, new)) <= left


def test_changes_of_another_text_are_refused() -> None:
    found = hunks("a\nb\nc", "a\nX\nc")
    with pytest.raises(ValueError, match="another text"):
        apply_hunks("a\nc\nb", found, frozenset({0}))


def test_the_words_that_differ_are_marked_in_both_lines() -> None:
    gone, come = line_diff("Be kind and brief.", "Be kind and exact.")
    assert [(part.kind, part.text.strip()) for part in gone.parts] == [
        ("same", "Be kind and"),
        ("deleted", "brief."),
    ]
    assert [(part.kind, part.text.strip()) for part in come.parts] == [
        ("same", "Be kind and"),
        ("inserted", "exact."),
    ]


def test_counts_are_of_lines() -> None:
    assert count_changes("a\nb\nc", "a\nB\nc\nd") == (2, 1)
    assert count_changes("a", "a") == (0, 0)


def test_changes_past_the_limit_are_one() -> None:
    old = "\n".join(f"line {n}" for n in range(1000))
    new = "\n".join(f"line {n}{' x' if n % 3 == 0 else ''}" for n in range(1000))
    found = hunks(old, new)
    assert len(found) == lines.MOST_HUNKS
    assert apply_hunks(old, found, frozenset(range(len(found)))) == new


def test_two_megabytes_of_other_lines_are_compared() -> None:
    old = "\n".join(f"{n} old words here" for n in range(100_000))
    new = "\n".join(f"{n} new words here" for n in range(100_000))
    assert count_changes(old, new) == (100_000, 100_000)
    assert len(line_diff(old, new)) == 200_000
