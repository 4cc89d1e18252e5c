"""How many runs of a sweep are at work together: as many as the engine decodes together, and a few
more, so that it has the next prompt when an answer ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import msgspec
import pytest

from workbench.domain.evaluation.evaluation_set import EvaluationOptions
from workbench.engine.protocol import Frame, GenerateRequest, LoadedModel
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.settings import Paths

SET = """
rows: [%s]
variants: [{name: plain, text: "Count {{ word }}", %s}]
checks: [{contains: "5"}]
"""


class Counting(SimulatedEngine):
    """Answers when ``enough`` requests wait, and knows how many have waited together."""

    def __init__(self, width: int, enough: int) -> None:
        self._width, self._enough = width, enough
        self._at_work = self.most = 0
        self._gate = asyncio.Event()
        super().__init__(lambda _prompt: ["Answer: 5"])

    def _describe(self, name: str, path: str) -> LoadedModel:
        return msgspec.structs.replace(super()._describe(name, path), decode_width=self._width)

    async def generate(self, request: GenerateRequest) -> AsyncGenerator[Frame, None]:
        self._at_work += 1
        self.most = max(self.most, self._at_work)
        if self._at_work >= self._enough:
            self._gate.set()
        try:
            await asyncio.wait_for(self._gate.wait(), 60)
            async for frame in super().generate(request):
                yield frame
        finally:
            self._at_work -= 1


@pytest.mark.parametrize(
    ("width", "strategy", "together"),
    [
        (24, "strategy: direct", 30),
        (4, "strategy: direct", 5),
        (1, "strategy: direct", 1),
        (24, "strategy: self_consistency, params: {paths: 3}", 10),
        (24, "strategy: self_consistency, params: {paths: 20}", 10),
    ],
)
def test_as_many_runs_are_at_work_as_the_engine_decodes(
    paths: Paths, tmp_path: Path, width: int, strategy: str, together: int
) -> None:
    paths.create()
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    file = tmp_path / "set.yaml"
    rows = ", ".join(f"{{word: w{place}, expected: '5'}}" for place in range(40))
    file.write_text(SET % (rows, strategy))
    engine = Counting(width, together)

    async def evaluate():
        core = Workbench(paths, engine=engine)
        await core.open()
        try:
            given = await core.evaluations.read(str(file))
            evaluation = await core.evaluations.open(given, EvaluationOptions(model=str(model)))
            await core.evaluations.run(evaluation, lambda _cell: None)
            return await core.evaluations.result(evaluation)
        finally:
            await core.close()

    (plain,) = asyncio.run(evaluate()).variants
    assert (plain.scored, plain.passed) == (40, 40)
    assert engine.most == together
