"""Which answers are the same: numbers, letters, units, LaTeX, minus signs, markdown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.answers.forms import form_of, group_answers, plain_text, same_answer, unwrap

SAME = [
    # numbers
    ("1,200", "1200"), ("$1200", "1,200"), ("1200.00", "1200"), ("1,200.00", "1200"),
    ("1 200", "1200"), ("1200.0", "1200"), (" 42. ", "42"), (".5", "0.5"), ("1.5e3", "1500"),
    ("1/2", "0.5"), (r"\frac{1}{2}", "1/2"), (r"\dfrac{3}{4}", "0.75"), ("2 1/2", "2.5"),
    (r"1.5 \times 10^{3}", "1500"), ("1{,}200", "1200"), ("3 million", "3,000,000"),
    ("2 dozen eggs", "24"), ("5...", "5"),
    # minus signs
    ("−5", "-5"), ("-5.0", "-5"), ("–7", "-7"), ("-$5.00", "$-5"), ("−$5", "-5"),
    # units: they count only where both answers have one
    ("12 eggs", "12"), ("12 egg", "12 eggs"), ("5 km", "5"), ("5 kilometers", "5km"),
    ("20%", "20 percent"), ("20 %", "20"), (r"20\%", "20%"), ("$84", "84 dollars"),
    (r"5\text{ cm}", "5 cm"), (r"90^\circ", "90 degrees"), ("3 pm", "3 p.m."),
    # letters
    ("(B)", "B"), ("B)", "B"), ("B.", "b"), ("**B**", "B"), ("B) Paris", "B"), ("[B]", "B"),
    ("Option B", "(B)"), ("B. Paris", "(B) Paris"), ("B: Paris", "B) paris."),
    # LaTeX
    (r"\boxed{5}", "5"), ("$5$", "5"), (r"\(5\)", "5"), ("$x+1$", "x+1"), (r"$\boxed{5}$", "5"),
    (r"\boxed{\text{Paris}}", "Paris"), ("$$42$$", "42"),
    # markdown, quotes, white space, case
    ("**42**", "42"), ("`x + 1`", "x + 1"), ('"Paris"', "Paris"), ("“Paris”", "PARIS."),
    ("New\n  York", "new york"), ("STRASSE", "straße"), ("*Yes*", "yes."), ("__42__", "42"),
    ("Answer: 17", "17"), ("The answer is 42.", "42"), ("**Answer:** B", "(B)"),
]  # fmt: skip
DIFFERENT = [
    ("2**5", "25"), ("$PATH", "PATH"), ("x**y", "xy"), ("__init__", "init"),
    ("**a** b **c**", "a b c"),

    ("eggs", "12 eggs"), ("12 eggs", "12 apples"), ("5 km", "5 m"), ("$5", "€5"), ("$5", "5 eggs"),
    ("1,2", "12"), ("1,2", "1.2"), ("a, b", "ab"), ("-5", "5"), ("10:35", "10"), ("5x", "5"),
    ("5 x", "5"), ("7 out of 10", "7"), ("5 or 6", "5"), ("5-7", "5"),
    ("1/2", "12"), ("2 million", "2"),
    ("3 tenths", "3"), ("B) Paris", "B) Rome"), ("A", "B"), ("a cat", "a"), ("1/0", "1"),
    ("1.2.3", "1.2"), ("3/4/2024", "0.75"), ("20%", "0.2"), ("x", ""),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_answer(one: str, other: str) -> None:
    assert same_answer(one, other)
    assert same_answer(other, one)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_answers(one: str, other: str) -> None:
    assert not same_answer(one, other)
    assert not same_answer(other, one)


def test_no_answer_is_the_same_as_nothing() -> None:
    assert not same_answer(None, None)
    assert not same_answer("5", None)


@pytest.mark.parametrize(
    ("answers", "groups"),
    [
        (["1,200", "$1200", "1200.00", "7", "7"], [[0, 1, 2], [3, 4]]),
        (["(B)", "B) Paris", "B", "A", "A"], [[0, 1, 2], [3, 4]]),
        (["−5", "-5", "-5.0", "6", "6"], [[0, 1, 2], [3, 4]]),
        ([r"\boxed{5}", "$5$", "5", "6", "6"], [[0, 1, 2], [3, 4]]),
        (["12", "12 eggs", "12 apples", None, "12"], [[0, 1, 4], [2]]),
        ([None, None], []),
    ],
)
def test_equal_answers_are_one_group(answers: list[str | None], groups: list[list[int]]) -> None:
    assert group_answers(answers) == groups


def test_huge_numbers_are_compared_as_texts() -> None:
    assert same_answer("9" * 1000, "9" * 1000)
    assert form_of("1e999999999").kind == "text"
    assert form_of("9" * 5000 + ".0").kind == "text"


@given(st.text(alphabet="*_`$\\{}()[]\"'“” .aB1-,/%", max_size=40))
def test_unwrapping_is_stable(text: str) -> None:
    assert unwrap(unwrap(text)) == unwrap(text)
    assert plain_text(plain_text(text)) == plain_text(text)
    assert same_answer(text, text)


@given(
    st.lists(st.one_of(st.none(), st.sampled_from(["5", "5 km", "5 m", "B", "B) x", "$5", "y"])))
)
def test_a_later_answer_splits_no_group(answers: list[str | None]) -> None:
    """A lead that is safe stays safe: what was one group is one group with more answers."""
    before = group_answers(answers[:-1])
    after = group_answers(answers)
    for group in before:
        assert any(set(group) <= set(larger) for larger in after)
