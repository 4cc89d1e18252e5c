"""A folder with a prompt and a set, and a program that evaluates it on a simulated engine."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from workbench.domain.evaluation.evaluation_set import EvaluationOptions
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.settings import Paths

ROWS = [("one", "3"), ("seven", "5"), ("three", "5"), ("eleven", "6")]
PROMPT = "---\ninputs:\n  word: string\n---\nuser:\nCount {{ word }}.\n"
SET = """
rows:
%s
variants:
  - {name: plain, prompt: count.prompty, sampling: {temperature: 0}}
  - {name: loud, text: "LOUD {{ word }}", sampling: {temperature: 0}}
checks: [exact]
"""


def rows_text(rows):
    return "\n".join(f"  - {{word: {word}, expected: '{right}'}}" for word, right in rows)


def counting(prompt: str) -> list[str]:
    """The number of letters; the loud variant is wrong about one of them."""
    found = re.search(r"(?:count|LOUD|Third) (\w+)", prompt, re.IGNORECASE)
    assert found is not None
    return ["0" if "LOUD" in prompt and found[1] == "three" else str(len(found[1]))]


class Bench:
    """A folder with a prompt and a set, and a program that evaluates it."""

    def __init__(self, paths: Paths, folder: Path) -> None:
        paths.create()
        paths.models.mkdir(parents=True, exist_ok=True)
        self.model = paths.models / "pretend.gguf"
        self.model.write_bytes(b"")
        self.paths, self.folder = paths, folder
        self.prompt = folder / "count.prompty"
        self.prompt.write_text(PROMPT)
        self.file = folder / "set.yaml"
        self.write(SET % rows_text(ROWS))
        self.engine = SimulatedEngine(counting)
        self._core: Workbench | None = None
        self._runner = asyncio.Runner()

    def write(self, text: str) -> None:
        self.file.write_text(text)

    def do(self, work):
        """Run a coroutine of the program, which stays open until the test ends."""
        if self._core is None:
            self._core = Workbench(self.paths, engine=self.engine)
            self._runner.run(self._core.open())
        return self._runner.run(work(self._core))

    def close(self):
        if self._core is not None:
            self._runner.run(self._core.close())
        self._runner.close()

    def evaluate(self, *, stop_after=None, **options):
        """The result, the cells as they were reported, and all; ``stop_after`` cancels."""

        async def work(core: Workbench):
            reported = []
            given = await core.evaluations.read(str(self.file))
            chosen = EvaluationOptions(**{"model": str(self.model), **options})
            evaluation = await core.evaluations.open(given, chosen)
            enough = asyncio.Event()

            def tell(cell):
                reported.append(cell)
                if stop_after and sum(each.is_over for each in reported) >= stop_after:
                    enough.set()

            task = asyncio.create_task(core.evaluations.run(evaluation, tell))
            if stop_after:
                await enough.wait()
                task.cancel()
            await asyncio.wait({task})
            if not task.cancelled():
                task.result()
            result = await core.evaluations.result(evaluation)
            return result, reported, await core.history.list_runs(), evaluation

        return self.do(work)
