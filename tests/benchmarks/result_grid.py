"""What the grid of an evaluation's results takes: 5,000 cases x 8 variants, and 50,000 cells.

    python -m tests.benchmarks.result_grid [ROUNDS]

Makes evaluations of made-up answers and prints the best, median and worst of ROUNDS, in
milliseconds, of making all rows and of choosing some, which the program does apart from the
window's thread, and of what the user waits for: rows opened, filtered, walked, and cells that
arrive. With QT_QPA_PLATFORM=offscreen no display is needed.
"""

from __future__ import annotations

import gc
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path

from PySide6.QtWidgets import QApplication

from workbench.domain.evaluation.cells import Cell, CellId
from workbench.domain.evaluation.checks import Check, CheckResult, CheckSet, SetResult
from workbench.domain.evaluation.evaluation_set import (
    EvaluationCase,
    EvaluationSet,
    VariantSpec,
)
from workbench.domain.evaluation.grid.choice import (
    CASE,
    RowFilter,
    RowsWanted,
    SortKey,
    choose_rows,
)
from workbench.domain.evaluation.grid.rows import GridTable, Scores, make_table
from workbench.domain.evaluation.results import (
    CaseScore,
    CellScore,
    EvaluationResult,
    Outcome,
)
from workbench.domain.evaluation.scores import Score
from workbench.engine.simulated import SimulatedEngine
from workbench.evaluation.comparing import compare
from workbench.evaluation.scoring import count_variant
from workbench.runs.sweep import plan
from workbench.service import Workbench
from workbench.service.evaluation.evaluation import Evaluation
from workbench.service.evaluation.variants import ReadyVariant
from workbench.settings import Paths
from workbench.ui.bridge import Bridge
from workbench.ui.evaluate.results.grid import ROW
from workbench.ui.evaluate.results.view import ResultsView
from workbench.ui.evaluate.view_model import EvaluationModel
from workbench.ui.panels import Context
from workbench.ui.theme import theme

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


def measure(
    name: str,
    work: Callable[[], object],
    rounds: int,
    *,
    parts: int = 1,
    before: Callable[[], object] | None = None,
) -> None:
    """Print best, median, worst and processor time (median) of rounds, each of some parts."""
    times, busy = [], []
    for _ in range(rounds):
        if before is not None:
            before()
        gc.collect()
        gc.disable()  # the program collects on the window's thread alone
        began, used = time.perf_counter(), time.process_time()
        work()
        times.append(1000 * (time.perf_counter() - began) / parts)
        busy.append(1000 * (time.process_time() - used) / parts)
        gc.enable()
    median, processor = statistics.median(times), statistics.median(busy)
    print(f"  {name:<44}{min(times):9.1f}{median:9.1f}{max(times):9.1f}{processor:11.1f}")


class Window:
    """Results in a window of 1160 x 778 (its room at 1440 x 900) on a core that is open."""

    def __init__(self, folder: Path) -> None:
        self.app = QApplication.instance() or QApplication([])
        theme().install("light")
        self.bridge = Bridge(
            lambda: Workbench(Paths.default(folder), engine=SimulatedEngine(lambda _: ["x"]))
        )
        self.bridge.start()
        self.model = EvaluationModel(self.bridge)
        context = Context(bridge=self.bridge, go=lambda *_, **__: None, notify=print)
        self.view = ResultsView(context, self.model)
        self.view.resize(1160, 778)
        self.view.show()
        self.shown = 0
        self.view.results.lines_changed.connect(self._count)
        self.until(lambda: self.bridge.is_open)

    def _count(self) -> None:
        self.shown += 1

    def until(self, condition: Callable[[], bool]) -> None:
        """Let the window work until a condition holds, and paint."""
        while not condition():
            self.app.processEvents()
            time.sleep(0.0005)
        self.paint()

    def paint(self) -> None:
        """Paint the whole grid."""
        for table in (self.view.grid.table, self.view.grid.cases):
            table.viewport().repaint()
        self.app.processEvents()

    def show(self, evaluation: Evaluation | None, result: EvaluationResult | None) -> None:
        """Show an evaluation until its rows are painted; None for none."""
        self.model.set = evaluation.set if evaluation is not None else None
        self.model.evaluation, self.model.result = evaluation, result
        before = self.shown
        self.model.opened.emit()
        self.until(lambda: self.shown > before)

    def press(self, name: RowFilter) -> None:
        """Press a filter until its rows are painted."""
        before = self.shown
        self.view.filters.chips[name].click()
        self.until(lambda: self.shown > before)

    def step(self) -> None:
        """Go to the next row, and paint."""
        self.view.grid.keys.move(1, 0)
        self.app.processEvents()

    def arrive(self, cells: list[CellId]) -> None:
        """Cells come while it runs."""
        self.model.cells_changed.emit(cells)
        self.app.processEvents()

    def scroll(self, cells: list[CellId]) -> None:
        """Scroll by three rows while cells come; at the end from the top again."""
        bar = self.view.grid.table.verticalScrollBar()
        bar.setValue(bar.value() + 3 * ROW if bar.value() < bar.maximum() else 0)
        self.arrive(cells)


def opened(made: Made) -> tuple[Evaluation, EvaluationResult]:
    """An evaluation and its result, as the core gives them."""
    specs = tuple(VariantSpec(name=name, text="x", strategy="direct") for name in made.variants)
    given = EvaluationSet(
        name="Made", variants=specs, checks=CheckSet(checks=(Check(metric="exact"),))
    )
    scores = {name: list(found.values()) for name, found in made.scores.items()}
    evaluation = Evaluation(
        given,
        "tune",
        "v0",
        tuple(made.cases),
        tuple(ReadyVariant(spec) for spec in specs),
        plan([], [], 1),
        made.cells,
    )
    result = EvaluationResult(
        name="Made",
        path="",
        split="tune",
        outcome=Outcome(status="met", sentence="Met."),
        variants=tuple(count_variant(n, made.cases, each) for n, each in scores.items()),
        comparisons=compare(scores, "v0", 0.05),
        baseline="v0",
        target=0.05,
        repeats=1,
        seed=1,
    )
    return evaluation, result


def measure_window(window: Window, made: Made, rounds: int) -> None:
    """What the window takes, with the rows that the core makes for it."""
    evaluation, result = opened(made)

    def show() -> None:
        window.show(evaluation, result)

    def filters() -> None:
        names: list[RowFilter] = ["failures", "changed", "disagree", "all"]
        for name in names:
            window.press(name)

    ids = iter(list(made.cells) * rounds)
    measure("opened until painted", show, rounds, before=lambda: window.show(None, None))
    measure("four filters pressed until painted, each", filters, rounds, parts=4)
    measure("a step to the next row", window.step, 4 * rounds)
    measure("200 cells arrive", lambda: window.arrive(list(islice(ids, 200))), 4 * rounds)
    scrolled = iter(list(made.cells) * rounds)
    measure(
        "three rows scrolled while 20 cells arrive",
        lambda: window.scroll(list(islice(scrolled, 20))),
        8 * rounds,
    )


def main() -> None:
    """Measure all sizes."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as folder:
        window = Window(Path(folder))
        for size, (rows, columns) in SIZES.items():
            made = Made(rows, columns)
            print(f"{size:<46}{'best':>9}{'median':>9}{'worst':>9}{'processor':>11} ms")
            measure("making all rows", made.table, rounds)
            table = made.table()
            for name, wanted in wishes().items():
                measure(name, partial(choose_rows, table, wanted), rounds)
            measure_window(window, made, rounds)
        window.bridge.stop()


if __name__ == "__main__":
    main()
