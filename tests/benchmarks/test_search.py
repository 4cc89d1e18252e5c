"""The measure of search: its intervals, its puzzles, and a whole match on a simulated model."""

from __future__ import annotations

import re

import pytest

from tests.benchmarks import search
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.strategies.domains.numbers import NumbersTask


@pytest.mark.parametrize(
    ("solved", "puzzles", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634)],
)
def test_wilson_intervals_are_the_published_ones(solved, puzzles, low, high):
    assert search.wilson(solved, puzzles) == pytest.approx((low, high), abs=1e-3)


def test_puzzles_can_be_solved_and_are_those_of_the_seed():
    puzzles = search.draw_puzzles(10, 3)
    assert puzzles == search.draw_puzzles(10, 3)
    for numbers, target in puzzles:
        task = NumbersTask(numbers, target)
        assert task.reachable(task.start)


def legal(prompt: str) -> list[str]:
    """The first legal move of the state in a prompt, or any expression."""
    now = re.search(r"Now: (.+)", prompt)
    if now is None:
        return ["1 + 1"]
    task = NumbersTask([int(n) for n in re.findall(r"-?\d+", now.group(1))], 10)
    return [task.moves(task.start)[0]]


async def test_a_match_counts_everybodys_solutions(paths, tmp_path):
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    core = Workbench(paths, engine=SimulatedEngine(legal))
    await core.open()
    try:
        await core.models.load(str(model))
        rows = await search.measure(core, search.Match(search.draw_puzzles(2, 1), 60, 1, 2))
    finally:
        await core.close()
    assert [row.name for row in rows[:-1]] == list(search.ROWS)
    assert rows[-1].name.startswith(search.RANDOM)
    for row in rows:
        assert row.puzzles == 2
        assert row.low <= row.solved / row.puzzles <= row.high
    assert search.show(rows).count("\n") == len(rows) - 1
