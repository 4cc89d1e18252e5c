"""What a model writes for the sample sets that ship: ``python -m tests.benchmarks.library``.

It prints the answers, to be read; what is right on the data sets, ``workbench eval`` counts.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import click
import yaml

from workbench.domain.errors import WorkbenchError
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.service import Workbench
from workbench.settings import Paths

PROMPTS = Path(__file__).parents[2] / "prompts"


async def _answer(
    core: Workbench, model: str, path: Path, values: dict[str, Any], most: int
) -> str:
    """What the model writes with the most probable tokens."""
    source = (await core.prompt_files.read(str(path))).text
    spec = RunSpec(
        prompt=TemplatePrompt(str(path), source, values),
        model=model,
        sampling=Sampling(temperature=0.0, max_tokens=most),
    )
    state = await core.runs.wait(await core.runs.start(spec))
    if state.error:
        raise WorkbenchError.from_wire(state.error)
    return state.output


async def _read(model: str, paths: list[Path], most: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        core = Workbench(Paths(data=Path(folder), logs=Path(folder) / "logs"))
        await core.open()
        try:
            for path in paths:
                sets = yaml.safe_load(path.with_suffix(".samples.yaml").read_text("utf-8"))
                answers = await asyncio.gather(
                    *(_answer(core, model, path, values, most) for values in sets.values())
                )
                click.echo(f"=== {path.relative_to(PROMPTS)}")
                for name, text in zip(sets, answers, strict=True):
                    click.echo(f"[{name}]\n{text.strip()}")
        finally:
            await core.close()


@click.command()
@click.argument("names", nargs=-1)
@click.option("--model", default="", help="A name or path; the starter model otherwise.")
@click.option("--tokens", default=100, show_default=True)
def main(names: tuple[str, ...], model: str, tokens: int) -> None:
    """The answers to the sample sets of the prompts or folders called NAMES."""
    paths = [
        path.with_suffix("").with_suffix(".prompty")
        for path in sorted(PROMPTS.rglob("*.samples.yaml"))
        if not names or any(path.relative_to(PROMPTS).as_posix().startswith(n) for n in names)
    ]
    asyncio.run(_read(model, paths, tokens))


if __name__ == "__main__":
    main()
