"""An evaluation that is killed at random moments: ``python -m tests.benchmarks.killed_sweeps``.

``workbench eval`` and everything it started are killed again and again, with -9, until it gets to
its end. Its numbers must be those of an undisturbed evaluation, and no cell may have two
finished runs. Strict mode: only there is an answer the same whatever is decoded with it.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click
import yaml

from workbench.settings import starter_model

WORDS = ("Rome", "Oslo", "Cairo", "Lima", "Paris", "Bern", "Quito", "Riga", "Doha", "Seoul")


def write_set(folder: Path, rows: int, tokens: int) -> Path:
    """A set of two variants whose cells take a second or so each."""
    given = {
        "rows": [
            {"city": WORDS[at % len(WORDS)], "number": at, "expected": WORDS[at % len(WORDS)]}
            for at in range(rows)
        ],
        "variants": [
            {
                "name": name,
                "text": text,
                "sampling": {"temperature": 0, "max_tokens": tokens},
                "mode": "strict",
            }
            for name, text in (
                ("plain", "Write {{ number }} words about {{ city }}."),
                ("polite", "Please write {{ number }} words about the city of {{ city }}."),
            )
        ],
        "checks": [{"contains": {}}],
        "seed": 7,
    }
    path = folder / "set.yaml"
    path.write_text(yaml.safe_dump(given))
    return path


class Program:
    """``workbench eval`` with a home of its own."""

    def __init__(self, home: Path, path: Path) -> None:
        self._home = home
        self._command = [
            sys.executable, "-m", "workbench", "eval", str(path), "--json",
            "--model", str(starter_model()),
        ]  # fmt: skip
        self._environment = os.environ | {"XDG_DATA_HOME": str(home), "HOME": str(home)}

    def run(self, seconds: float | None) -> dict[str, Any] | None:
        """What it prints, None where it was killed after ``seconds``."""
        process = subprocess.Popen(
            self._command,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return None
        return dict(json.loads(output))

    def finished_runs(self) -> list[int]:
        """How many finished runs each cell has."""
        database = next(self._home.rglob("history.db"), None)
        if database is None:
            return []
        with sqlite3.connect(database) as connection:
            rows = connection.execute(
                "SELECT digest, count(*) FROM run WHERE status = 'done' GROUP BY digest"
            )
            return [count for _, count in rows]


def figures(printed: dict[str, Any]) -> Any:
    """What must be the same after kills: everything but times, ids and the cache."""
    names = ("rows", "scored", "passed", "format_failures", "errors", "excluded", "value",
             "interval", "tokens")  # fmt: skip
    variants = [{name: each[name] for name in names} for each in printed["variants"]]
    return variants, printed["comparisons"]


@click.command()
@click.option("--kills", default=20, show_default=True)
@click.option("--rows", default=20, show_default=True)
@click.option("--tokens", default=48, show_default=True)
@click.option("--least", default=0.05, show_default=True, help="Earliest kill.")
@click.option("--most", default=0.4, show_default=True, help="Latest, as a share of the whole.")
@click.option("--seed", default=1, show_default=True)
def main(kills: int, rows: int, tokens: int, least: float, most: float, seed: int) -> None:
    """Kill an evaluation, let it end, and compare."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = write_set(folder, rows, tokens)
        quiet = Program(folder / "quiet", path)
        started = time.perf_counter()
        undisturbed = quiet.run(None)
        assert undisturbed is not None
        whole = time.perf_counter() - started
        click.echo(f"undisturbed: {whole:.0f} s")
        killed = Program(folder / "killed", path)
        count, printed = 0, None
        while printed is None and count < kills:
            printed = killed.run(whole * chance.uniform(least, most))
            count += printed is None
            if printed is None:
                click.echo(f"kill {count}: {len(killed.finished_runs())} of {2 * rows} cells done")
        printed = printed or killed.run(None)
        assert printed is not None
        click.echo(f"{count} kills")
        click.echo(f"the same numbers: {figures(printed) == figures(undisturbed)}")
        again = [runs for runs in killed.finished_runs() if runs > 1]
        click.echo(f"cells with more than one finished run: {len(again)}")


if __name__ == "__main__":
    main()
