"""A caller that is cancelled while a run begins leaves none behind that runs without end."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from workbench.domain.chat import ChatOptions
from workbench.domain.runs.spec import Budget, RunSpec, TemplatePrompt
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench

PROMPT = TemplatePrompt(path="chalk", source="What colour is chalk?", variables={})
MOMENTS = 40
STEP_SECONDS = 0.0004


@pytest.fixture
async def core(paths, tmp_path):
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    made = Workbench(paths, engine=SimulatedEngine(lambda _prompt: ["It is white."]))
    await made.open()
    await made.models.load(str(model))
    yield made
    await made.close()


async def cut_short(work, moment: int) -> None:
    """Begin something and cancel it after a while."""
    task = asyncio.create_task(work)
    for _ in range(moment):
        await asyncio.sleep(STEP_SECONDS)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def left_running(core) -> list[int]:
    """Runs that the history has as running though nothing works on them."""
    listed = await core.history.list_runs(limit=1000)
    for run in listed:
        await core.runs.until_ended(run.run_id)
    again = await core.history.list_runs(limit=1000)
    return [run.run_id for run in again if run.status == "running"]


async def test_a_run_whose_start_is_cancelled_ends_as_cancelled(core):
    for moment in range(MOMENTS):
        spec = RunSpec(prompt=PROMPT, strategy="direct", seed=1)
        await cut_short(core.runs.start(spec), moment)
    assert await left_running(core) == []
    assert await core.history.list_runs(limit=1)  # some had begun


async def test_an_answer_that_was_begun_is_written_to_its_end(core):
    for moment in range(MOMENTS):
        await cut_short(core.chats.send(None, f"Question {moment}", ChatOptions()), moment)
    assert await left_running(core) == []
    for each in await core.history.list_runs(limit=1000):
        assert each.status == "done"


async def test_a_run_whose_going_on_is_cancelled_is_not_held_for_ever(core):
    spec = RunSpec(
        prompt=PROMPT, strategy="direct", seed=1,
        budget=Budget(max_tokens=1),
    )  # fmt: skip
    run_id = await core.runs.start(spec)
    await core.runs.wait(run_id)
    for moment in range(MOMENTS):
        with contextlib.suppress(Exception):
            await cut_short(core.steering.resume(run_id, Budget(max_tokens=2 + moment)), moment)
        assert await left_running(core) == []
