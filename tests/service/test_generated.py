"""Data sets made by rule: seeds make the same rows again, and checks know right answers."""

from __future__ import annotations

import json

import pytest

from workbench.domain.errors import DataSetError, UsageError
from workbench.domain.evaluation.checks import CheckSet
from workbench.domain.evaluation.metric_input import MetricInput
from workbench.evaluation.metrics import METRICS  # noqa: F401 - registers all
from workbench.evaluation.metrics.checking import judge
from workbench.service import Workbench
from workbench.service.evaluation.generated import puzzles, words  # noqa: F401 - registers all
from workbench.service.evaluation.generated.kind import KINDS, make_rows
from workbench.strategies.domains import latin_square, targets
from workbench.strategies.domains.numbers import NumbersTask


def passes(kind: str, row, output: str) -> bool | None:
    expected = row["expected"]
    given = MetricInput(
        output=output, expected=tuple(expected) if isinstance(expected, list) else (expected,)
    )
    return judge(CheckSet(checks=(KINDS.get(kind).check,)), given).passed


@pytest.mark.parametrize("kind", KINDS.ids())
@pytest.mark.parametrize("difficulty", range(1, 6))
def test_the_same_seed_makes_the_same_different_rows(kind, difficulty):
    rows = make_rows(kind, difficulty, 20, 7)
    assert make_rows(kind, difficulty, 8, 7) == rows[:8]
    assert make_rows(kind, difficulty, 8, 8) != rows[:8]
    assert len({json.dumps(row) for row in rows}) == 20
    assert passes(kind, rows[0], "Answer: I do not know") is not True


@pytest.mark.parametrize("kind", ["arithmetic", "counting", "tracking"])
def test_the_expected_value_passes_with_words_around_it(kind):
    for row in make_rows(kind, 3, 10, 1):
        right = row["expected"][0] if kind == "tracking" else row["expected"]
        assert passes(kind, row, f"First 9 of 10, then more.\nAnswer: {right}") is True
        assert passes(kind, row, "Answer: 123456") is False


def test_every_target_can_be_made_and_every_solution_passes():
    for difficulty in range(1, 6):
        for row in make_rows("targets", difficulty, 10, 1):
            task = targets.read(f"Numbers: {row['numbers']}\nTarget: {row['target']}")
            assert isinstance(task, NumbersTask)
            assert task.reachable(task.start)
            first = next(
                move
                for move in task.moves(task.start)
                if task.reachable(task.apply(task.start, move))
            )
            left = task.apply(task.start, first)
            last = next(m for m in task.moves(left) if task.solved(task.apply(left, m)))
            assert passes("targets", row, f"Answer: {task.answer([first, last])}") is True


def test_a_square_is_solved_by_any_filling_and_text_is_a_format_failure():
    (row,) = make_rows("latin_square", 2, 1, 1)
    task = latin_square.read(row["square"])
    facts, moves = task.start, []
    while task.solved(facts) is None:
        move = next(m for m in task.moves(facts) if task.reachable(task.apply(facts, m)))
        facts, moves = task.apply(facts, move), [*moves, move]
    assert passes("latin_square", row, f"So.\nAnswer: {task.answer(moves)}") is True
    assert passes("latin_square", row, "Answer: 1 1 1 / 1 1 1 / 1 1 1") is False


def test_writing_says_which_rule_is_broken():
    row = {"expected": {"words": 4, "contain": ["river"], "avoid": ["the"]}}
    assert passes("writing", row, "Answer: A river runs home.") is True
    assert passes("writing", row, "The river runs home.") is False


def test_too_many_rows_and_unknown_kinds_are_refused():
    with pytest.raises(UsageError, match="different rows of difficulty 1"):
        make_rows("targets", 1, 5_000, 1)
    with pytest.raises(UsageError, match="Did you mean arithmetic"):
        make_rows("arithmetics", 1, 1, 1)
    with pytest.raises(UsageError, match="from 1 to 5"):
        make_rows("counting", 6, 1, 1)


async def test_a_made_set_is_a_data_set_and_can_be_evaluated(paths, tmp_path):
    core = Workbench(paths)
    await core.open()
    try:
        path = await core.generated.make("counting", 2, 30, 1)
        assert await core.generated.make("counting", 2, 30, 1) == path
        page = await core.datasets.page(path)
        assert (page.total, page.columns) == (30, ("question", "expected"))
        place = str(tmp_path / "counting.yaml")
        found = core.generated.evaluation_set("counting", path, place)
        await core.evaluations.save(found, place)
        assert await core.evaluations.read(place) == found
        with pytest.raises(DataSetError, match="another file"):
            await core.generated.make("counting", 2, 31, 1, path)
    finally:
        await core.close()
