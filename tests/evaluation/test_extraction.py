"""Answers taken out of texts: by built-in rules in linear time (S6), by patterns in the sandbox."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.errors import UsageError
from workbench.domain.runs.extraction import ExtractionKind, ExtractionRule
from workbench.evaluation.extraction import PATTERN_CHARACTERS, extract, extract_in
from workbench.processes.pool import SandboxPool

KINDS: tuple[ExtractionKind, ...] = (
    "whole", "first_answer", "answer_line", "last_number", "last_line",
)  # fmt: skip


@pytest.fixture(scope="module")
def pool() -> Iterator[SandboxPool]:
    pool = SandboxPool()
    yield pool
    asyncio.run(pool.close())


def _one(kind: ExtractionKind, text: str) -> str | None:
    (answer,) = extract([text], ExtractionRule(kind))
    return answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Steps.\nAnswer: 17", "17"),
        ("answer: 1\nANSWER: 2", "2"),
        ("**Answer:** 12 eggs.", "12 eggs."),
        ("**Answer**: 5", "5"),
        ("The final answer: `x + 1`", "x + 1"),
        ("Answer:\n\n  42  \nBye", "42"),
        ("Answer : $84", "$84"),
        ("Answer: yes\r\n", "yes"),
        ("Answer:", None),
        ("Answer: \n **", None),
        ("The answer is 5", None),
        ("", None),
    ],
)
def test_answer_line(text: str, answer: str | None) -> None:
    assert _one("answer_line", text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("10 - 3 = 7.", "7"),
        ("10-3", "3"),
        ("it is -5", "-5"),
        ("it is −5", "-5"),
        ("$1,234.50 in all", "1234.50"),
        ("1,234,567", "1234567"),
        ("either 3,4", "4"),
        ("(42)", "42"),
        ("0.5", "0.5"),
        ("none", None),
        ("it fell to -$5.00", "-5.00"),
        ("it fell to $-5", "-5"),
        ("it is –7", "-7"),
        ("from 5–7", "7"),
        ("p = .5", ".5"),
        ("about 1.5e3", "1.5e3"),
        ("so 1/2.", "1/2"),
        ("on 3/4/2024", "2024"),
        ("So it is 5...", "5"),
    ],
)
def test_last_number(text: str, answer: str | None) -> None:
    assert _one("last_number", text) == answer


def test_whole_and_last_line() -> None:
    assert _one("whole", "\n a\nb \n") == "a\nb"
    assert _one("last_line", "a\n\n b \n\n") == "b"
    assert _one("whole", " \n") is None
    assert _one("last_line", " \n") is None


@given(st.text())
def test_an_answer_is_part_of_the_text_or_none(text: str) -> None:
    for kind in KINDS:
        answer = _one(kind, text)
        assert answer is None or answer.strip()
        if kind in ("whole", "answer_line", "last_line"):
            assert answer is None or answer in text


@pytest.mark.parametrize("kind", KINDS)
def test_time_grows_with_the_length_only(kind: ExtractionKind) -> None:
    """A rule whose time grew with the square of the length would not end within the time limit."""
    units = [
        "#",
        "#### 1",
        "\\boxed{",
        "Answer:\n",
        "> ",
        "- ",
        "**",
        '"',
        " ",
        "a",
        "1",
        "\n",
        "Answer:",
        "answer ",
        "answer**",
        "1,",
        "111,",
        "-",
        "1.",
        "A ",
    ]
    for unit in units:
        extract([(unit * 400_000)[:400_000]], ExtractionRule(kind))


async def test_patterns_take_the_first_group_of_the_last_match(pool: SandboxPool) -> None:
    texts = ["x = 1\nx = 2", "nothing", "x = 3"]
    assert await extract_in(pool, texts, ExtractionRule("regex", r"x = (\d)")) == ("2", None, "3")
    assert await extract_in(pool, texts, ExtractionRule("regex", r"^x = \d$")) == (
        "x = 2", None, "x = 3",
    )  # fmt: skip


async def test_built_in_rules_need_no_process() -> None:
    pool = SandboxPool()
    assert await extract_in(pool, ["Answer: 1"], ExtractionRule("first_answer")) == ("1",)
    await pool.close()


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(?:(?:a|a)|(?:a|a))*$b", "a" * 5000),
        (r"^(.*?,){11}P", "1," * 3000),
        (r"(a+)+$", "a" * 30 + "b"),
        (r"(?s)answer is:?\s*(.*?)\s*\.?\s*$", ("answer is" + " " * 50) * 100 + "x"),
        (r"(x+x+)+y", "x" * 5000),
    ],
)
async def test_a_slow_pattern_gives_no_answer_and_the_others_go_on(
    pool: SandboxPool, pattern: str, text: str
) -> None:
    found = await extract_in(pool, [text, "5 apples"], ExtractionRule("regex", f"{pattern}|(\\d)"))
    assert len(found) == 2
    assert found[1] is not None


async def test_a_pattern_sees_the_end_of_the_text(pool: SandboxPool) -> None:
    text = "start" + "x" * PATTERN_CHARACTERS
    assert await extract_in(pool, [text], ExtractionRule("regex", "start")) == (None,)
    assert await extract_in(pool, [text + "end"], ExtractionRule("regex", "end")) == ("end",)


async def test_an_invalid_pattern_is_told(pool: SandboxPool) -> None:
    with pytest.raises(UsageError, match="is not valid"):
        await extract_in(pool, ["x"], ExtractionRule("regex", "(a"))


async def test_halves_of_characters_do_not_stop_a_batch(pool: SandboxPool) -> None:
    assert await extract_in(pool, ["\ud800 5"], ExtractionRule("regex", r"\d")) == ("5",)
