"""What search is worth on three-number targets: ``python -m tests.benchmarks.search``.

The starter model (or another) proposes moves that a grammar keeps legal, and a program checks them.
Every strategy has the same budget of generated tokens for each puzzle. It is compared with a player
that draws legal moves at random, with as many games as its moves would cost in tokens.
"""

from __future__ import annotations

import asyncio
import math
import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import msgspec

from tests.benchmarks.machine import describe_machine
from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import Budget, RunSpec, TemplatePrompt
from workbench.domain.text import Segment
from workbench.service import Workbench
from workbench.settings import Paths
from workbench.strategies.domains.baseline import play
from workbench.strategies.domains.numbers import NumbersTask
from workbench.strategies.domains.targets import USUAL, solvable

PROMPT = Path(__file__).parents[2] / "prompts" / "puzzles" / "targets.prompty"
SEARCH = {"domain": "targets", "generate": "sample", "candidates": 4, "max_nodes": 1000}
BEAM = {**SEARCH, "beam": 3}
DEPTH = {**SEARCH, "beam": 4, "search": "depth_first"}
SOLVING = {"domain": "targets", "verifier": "exact", "ask": "plain"}
ROWS: dict[str, tuple[str, dict[str, Any]]] = {
    "direct (one answer)": ("best_of_n", {**SOLVING, "samples": 1}),
    "best of N, exact verifier": ("best_of_n", SOLVING),
    "breadth first, check": ("tree_of_thought", {**BEAM, "evaluate": "check"}),
    "depth first, check": ("tree_of_thought", {**DEPTH, "evaluate": "check"}),
    "breadth first, exact": ("tree_of_thought", {**BEAM, "evaluate": "exact"}),
    "depth first, exact": ("tree_of_thought", {**DEPTH, "evaluate": "exact"}),
}
RANDOM = "random legal moves"
_ANSWER = "(2 + 3) * 7"
_GAME = "2 + 3 = 5 (left: 5 7)\n5 * 7 = 35 (left: 35)\n"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What a way of playing solved, with its 95 % Wilson interval, and the tokens it took."""

    name: str
    solved: int
    puzzles: int
    low: float
    high: float
    tokens: float
    """Generated tokens of a puzzle, on average."""
    seconds: float
    """Of all puzzles together."""


def wilson(solved: int, puzzles: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    share = solved / puzzles
    middle = share + z * z / (2 * puzzles)
    spread = z * math.sqrt(share * (1 - share) / puzzles + z * z / (4 * puzzles**2))
    whole = 1 + z * z / puzzles
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


@dataclass(frozen=True)
class Match:
    """Puzzles, budget and seed that all ways of playing share."""

    puzzles: tuple[tuple[tuple[int, ...], int], ...]
    tokens: int
    seed: int
    together: int


def draw_puzzles(count: int, seed: int) -> tuple[tuple[tuple[int, ...], int], ...]:
    """Solvable puzzles, half for each of the usual targets."""
    chance = random.Random(seed)
    found = [(n, t) for t in USUAL for n in chance.sample(solvable(t), count // len(USUAL))]
    return tuple(found)


async def measure(core: Workbench, match: Match) -> list[Row]:
    """All ways of playing, one after the other."""
    answer_tokens = await count_tokens(core, _ANSWER)
    game_tokens = await count_tokens(core, _GAME)
    rows = []
    affordable = {"samples": max(1, match.tokens // (answer_tokens + 1))}
    for name, (strategy, params) in ROWS.items():
        more = affordable if name.startswith("best of N") else {}
        rows.append(await play_row(core, match, name, strategy, {**params, **more}))
        click.echo(show([rows[-1]]), err=True)
    rows.append(play_at_random(match, max(1, match.tokens // (game_tokens + 2))))
    return rows


async def count_tokens(core: Workbench, text: str) -> int:
    """Tokens of a text for the loaded model."""
    engine = core._core.engines.current
    return len(await engine.tokenize((Segment(text, special=False),)))


async def play_row(
    core: Workbench, match: Match, name: str, strategy: str, params: dict[str, Any]
) -> Row:
    """Every puzzle by one strategy, a few at a time."""
    gate = asyncio.Semaphore(match.together)
    source = PROMPT.read_text("utf-8")

    async def one(index: int, numbers: tuple[int, ...], target: int) -> RunState:
        variables = {"numbers": " ".join(map(str, numbers)), "target": target}
        spec = RunSpec(
            prompt=TemplatePrompt(PROMPT.name, source, variables),
            strategy=strategy,
            params=params,
            sampling=Sampling(temperature=1.0),
            seed=match.seed + index,
            budget=Budget(max_tokens=match.tokens),
        )
        async with gate:
            return await core.runs.wait(await core.runs.start(spec))

    started = time.monotonic()
    states = await asyncio.gather(
        *(one(index, *puzzle) for index, puzzle in enumerate(match.puzzles, 1))
    )
    seconds = time.monotonic() - started
    failed = [state.error for state in states if state.error]
    if failed:
        raise click.ClickException(str(failed[0]))
    solved = sum(
        bool(NumbersTask(numbers, target).review(state.answer or "").solved)
        for state, (numbers, target) in zip(states, match.puzzles, strict=True)
    )
    used = sum(state.completion_tokens for state in states) / len(states)
    return row(name, solved, len(states), used, seconds)


def play_at_random(match: Match, games: int) -> Row:
    """As many seeded games of random legal moves as the tokens would allow."""
    started = time.monotonic()
    solved = 0
    for index, (numbers, target) in enumerate(match.puzzles):
        task = NumbersTask(numbers, target)
        solved += any(play(task, (match.seed + index) * 1000 + game) for game in range(games))
    name = f"{RANDOM}, best of {games}"
    return row(name, solved, len(match.puzzles), match.tokens, time.monotonic() - started)


def row(name: str, solved: int, puzzles: int, tokens: float, seconds: float) -> Row:
    """A row with its interval."""
    low, high = wilson(solved, puzzles)
    return Row(
        name=name,
        solved=solved,
        puzzles=puzzles,
        low=low,
        high=high,
        tokens=tokens,
        seconds=seconds,
    )


def show(rows: list[Row]) -> str:
    """Lines of a Markdown table."""
    return "\n".join(
        f"| {r.name} | {r.solved} of {r.puzzles} | {100 * r.low:.0f} to {100 * r.high:.0f} % "
        f"| {r.tokens:.0f} | {r.seconds:.0f} s |"
        for r in rows
    )


async def run(match: Match, model: str) -> list[Row]:
    """Open the service without a window, measure, and close it."""
    with tempfile.TemporaryDirectory() as home:
        core = Workbench(Paths.default(Path(home)))
        await core.open()
        try:
            await core.models.load(model)
            return await measure(core, match)
        finally:
            await core.close()


@click.command()
@click.option("--model", default="", help="A GGUF file or a known name; the starter model else.")
@click.option("--puzzles", default=40, show_default=True)
@click.option("--tokens", default=200, show_default=True, help="Generated tokens of a puzzle.")
@click.option("--seed", default=24, show_default=True)
@click.option("--together", default=4, show_default=True, help="Puzzles that are run at once.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write the figures there.")
def main(
    model: str, puzzles: int, tokens: int, seed: int, together: int, file: Path | None
) -> None:
    """Measure direct, best of N, breadth first, depth first and a random player."""
    match = Match(draw_puzzles(puzzles, seed), tokens, seed, together)
    rows = asyncio.run(run(match, model))
    machine = describe_machine()
    click.echo(f"{machine['processor']}, {machine['cores']} cores; load {machine['load']}")
    click.echo("| | solved | 95 % interval | tokens | time |\n|---|---|---|---|---|")
    click.echo(show(rows))
    if file is not None:
        figures = {"machine": machine, "tokens": tokens, "seed": seed, "rows": rows}
        file.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2))


if __name__ == "__main__":
    main()
