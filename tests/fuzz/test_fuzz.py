"""A few damaged files in each run of the suite; ``make fuzz`` tries hundreds."""

from __future__ import annotations

import pytest

from tests.fuzz.tiny_models import write_tiny
from tests.fuzz.trial import SETTINGS, try_files
from workbench.domain.runs.sampling import Sampling
from workbench.domain.text import Segment
from workbench.engine.client import LlamaEngine
from workbench.engine.protocol import GenerateRequest, SampleDone
from workbench.processes.pool import SandboxPool

pytestmark = pytest.mark.model


async def test_a_damaged_file_ends_in_words_or_in_a_working_model(tmp_path):
    outcome = await try_files(tmp_path, range(1000, 1024), starter=False)
    assert outcome.failures == []
    assert outcome.counts["sound afterwards"] == 1
    assert outcome.counts["refused"] > 12


async def test_a_recurrent_model_is_used_again_where_a_whole_prompt_is_the_beginning(tmp_path):
    pool = SandboxPool()
    engine = LlamaEngine(pool)
    model = await engine.load(str(write_tiny(tmp_path / "tiny.gguf", "mamba")), SETTINGS)
    assert model.memory_kind == "recurrent"
    assert not model.shared_prefixes
    evaluated = []
    for text in ("abcdefghijklmnopqrst", "abcdefghijklmnopqrst and more", "abcdefghijXXXX"):
        request = GenerateRequest(
            segments=(Segment(text),), sampling=Sampling(max_tokens=3), seeds=(1, 2)
        )
        frames = [frame async for frame in engine.generate(request)]
        done = [frame for frame in frames if isinstance(frame, SampleDone)]
        assert len(done) == 2
        evaluated.append((sum(d.evaluated_tokens for d in done), done[0].prompt_tokens))
    assert evaluated[0][0] == evaluated[0][1]
    assert evaluated[1][0] < evaluated[1][1] - 10  # the first prompt was a checkpoint
    assert evaluated[2][0] == evaluated[2][1]  # a memory that cannot be cut starts again
    await engine.close()
    await pool.close()
