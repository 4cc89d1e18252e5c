"""What the grid of an evaluation's results takes: 5,000 cases x 8 variants, and 50,000 cells.

    python -m tests.benchmarks.result_grid [ROUNDS]

Makes evaluations of made-up answers and prints the best, median and worst of ROUNDS, in
milliseconds, of making all rows and of choosing some, which the program does apart from the
window's thread.
"""

from __future__ import annotations

import gc
import random
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

from workbench.domain.evaluation.cells import Cell, CellId
from workbench.domain.evaluation.checks import Check, CheckResult, CheckSet, SetResult
from workbench.domain.evaluation.evaluation_set import EvaluationCase
from workbench.domain.evaluation.grid.choice import CASE, RowsWanted, SortKey, choose_rows
from workbench.domain.evaluation.grid.rows import GridTable, Scores, make_table
from workbench.domain.evaluation.results import CaseScore, CellScore
from workbench.domain.evaluation.scores import Score

ROUNDS = 15
SIZES = {"5,000 x 8": (5_000, 8), "6,250 x 8": (6_250, 8), "10,000 x 5": (10_000, 5)}
"""Cases and variants; the last two have 50,000 cells."""
_TEAMS = ("billing", "account", "returns", "technical", "delivery", "other")


class Made:
    """An evaluation of made-up answers."""

    def __init__(self, rows: int, columns: int) -> None:
        dice = random.Random(5)
        self.variants = [f"v{number}" for number in range(columns)]
        self.cells: dict[CellId, Cell] = {}
        self.scores: Scores = {}
        self.cases = [
            EvaluationCase(
                id=f"ticket-{number}",
                number=number,
                values={"ticket": f"I sent lamp {number} back and still wait for my money."},
                expected=(dice.choice(_TEAMS),),
                tags=(dice.choice(("one topic", "two topics", "angry")),),
            )
            for number in range(1, rows + 1)
        ]
        for variant in self.variants:
            self.scores = {**self.scores, variant: {}}
            for case in self.cases:
                self._answer(variant, case, dice)

    def _answer(self, variant: str, case: EvaluationCase, dice: random.Random) -> None:
        right = str(case.expected[0])
        answer = right if dice.random() < 0.8 else dice.choice(_TEAMS)
        cell = Cell(
            id=CellId(variant, case.id), state="done", run_id=1, output=answer, answer=answer
        )
        passed = answer == right
        leaf = CheckResult(
            check=Check(metric="exact"),
            result=Score(value=float(passed), passed=passed, reason=f"found “{answer}”"),
            passed=passed,
            score=float(passed),
        )
        result = SetResult(
            check=CheckSet(), status="scored", score=float(passed), passed=passed, results=(leaf,)
        )
        self.cells[cell.id] = cell
        of_variant = self.scores[variant]
        assert isinstance(of_variant, dict)
        of_variant[case.id] = CaseScore(
            case=case.id,
            number=case.number,
            state="scored",
            score=float(passed),
            passed=passed,
            passed_repeats=int(passed),
            cells=(CellScore(cell=cell, result=result),),
        )

    def table(self) -> GridTable:
        """All rows."""
        return make_table(self.cases, self.variants, self.cells, 1, self.scores, "v0")


def wishes() -> dict[str, RowsWanted]:
    """Filters and orders that people set."""
    return {
        "all, regressions first": RowsWanted(of="v1"),
        "changed, regressions first": RowsWanted(show="changed", of="v1"),
        "failures, in the set's order": RowsWanted(show="failures", order="set"),
        "text in cases": RowsWanted(text="lamp 4", order="set"),
        "three columns": RowsWanted(
            order="columns", keys=(SortKey("v1"), SortKey("v2", is_descending=True), SortKey(CASE))
        ),
    }


def measure(name: str, work: Callable[[], object], rounds: int) -> None:
    """Print the best, the median and the worst of some rounds."""
    times = []
    for _ in range(rounds):
        gc.collect()
        gc.disable()  # the program collects on the window's thread alone
        began = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - began))
        gc.enable()
    print(f"  {name:<44}{min(times):9.1f}{statistics.median(times):9.1f}{max(times):9.1f}")


def main() -> None:
    """Measure all sizes."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    for size, (rows, columns) in SIZES.items():
        made = Made(rows, columns)
        print(f"{size:<46}{'best':>9}{'median':>9}{'worst':>9} ms")
        measure("making all rows", made.table, rounds)
        table = made.table()
        for name, wanted in wishes().items():
            measure(name, partial(choose_rows, table, wanted), rounds)


if __name__ == "__main__":
    main()
