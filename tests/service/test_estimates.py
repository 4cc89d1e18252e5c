"""What a run will take is learned from what the last such runs wrote."""

from __future__ import annotations

from pathlib import Path

import msgspec

from workbench.domain.runs.estimate_words import (
    estimate_text,
    several_text,
    shorter_texts,
)
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import Budget, RunSpec, TemplatePrompt
from workbench.domain.views import Estimate
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.settings import Paths


async def test_an_estimate_learns_from_the_last_runs_of_prompt_strategy_and_model(
    tmp_path: Path,
) -> None:
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    texts = iter(["one two three", "one two three four five", "one", "many words " * 20])
    engine = SimulatedEngine(lambda _prompt: [next(texts)])
    core = Workbench(Paths.default(tmp_path / "home"), engine=engine)
    await core.open()
    try:
        await core.models.load(str(model))
        prompt = TemplatePrompt("/p/a.prompty", "user:\nHow many?")
        spec = RunSpec(prompt=prompt, model=str(model), params={"stop_at_answer": False})
        first = await core.runs.estimate(spec)
        assert first.likely_tokens is None
        assert first.tokens == first.new_tokens
        written = []
        for seed in (1, 2, 3):
            run_id = await core.runs.start(msgspec.structs.replace(spec, seed=seed))
            written.append((await core.runs.wait(run_id)).completion_tokens)
        assert len(set(written)) == 3
        assert (await core.runs.estimate(spec)).likely_tokens == sorted(written)[1]
        edited = msgspec.structs.replace(prompt, source="user:\nHow many now?")
        assert (
            await core.runs.estimate(msgspec.structs.replace(spec, prompt=edited))
        ).likely_tokens == sorted(written)[1]
        limited = msgspec.structs.replace(spec, budget=Budget(max_tokens=1))
        assert (await core.runs.estimate(limited)).likely_tokens == 1
        for other in (
            msgspec.structs.replace(spec, strategy="cot", params={}),
            msgspec.structs.replace(
                spec, prompt=TemplatePrompt("/p/b.prompty", "user:\nHow many?")
            ),
            msgspec.structs.replace(spec, model="/models/other.gguf"),
            msgspec.structs.replace(spec, sampling=Sampling(max_tokens=7)),
        ):
            assert (await core.runs.estimate(other)).likely_tokens is None
    finally:
        await core.close()


def test_costs_are_said_alike_everywhere() -> None:
    known = Estimate(calls=1, new_tokens=512, likely_tokens=150, seconds=12.0)
    unknown = Estimate(calls=5, new_tokens=512)
    assert estimate_text(known) == "1 call, about 150 new tokens, 12 s"
    assert estimate_text(unknown) == "5 calls, at most 512 new tokens"
    assert shorter_texts(known) == ("1 call, 12 s", "12 s")
    assert shorter_texts(unknown) == ("5 calls, at most 512 tokens", "5 calls")
    assert several_text([known, unknown], None) == "2 runs, 6 calls, at most 662 new tokens"
