"""How well a model does on the prompts and data that ship: ``python -m tests.benchmarks.library``.

``score`` asks every row of the data sets with a truth, once with the most probable tokens and once
with each seed, and counts what is right; ``--held-out`` takes the rows that no prompt was tuned on.
``read`` prints the answers to the sample sets, to be read. Figures of the starter model, and what
was seen, are in docs/library.md.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import click
import yaml

from tests.benchmarks.library_checks import CHECKS, Check
from workbench.domain.errors import WorkbenchError
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.service import Workbench
from workbench.settings import Paths

ROOT = Path(__file__).parents[2]
PROMPTS, DATA = ROOT / "prompts", ROOT / "resources" / "data"
HELD_OUT = DATA / "held-out"
TOGETHER = 8


class Asker:
    """Asks one model, a few prompts at a time."""

    def __init__(self, core: Workbench, model: str, stop: tuple[str, ...] = ()) -> None:
        self._core = core
        self._model = model
        self._stop = stop
        self._places = asyncio.Semaphore(TOGETHER)

    def share(self, right: int, rows: int) -> str:
        """How many are right, and in which interval the true share lies with 95 % confidence."""
        found = self._core.answers.interval(right, rows)
        return f"{right} ({found.low * 100:.0f} to {found.high * 100:.0f} %)"

    async def answer(self, path: Path, values: dict[str, Any], seed: int | None, most: int) -> str:
        """What the model writes; the most probable tokens where there is no seed."""
        source = (await self._core.prompt_files.read(str(path))).text
        spec = RunSpec(
            prompt=TemplatePrompt(str(path), source, values),
            model=self._model,
            sampling=Sampling(
                temperature=0.0 if seed is None else 0.7, max_tokens=most, stop=self._stop
            ),
            seed=seed or 1,
        )
        async with self._places:
            run = await self._core.runs.start(spec)
            state = await self._core.runs.wait(run)
        if state.error:
            raise WorkbenchError.from_wire(state.error)
        return state.output

    async def chosen(self, path: Path, values: dict[str, Any], check: Check) -> str:
        """The label that is most probable as the beginning of the answer."""
        messages = await self._core.prompts.render(str(path), values)
        texts = tuple(f"{check.prefix} {label}".strip() for label in check.labels)
        async with self._places:
            scores = await self._core.scoring.choose(messages, texts, self._model)
        best = max(range(len(texts)), key=lambda index: scores.probabilities[index])
        return texts[best]


async def _score(asker: Asker, check: Check, folder: Path, seeds: int, show: bool) -> str:
    path = PROMPTS / f"{check.prompt}.prompty"
    rows = [json.loads(line) for line in (folder / f"{check.data}.jsonl").open(encoding="utf-8")]
    inputs = [{key: value for key, value in row.items() if key not in check.hidden} for row in rows]

    async def right(seed: int | None) -> list[bool]:
        # A seed of its own for each row: with one for all, an unlikely first draw is every row's.
        seeds = [None if seed is None else 1000 * seed + place for place in range(len(inputs))]
        given = await asyncio.gather(
            *(asker.answer(path, *each, check.most) for each in zip(inputs, seeds, strict=True))
        )
        found = [check.right(text, row) for text, row in zip(given, rows, strict=True)]
        if show and seed is None:
            for good, text, row in zip(found, given, rows, strict=True):
                truth = row.get("label", row.get("expected"))
                click.echo(f"{'right' if good else 'wrong'}  {truth!r} <- {text!r}")
        return found

    greedy = asker.share(sum(await right(None)), len(rows))
    drawn = [sum(await right(seed)) for seed in range(1, seeds + 1)]
    picked = "-"
    if check.labels:
        texts = await asyncio.gather(*(asker.chosen(path, each, check) for each in inputs))
        found = [check.right(text, row) for text, row in zip(texts, rows, strict=True)]
        picked = asker.share(sum(found), len(rows))
    truths = Counter(row["label"] for row in rows if "label" in row)
    most_common = str(truths.most_common(1)[0][1]) if truths else "-"
    cells = (check.data, len(rows), greedy, " ".join(map(str, drawn)) or "-", picked, most_common)
    return "| " + " | ".join(map(str, cells)) + " |"


async def _read(asker: Asker, path: Path, most: int) -> str:
    sets = yaml.safe_load(path.with_suffix(".samples.yaml").read_text("utf-8"))
    answers = await asyncio.gather(
        *(asker.answer(path, values, None, most) for values in sets.values())
    )
    shown = [f"[{name}]\n{text.strip()}" for name, text in zip(sets, answers, strict=True)]
    return f"=== {path.relative_to(PROMPTS)}\n" + "\n".join(shown)


def _with_asker(model: str, stop: tuple[str, ...], jobs: Any) -> None:
    async def session() -> None:
        with tempfile.TemporaryDirectory() as folder:
            core = Workbench(Paths(data=Path(folder), logs=Path(folder) / "logs"))
            await core.open()
            try:
                asker = Asker(core, model, stop)
                for job in jobs:
                    click.echo(await job(asker))
            finally:
                await core.close()

    asyncio.run(session())


@click.group()
def library() -> None:
    """The prompts that ship, on a model."""


@library.command()
@click.argument("names", nargs=-1)
@click.option("--model", default="", help="A name or path; the starter model otherwise.")
@click.option("--seeds", default=3, show_default=True)
@click.option("--stop", multiple=True, help="A text at which an answer ends.")
@click.option("--held-out", is_flag=True, help="The rows that no prompt was tuned on.")
@click.option("--show", is_flag=True, help="Print the most probable answers.")
def score(
    names: tuple[str, ...],
    model: str,
    seeds: int,
    stop: tuple[str, ...],
    held_out: bool,
    show: bool,
) -> None:
    """Right answers on the data sets called NAMES (all without)."""
    folder = HELD_OUT if held_out else DATA
    click.echo(
        "| data set | rows | most probable | drawn, by seed | by likelihood | most common label |"
    )
    click.echo("|---|---|---|---|---|---|")
    checks = [check for check in CHECKS if not names or check.data in names]
    _with_asker(
        model,
        stop,
        [lambda asker, check=check: _score(asker, check, folder, seeds, show) for check in checks],
    )


@library.command()
@click.argument("names", nargs=-1)
@click.option("--model", default="", help="A name or path; the starter model otherwise.")
@click.option("--tokens", default=100, show_default=True)
def read(names: tuple[str, ...], model: str, tokens: int) -> None:
    """The answers to the sample sets of the prompts or folders called NAMES."""
    paths = [
        path.with_suffix("").with_suffix(".prompty")
        for path in sorted(PROMPTS.rglob("*.samples.yaml"))
        if not names or any(path.relative_to(PROMPTS).as_posix().startswith(n) for n in names)
    ]
    _with_asker(model, (), [lambda asker, path=path: _read(asker, path, tokens) for path in paths])


if __name__ == "__main__":
    library()
