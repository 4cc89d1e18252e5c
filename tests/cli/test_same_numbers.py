"""The same evaluation by the window's way, by ``workbench eval``, and gone on with after kills -9
gives the same numbers, and no cell has two finished runs. The real engine and random moments:
``python -m tests.benchmarks.killed_sweeps``."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from workbench import service
from workbench.cli.evaluation.printing import as_object
from workbench.cli.main import main
from workbench.domain.evaluation.evaluation_set import EvaluationOptions
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.settings import Paths

ROWS, REPEATS = 40, 2
CELLS = 3 * ROWS * REPEATS
SET = """
name: Digits
rows: [%s]
variants:
  - {name: plain, text: "Plain {{ word }}"}
  - {name: other, text: "Other {{ word }}"}
  - {name: thrice, text: "Plain {{ word }}", strategy: self_consistency, params: {paths: 3}}
checks:
  - contains
  - length: {unit: characters, most: 30, weight: 0.5}
  - repetition
repeats: 2
equal_tokens: 64
goal: {shown: better}
"""
KINDS = ("even", "odd")
_PASSING = {"evaluation_id", "run_id", "seconds", "cached"}
"""What differs from one time to the next."""


def digit(prompt: str) -> list[str]:
    """An answer that the prompt alone decides, right in about half of the rows."""
    words = prompt.split()
    place = next(at for at, word in enumerate(words) if word in ("Plain", "Other"))
    number = int("".join(filter(str.isdigit, words[place + 1])))
    return [f"Answer: {number % 4 if words[place] == 'Plain' else number * 4 % 5}"]


def write_set(folder: Path) -> Path:
    rows = ", ".join(
        f"{{word: w{n}, kind: {KINDS[n % 2]}, expected: '{n % 3}'}}" for n in range(ROWS)
    )
    path = folder / "set.yaml"
    path.write_text(SET % rows)
    (folder / "pretend.gguf").write_bytes(b"")
    return path


async def by_window(home: Path, path: Path, kill_after: int = 0) -> dict[str, Any]:
    """As the window does it: opened, run until it is through, the result read."""
    core = Workbench(Paths.default(home), engine=SimulatedEngine(digit))
    await core.open()
    try:
        given = await core.evaluations.read(str(path))
        options = EvaluationOptions(model=str(path.with_name("pretend.gguf")))
        evaluation = await core.evaluations.open(given, options)
        over: list[str] = []

        def note(cell):
            over.extend([cell.state] * cell.is_over)
            if kill_after and len(over) == kill_after:
                signal.raise_signal(signal.SIGKILL)

        assert await core.evaluation_work.run(evaluation, note)
        result = await core.evaluations.result(evaluation)
        found = as_object(result, await core.evaluations.analyse(evaluation, result))
        return dict(json.loads(json.dumps(found)))
    finally:
        await core.close()


@pytest.fixture
def by_command(monkeypatch, capsys):
    """``workbench eval`` as it is typed; what it prints as JSON."""
    engine = SimulatedEngine(digit)
    monkeypatch.setattr(service, "Workbench", lambda paths: Workbench(paths, engine=engine))

    def run(home: Path, path: Path) -> dict[str, Any]:
        model = str(path.with_name("pretend.gguf"))
        typed = ["--data-dir", str(home), "eval", str(path), "--model", model, "--json"]
        with pytest.raises(SystemExit):
            main(lambda _paths, _request: 0, typed)
        return dict(json.loads(capsys.readouterr().out))

    return run


def numbers(found: Any) -> Any:
    """All of a result but what differs from one time to the next."""
    if isinstance(found, list):
        kept = [each for each in found if not _is_of_time(each)]
        return [numbers(each) for each in kept]
    if isinstance(found, dict):
        kept = {key: value for key, value in found.items() if key not in _PASSING}
        return {key: numbers(value) for key, value in kept.items()}
    return "done" if found == "cached" else found


def _is_of_time(found: Any) -> bool:
    return isinstance(found, dict) and found.get("cost") == "seconds"


def finished_runs(home: Path) -> list[int]:
    """How many finished runs each cell has."""
    (database,) = home.rglob("history.db")
    with sqlite3.connect(database) as connection:
        sql = "SELECT count(*) FROM run WHERE status = 'done' GROUP BY digest"
        return [count for (count,) in connection.execute(sql)]


def test_window_command_line_and_a_killed_evaluation_give_the_same_numbers(tmp_path, by_command):
    path = write_set(tmp_path)
    windowed = asyncio.run(by_window(tmp_path / "windowed", path))
    plain, other, thrice = windowed["variants"]
    assert [each["scored"] for each in (plain, other, thrice)] == [ROWS] * 3
    assert 0 < plain["passed"] != other["passed"] > 0
    assert thrice["tokens"] > plain["tokens"]
    assert plain["interval"] is not None
    assert [each["variant"] for each in windowed["comparisons"]] == ["other", "thrice"]
    assert "kind" in [table["name"] for table in windowed["analysis"]["tables"]]

    typed = by_command(tmp_path / "typed", path)
    assert numbers(typed) == numbers(windowed)

    home = tmp_path / "killed"
    for after in (1, 30, 90):
        killed = subprocess.run(
            [sys.executable, "-m", __name__, str(home), str(path), str(after)], check=False
        )
        assert killed.returncode == -signal.SIGKILL
    gone_on_with = by_command(home, path)
    assert sum(each["cached"] for each in gone_on_with["variants"]) >= 1 + 30 + 90
    assert numbers(gone_on_with) == numbers(windowed)
    assert finished_runs(home) == finished_runs(tmp_path / "typed") == [1] * CELLS
    assert numbers(asyncio.run(by_window(home, path))) == numbers(windowed)


if __name__ == "__main__":
    asyncio.run(by_window(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
