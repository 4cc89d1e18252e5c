"""Where the answer is in a text, and when it is whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.answers.lines import AnswerEnd, asks_for_answer, find_answer
from workbench.domain.text import Message


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Steps.\nAnswer: 17", "17"),
        ("answer: 1\nANSWER: 2", "1"),
        ("Answer: 18\n\nQuestion: And 3 + 4?\nAnswer: 7", "18"),
        ("**Answer:** 12 eggs.", "12 eggs."),
        ("**Answer**: 5", "5"),
        ("**Answer: 42**", "42"),
        ("The final answer: `x + 1`", "x + 1"),
        ("### Final answer\n\n42", "42"),
        ("**Final Answer**\n42", "42"),
        ("- Answer: 5", "5"),
        ("3. Answer: 5", "5"),
        ("> Answer: 5", "5"),
        ('"Answer: 42"', "42"),
        ('Answer: "Paris"', "Paris"),
        ("Answer:\n\n  42  \nBye", "42"),
        ("Answer:\n```python\n42\n```\n", "42"),
        ("Answer: ```\nx = 1\ny = 2\n```\nDone.", "x = 1\ny = 2"),
        ("Answer:\n$$\n42\n$$", "42"),
        ("Answer : $84", "$84"),
        ("Answer: yes\r\n", "yes"),
        ("Answer: __init__", "__init__"),
        ("Answer: 2**5", "2**5"),
        (r"Answer: \boxed{42}", "42"),
        (r"Answer: $\boxed{\frac{1}{2}}$", r"\frac{1}{2}"),
        (r"So \boxed{42}.", "42"),
        (r"\boxed{1} then \boxed{2}", "1"),
        ("#### 42", "42"),
        ("#### 1,234.", "1,234."),
        ("#### $18\nQuestion: 9\n#### 3", "$18"),
        ("#### Step 1\nx\nAnswer: 3", "3"),
        ("Answer：5", "5"),
        ("It asks for a line with \"Answer:\" and the number is 2.", None),
        ("\"Answer:\" and the number is 2.", None),
        ("The rule says Answer: 5", None),
        ('{\n  "answer": 42\n}', None),
        ("Answer:", None),
        ("Answer: \n **", None),
        ("The answer is 5", None),
        ("Answers: 5", None),
        ("", None),
    ],
)  # fmt: skip
def test_the_first_answer(text: str, answer: str | None) -> None:
    found = find_answer(text)
    assert (found.value if found is not None else None) == answer


def test_what_follows_the_answer_is_known() -> None:
    text = "Answer: 18\n\nQuestion: next"
    found = find_answer(text)
    assert found is not None
    assert text[: found.end] == "Answer: 18"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("So.\nAnswer: 18\nQuestion: next\nAnswer: 7\n", "So.\nAnswer: 18"),
        ("Answer:\n\n18 eggs\nQ", "Answer:\n\n18 eggs"),
        ("Answer:\n```\n1\n\n2\n```\nQ", "Answer:\n```\n1\n\n2\n```"),
        (
            "<think>\nAnswer: 1\n</think>\n\nAnswer: 2\nQ",
            "<think>\nAnswer: 1\n</think>\n\nAnswer: 2",
        ),
        ("#### 42\nQ", "#### 42"),
        ("The answer is 5.\nIndeed.\n", None),
        ("Answer: 18", None),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_an_answer_ends_where_its_line_does(text: str, kept: str | None, size: int) -> None:
    end, shown = AnswerEnd(), ""
    stopped = False
    for at in range(0, len(text), size):
        piece = text[at : at + size]
        whole = end.feed(piece)
        if whole is not None:
            shown += piece[:whole]
            stopped = True
            break
        shown += piece
    assert (shown if stopped else None) == kept


def test_thought_that_the_prompt_began_is_passed_over() -> None:
    end = AnswerEnd("<think>")
    assert end.feed("Answer: 1\n") is None
    assert end.feed("</think>\nAnswer: 2\n") == len("</think>\nAnswer: 2")


@given(st.lists(st.sampled_from(["Answer: 5", "\n", "x", "```", "#### 3", " ", "**", "$$"])))
def test_what_was_kept_has_the_answer_of_the_whole(parts: list[str]) -> None:
    text = "".join(parts)
    end = AnswerEnd()
    at = end.feed(text)
    if at is not None:
        whole, kept = find_answer(text), find_answer(text[:at])
        assert whole is not None
        assert kept is not None
        assert kept.value == whole.value


@pytest.mark.parametrize(
    ("texts", "asked"),
    [
        (['Finish with one last line that begins with "Answer:" and gives only the answer.'], True),
        (["Question: 1 + 1?\nAnswer: 2\n\nQuestion: 2 + 3?"], True),
        (["Give the number after ####<answer>."], True),
        ([r"Put it into \boxed{}."], True),
        (["Question: 2 + 3?\nAnswer:"], False),
        (["Count the sticks. Finish with Answer:"], True),
        (["#### Context\nWrite a poem."], False),
        (["What is the capital of France?"], False),
        ([], False),
    ],
)
def test_whether_a_prompt_asks_for_an_answer_line(texts: list[str], asked: bool) -> None:
    assert asks_for_answer([Message.literal("user", text) for text in texts]) is asked
