"""Equal tokens for every variant, and right answers in several columns."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.evaluating import Bench
from workbench.domain.evaluation.evaluation_set import EvaluationOptions
from workbench.service import Workbench
from workbench.settings import Paths

TWO = """
rows: [{word: one, expected: '3'}, {word: three, expected: '5'}]
variants:
  - {name: once, text: "Count {{ word }}"}
  - {name: often, text: "Count {{ word }}", strategy: self_consistency, params: {paths: 3}}
checks: [contains]
"""
COLUMNS = """
rows:
  - {word: one, expected: tri, digit: '3', name: [three, trois]}
  - {word: seven, expected: pet, digit: '5', name: five}
  - {word: six, expected: '3', digit: ''}
variants: [{name: plain, text: "Count {{ word }}"}]
"""


@pytest.fixture
def bench(paths: Paths, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(paths, tmp_path)
    made.engine.rule = lambda prompt: [f"Answer: {len(prompt.split('Count ')[1].split()[0])}"]
    yield made
    made.close()


def test_every_variant_has_the_same_tokens_and_the_result_says_who_used_them_up(bench):
    bench.write(TWO)
    free, *_ = bench.evaluate()
    assert (free.equal_tokens, free.tokens_sentence) == (None, "")
    once, often = free.variants
    assert (once.passed, often.passed, often.cut_short) == (2, 2, 0)
    assert often.tokens == 3 * once.tokens

    tokens = once.tokens // 2
    bench.write(f"{TWO}equal_tokens: {tokens}\n")
    equal, _, runs, evaluation = bench.evaluate()
    once, often = equal.variants
    assert equal.equal_tokens == tokens
    assert (once.passed, once.cut_short) == (2, 0)
    assert once.tokens == free.variants[0].tokens
    assert often.cut_short == 2
    assert often.tokens <= 2 * tokens
    assert equal.tokens_sentence == (
        f"Each answer may take {tokens} new tokens; all were used up by often in 2 of 2."
    )
    assert len(runs) == 8  # answers without the limit are other answers
    assert {cell.limit for cell in evaluation.cells.values()} == {"", "tokens"}
    again, reported, _, _ = bench.evaluate()
    assert reported == []
    assert [each.cut_short for each in again.variants] == [0, 2]


def test_the_estimate_knows_the_limit(bench):
    async def estimate(core: Workbench):
        given = await core.evaluations.read(str(bench.file))
        opened = await core.evaluations.open(given, EvaluationOptions(model=str(bench.model)))
        return await core.evaluations.estimate(opened)

    bench.write(TWO)
    free = bench.do(estimate)
    bench.write(f"{TWO}equal_tokens: 40\n")
    equal = bench.do(estimate)
    assert (free.equal_tokens, equal.equal_tokens) == (None, 40)
    assert equal.new_tokens == 4 * 40 < free.new_tokens
    assert equal.calls == free.calls


def test_a_check_expects_what_its_columns_hold(bench):
    checks = (
        "- contains: {expected_in: digit, name: digit}\n"
        "- contains: {expected_in: [name, digit], name: either}\n"
        "- contains: {name: row}\n"
    )
    bench.write(f"{COLUMNS}checks:\n{checks}")
    (plain,) = bench.evaluate()[0].variants
    counts = {each.name: (each.passed, each.scored, each.excluded) for each in plain.checks}
    assert counts == {"digit": (2, 2, 1), "either": (2, 2, 1), "row": (1, 3, 0)}


def test_any_of_several_columns_is_right(bench):
    bench.write(f"{COLUMNS}columns: {{expected: [expected, digit]}}\nchecks: [contains]\n")
    (plain,) = bench.evaluate()[0].variants
    assert (plain.scored, plain.passed) == (3, 3)
    bench.write(f"{COLUMNS}checks: [contains]\n")
    (plain,) = bench.evaluate()[0].variants
    assert (plain.scored, plain.passed) == (3, 1)


def test_rows_without_a_value_in_the_column_of_a_check_are_excluded(bench):
    bench.write(f"{COLUMNS}checks: [{{rouge: {{expected_in: [summary, text]}}}}]\n")
    result, *_ = bench.evaluate()
    (plain,) = result.variants
    assert (plain.scored, plain.excluded) == (0, 3)
    assert plain.cases[0].reason == "The row has no value in summary or text."
    assert result.outcome.exit_status == 3
