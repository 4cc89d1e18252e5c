"""The sweep's rounds: who takes how long, relative to the raw loop, with the same outputs."""

from __future__ import annotations

import shutil
import statistics
from pathlib import Path

import click
import msgspec

from tests.benchmarks.job import Result, run_child
from tests.benchmarks.machine import describe_machine, physical_cores
from tests.benchmarks.sweep.rows import SweepJob
from workbench.settings import starter_model

PEERS = {
    "program": "this program",
    "raw_loop": "raw decode loop",
    "in_turn": "Llama called in turn",
    "promptfoo": "promptfoo on llama.cpp's server",
}


def same_outputs(mine: Result, other: Result) -> tuple[int, int]:
    """How many outputs are equal, of how many; white space at the ends does not count."""
    ours, theirs = mine.figures["outputs"], other.figures["outputs"]
    return sum(theirs[prompt].strip() == ours[prompt].strip() for prompt in theirs), len(theirs)


@click.command()
@click.option("--model", default="", help="A GGUF file; the starter model where none is given.")
@click.option("--rows", default=200, show_default=True)
@click.option("--tokens", default=64, show_default=True, help="At most, of an answer.")
@click.option("--rounds", default=3, show_default=True)
@click.option("--only", default=",".join(PEERS), show_default=True)
@click.option("--promptfoo", default="", help="The program of the npm package promptfoo.")
def main(model: str, rows: int, tokens: int, rounds: int, only: str, promptfoo: str) -> None:
    """Evaluate the same rows with this program and others, in turn."""
    path = Path(model) if model else starter_model()
    if path is None or not path.exists():
        raise click.UsageError("There is no model file; name one with --model.")
    chosen = [name for name in PEERS if name in only.split(",")]
    program = promptfoo or shutil.which("promptfoo") or ""
    if "promptfoo" in chosen and not program:
        click.echo("promptfoo is left out: name it with --promptfoo (npm install promptfoo).")
        chosen.remove("promptfoo")
    machine = describe_machine()
    click.echo(f"{path.name}, {machine['processor']}, {machine['cores']} cores")
    click.echo(f"load {machine['load']}")
    job = SweepJob(
        model=str(path), threads=physical_cores(), rows=rows, new_tokens=tokens, promptfoo=program
    )
    first = run_child("sweep.program", job)
    if first.error:
        raise click.ClickException(first.error)
    job = msgspec.structs.replace(job, prompts=tuple(first.figures["outputs"]))
    found = run_child("sweep.raw_loop", job)
    if found.error:
        raise click.ClickException(found.error)
    job = msgspec.structs.replace(job, width=found.settings["width"])
    click.echo(f"width of the raw loop and slots of the server: {job.width}")
    results: dict[str, list[Result]] = {name: [] for name in chosen}
    for turn in range(rounds):
        at = turn % len(chosen)
        for name in chosen[at:] + chosen[:at]:
            result = run_child(f"sweep.{name}", job)
            results[name].append(result)
            click.echo(f"round {turn + 1}, {name}: {result.error or f'{result.seconds:.1f} s'}")
    _print(results, first)


def _print(results: dict[str, list[Result]], first: Result) -> None:
    raw = [each.seconds for each in results.get("raw_loop", ()) if not each.error]
    unique = 0
    for name, of_peer in results.items():
        good = [each for each in of_peer if not each.error]
        if not good:
            continue
        seconds = [each.seconds for each in good]
        middle, last = statistics.median(seconds), good[-1]
        same, of_all = same_outputs(first, last)
        line = f"{PEERS[name]}: {middle:.1f} s ({min(seconds):.1f} to {max(seconds):.1f})"
        if raw:
            line += f", {middle / statistics.median(raw):.2f} of the raw loop"
        if last.evaluated_tokens:
            line += f"; {last.evaluated_tokens:,} of {last.prompt_tokens:,} prompt tokens read"
        if last.new_tokens:
            line += f"; {last.new_tokens:,} new tokens"
        line += f"; {same} of {of_all} outputs as this program's; {last.settings} {last.versions}"
        unique = last.figures.get("unique_tokens", unique)
        if "one_row_seconds" in last.figures:
            line += f"; one row alone {last.figures['one_row_seconds']:.1f} s"
        click.echo(line)
    if unique:
        click.echo(f"unique prompt tokens: {unique:,}")
        read = first.evaluated_tokens / unique
        click.echo(f"prompt tokens that this program read, of the unique ones: {read:.3f}")


if __name__ == "__main__":
    main()
