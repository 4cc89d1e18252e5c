"""The benchmark: everybody does the same work in turn, several times, and is compared.

Each peer and measure is a process of its own, so that neither memory nor threads mix.
"""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from rich.console import Console

from tests.benchmarks.job import Job, Result, run_child
from tests.benchmarks.machine import describe_machine, physical_cores, steal_seconds
from tests.benchmarks.report import make_report, print_report
from tests.benchmarks.workload import FULL, SMALL, make_workload
from workbench.settings import starter_model

PEERS = {
    "raw": "peers.raw",
    "engine": "peers.engine",
    "llama": "peers.llama_in_turn",
    "server": "peers.server",
}
"""What takes turns, round by round."""
MEASURES = {
    "scoring": "measures.scoring",
    "waiting": "measures.engine",
    "window": "measures.window",
}
"""What is measured once, after the rounds."""
WITH_TRIAL = ("raw", "engine", "server")
"""Those whose best settings depend on the machine; the raw loop's attention serves the server."""


class Bench:
    """One run of the benchmark.

    Args:
        job: the tokenised work, without settings.
        chosen: names of peers and measures.
        console: where it says what it is doing.
    """

    def __init__(self, job: Job, chosen: tuple[str, ...], console: Console) -> None:
        self._job = job
        self._peers = [name for name in PEERS if name in chosen]
        self._measures = [name for name in MEASURES if name in chosen]
        self._console = console
        self._jobs = dict.fromkeys(chosen, job)
        self.results: dict[str, list[Result]] = {name: [] for name in chosen}

    def run(self, rounds: int) -> None:
        """Trials, rounds, measures."""
        self._try_settings()
        for turn in range(rounds):
            # The one that begins, begins a round later next time: the machine may warm up or tire.
            first = turn % max(1, len(self._peers))
            for name in self._peers[first:] + self._peers[:first]:
                self._do(name, PEERS[name], f"round {turn + 1} of {rounds}")
        for name in self._measures:
            self._do(name, MEASURES[name], "once")

    def _try_settings(self) -> None:
        attention = "auto"
        for name in WITH_TRIAL:
            if name not in self._peers:
                continue
            wanted = msgspec.structs.replace(self._job, trial=True)
            if name == "server":
                wanted = msgspec.structs.replace(wanted, settings={"flash_attention": attention})
            with self._console.status(f"{name}: finding its best settings"):
                found = run_child(PEERS[name], wanted)
            self._console.print(f"{name}: {found.error or found.settings} {found.figures or ''}")
            if found.error:
                self._peers.remove(name)
                self.results[name].append(found)
                continue
            attention = found.settings.get("flash_attention", attention)
            self._jobs[name] = msgspec.structs.replace(self._job, settings=found.settings)
            if name == "engine":
                self._jobs["waiting"] = self._jobs[name]

    def _do(self, name: str, module: str, when: str) -> None:
        stolen = steal_seconds()
        with self._console.status(f"{name}, {when}"):
            result = run_child(module, self._jobs[name])
        self.results[name].append(result)
        reported = result.error or f"{result.seconds:.1f} s"
        if result.evaluated_tokens:
            reported += f", {result.evaluated_tokens:,} prompt tokens evaluated"
        self._console.print(f"{name}, {when}: {reported} (steal {steal_seconds() - stolen:.0f} s)")
        if result.figures:  # a run that is cut short has printed what it measured
            self._console.print(result.figures)


@click.command()
@click.option("--model", default="", help="A GGUF file; the starter model where none is given.")
@click.option("--rounds", default=3, show_default=True, help="Turns that everybody has.")
@click.option("--small", is_flag=True, help="A tenth of the work.")
@click.option("--only", default="", help=f"Some of {', '.join((*PEERS, *MEASURES))}, with commas.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write all figures there.")
def main(model: str, rounds: int, small: bool, only: str, file: Path | None) -> None:
    """Compare this engine with others on one tree of thoughts, and measure what it promises."""
    console = Console()
    path = Path(model) if model else starter_model()
    if path is None or not path.exists():
        raise click.UsageError("There is no model file; name one with --model.")
    every = (*PEERS, *MEASURES)
    chosen = tuple(name for name in every if not only or name in only.split(","))
    unknown = sorted(set(only.split(",")) - set(every)) if only else []
    if unknown:
        raise click.UsageError(f"Unknown: {', '.join(unknown)}. There are {', '.join(every)}.")
    machine = describe_machine()
    job = Job(
        model=str(path),
        threads=physical_cores(),
        workload=make_workload(SMALL if small else FULL),
        small=small,
    )
    tokenized = run_child("peers.tokenizer", job)
    if tokenized.workload is None:
        raise click.ClickException(tokenized.error)
    job = msgspec.structs.replace(job, workload=tokenized.workload)
    bench = Bench(job, chosen, console)
    bench.run(rounds)
    report = make_report(
        machine=machine,
        model=path.name,
        small=small,
        workload=job.workload,
        results=bench.results,
    )
    print_report(report, console)
    if file is not None:
        file.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2))


if __name__ == "__main__":
    main()
