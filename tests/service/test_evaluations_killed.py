"""An evaluation whose program was killed goes on, and one runs on the real engine."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from workbench.domain.evaluation.evaluation_set import EvaluationOptions
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.settings import Paths

SET = """
rows: [{word: one, expected: '3'}, {word: seven, expected: '5'}, {word: three, expected: '5'}]
repeats: 2
variants: [{name: plain, text: "Count {{ word }}"}]
checks: [exact]
"""
KILLED = """
import asyncio, os, sys
from workbench.domain.evaluation.evaluation_set import EvaluationOptions
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.settings import Paths

async def main(home, file, model, after):
    core = Workbench(Paths.default(home), engine=SimulatedEngine(lambda prompt: ["5"]))
    await core.open()
    given = await core.evaluations.read(file)
    evaluation = await core.evaluations.open(given, EvaluationOptions(model=model))
    done = []
    def tell(cell):
        done.extend([cell] * cell.is_over)
        if len(done) == int(after):
            os.kill(os.getpid(), 9)
    await core.evaluations.run(evaluation, tell)

asyncio.run(main(*sys.argv[1:]))
"""


async def evaluate(paths: Paths, file: Path, model: str, engine: SimulatedEngine | None):
    core = Workbench(paths, engine=engine)
    await core.open()
    try:
        given = await core.evaluations.read(str(file))
        evaluation = await core.evaluations.open(given, EvaluationOptions(model=model))
        cached = {id_ for id_, cell in evaluation.cells.items() if cell.is_finished}
        await core.evaluations.run(evaluation, lambda cell: None)
        return cached, await core.evaluations.result(evaluation), await core.history.list_runs()
    finally:
        await core.close()


@pytest.mark.parametrize("after", [1, 3, 5])
def test_after_a_kill_finished_cells_are_shown_and_the_others_run(paths, tmp_path, after):
    paths.create()
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    file = tmp_path / "set.yaml"
    file.write_text(SET)
    arguments = [str(tmp_path / "home"), str(file), str(model), str(after)]
    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), *arguments], check=False
    )
    assert killed.returncode == -signal.SIGKILL
    engine = SimulatedEngine(lambda _prompt: ["5"])
    cached, result, runs = asyncio.run(evaluate(paths, file, str(model), engine))
    (plain,) = result.variants
    assert (plain.scored, plain.passed, plain.errors, plain.unfinished) == (3, 2, 0, 0)
    assert plain.cached == len(cached) >= after
    assert len(engine.requests) == 6 - len(cached)
    assert sum(run.status == "done" for run in runs) == 6


@pytest.mark.model
@pytest.mark.slow
def test_an_evaluation_runs_on_the_starter_model(paths, tmp_path, starter_model):
    rows = [("France", "Paris"), ("Japan", "Tokyo"), ("Italy", "Rome"), ("Peru", "Lima")]
    listed = "\n".join(f"  - {{country: {name}, expected: {city}}}" for name, city in rows)
    file = tmp_path / "set.yaml"
    file.write_text(
        f"rows:\n{listed}\nvariants:\n  - name: plain\n"
        '    text: "Name the capital city of {{ country }}."\n'
        "    sampling: {temperature: 0, max_tokens: 16}\nchecks: [contains]\n"
    )
    cached, result, _ = asyncio.run(evaluate(paths, file, starter_model, None))
    (plain,) = result.variants
    assert cached == set()
    assert (plain.rows, plain.scored, plain.errors) == (4, 4, 0)
    assert plain.passed is not None
    assert plain.passed >= 1
    cached, again, _ = asyncio.run(evaluate(paths, file, starter_model, None))
    assert len(cached) == 4
    assert again.variants[0].passed == plain.passed
