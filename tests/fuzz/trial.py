"""Loading damaged files one after another, and what became of each."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.damage import write_damaged
from tests.fuzz.tiny_models import write_tiny
from workbench.domain.errors import (
    EngineError,
    ModelError,
    WorkbenchError,
    WorkerDiedError,
    WorkerHungError,
)
from workbench.domain.runs.sampling import Sampling
from workbench.domain.text import Segment
from workbench.domain.views import LoadSettings
from workbench.engine.client import LlamaEngine
from workbench.engine.protocol import GenerateRequest, SampleDone
from workbench.processes.pool import SandboxPool
from workbench.settings import starter_model

SETTINGS = LoadSettings(context_tokens=256, sequences=2, threads=1)
FILE_SECONDS = 60.0
_STARTER_HEAD_BYTES = 2_000_000


@dataclass
class Outcome:
    """How many files ended how; ``failures`` are those that ended in none of the allowed ways."""

    counts: Counter[str] = field(default_factory=Counter)
    crashes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def sources(folder: Path, *, starter: bool) -> list[tuple[Path, int]]:
    """Sound models to damage, with the length of their headers."""
    found = []
    for architecture in ("llama", "mamba"):
        path = write_tiny(folder / f"tiny-{architecture}.gguf", architecture)
        found.append((path, path.stat().st_size))
    model = starter_model()
    if starter and model is not None:
        found.append((model, _STARTER_HEAD_BYTES))
    return found


async def try_files(
    folder: Path, numbers: Sequence[int], *, starter: bool, report=lambda text: None
) -> Outcome:
    """Damage, load and use a file for each number; the engine must outlive them all."""
    pool = SandboxPool()
    engine = LlamaEngine(pool, hung_seconds=30.0)
    outcome = Outcome()
    models = sources(folder, starter=starter)
    for number in numbers:
        source, head = models[number % len(models)]
        path = folder / f"damaged-{number}.gguf"
        what = f"{number}: {write_damaged(source, head, path, number)}"
        try:
            ending = await asyncio.wait_for(_use(engine, str(path)), FILE_SECONDS)
        except TimeoutError:
            ending = "hung"
            outcome.failures.append(f"{what}: no end within {FILE_SECONDS:.0f} s")
        except Exception as error:
            ending = "unforeseen error"
            outcome.failures.append(f"{what}: {error!r}")
        if ending == "worker ended":
            outcome.crashes.append(what)
        outcome.counts[ending] += 1
        report(f"{what}: {ending}")
        path.unlink()
    await engine.load(str(models[0][0]), SETTINGS)
    outcome.counts["sound afterwards"] = int(await _use(engine, str(models[0][0])) == "works")
    await engine.close()
    await pool.close()
    return outcome


async def _use(engine: LlamaEngine, path: str) -> str:
    """Load a file and have four tokens from it; the kind of end."""
    try:
        await engine.load(path, SETTINGS)
        request = GenerateRequest(
            segments=(Segment("abc"),), sampling=Sampling(max_tokens=4), seeds=(1,)
        )
        async for frame in engine.generate(request):
            if isinstance(frame, SampleDone):
                return "works"
    except WorkerHungError as error:
        return _checked(error, "hung worker ended")
    except WorkerDiedError as error:
        return _checked(error, "worker ended")
    except (ModelError, EngineError) as error:
        crashed = isinstance(error.__cause__, WorkerDiedError)
        return _checked(error, "worker ended" if crashed else "refused")
    return "no answer"


def _checked(error: WorkbenchError, ending: str) -> str:
    sentence = str(error)
    assert sentence.endswith("."), sentence
    assert "\n" not in sentence, sentence
    return ending
