"""Official filters with their faults, and our own rules on the same outputs."""

import pytest

from tests.evaluation.metrics.helpers import measured, value
from workbench.domain.evaluation.scores import FormatFailure
from workbench.evaluation.metrics.extraction import bbh, gsm8k
from workbench.evaluation.metrics.extraction.rules import stated_answer, stated_number

TWO = "#### 12\nQuestion: 9 #### 3"


@pytest.mark.parametrize(
    ("output", "strict", "cot", "flexible", "right"),
    [
        ("#### 1,234.", "1234", None, "1234", "1234"),
        ("#### $18", None, None, "18", "18"),
        ("It costs $18.00.", None, None, "18.00", "18"),
        ("The answer is 42", None, "4", "42", "42"),
        ("So it is 5...", None, None, "5..", "5"),
        ("The final answer is 72 (sum of 48 + 24)", None, None, "24", "72"),
        (TWO, "12", None, "3", "12"),
    ],
)
def test_gsm8k(
    output: str, strict: str | None, cot: str | None, flexible: str | None, right: str
) -> None:
    taken = {
        rule: answer if answer is None else gsm8k.ignoring(answer)
        for rule in ("strict", "cot", "flexible")
        for answer in [gsm8k.official_answer(output, rule)]  # type: ignore[arg-type]
    }
    assert taken == {"strict": strict, "cot": cot, "flexible": flexible}
    gold = f"She has <<1+1=2>>some. #### {right}"
    for rule, answer in taken.items():
        if answer is None:
            assert isinstance(measured("gsm8k", output, gold, rule=rule), FormatFailure)
        else:
            assert value("gsm8k", output, gold, rule=rule) == (answer == right)
    assert value("numeric", output, right) == 1


@pytest.mark.parametrize(
    ("output", "official", "ours"),
    [
        ("So the answer is (A).", "(A)", "(A)"),
        ("So the answer is (A)", "(A", "(A)"),
        ("the answer is 8", "", "8"),
        ("the answer is (A). No, the answer is (B).", "(A). No, the answer is (B)", "(A)"),
        ("Perhaps (C)", None, None),
    ],
)
def test_bbh(output: str, official: str | None, ours: str | None) -> None:
    assert bbh.official_answer(output) == official
    assert stated_answer(output) == ours
    if official is None:
        assert isinstance(measured("bbh", output, "(A)"), FormatFailure)
    else:
        assert value("bbh", output, "(A)") == (official == "(A)")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Answer: 3 + 4 = 7", "7"),
        ("The answer is not 5. The answer is 6.", "6"),
        ("It is -5 there", "-5"),
        ("It is 10-3 there", "3"),
        ("about 1_000 of them", None),
        ("It has 3/4 of 100%", "100%"),
        ("none", "none"),
        ("none at all", None),
    ],
)
def test_the_number_that_a_text_states(text: str, number: str | None) -> None:
    assert stated_number(text) == number
