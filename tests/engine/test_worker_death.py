"""A worker that dies, hangs or is left alone (R8, R9)."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from workbench.domain.errors import (
    EngineError,
    ModelFileError,
    WorkerDiedError,
    WorkerHungError,
)
from workbench.domain.views import LoadSettings
from workbench.engine.client import LlamaEngine
from workbench.engine.protocol import PromptProgress, ScoreRequest, TextDelta
from workbench.models.memory.machine import memory_kills
from workbench.processes.pool import SandboxPool

from .asking import ask, chat, request_of, starter_model, until

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals"),
]

TINY = LoadSettings(context_tokens=2048, sequences=4, threads=1)
CAUSES = {
    signal.SIGSEGV: "crashed (SIGSEGV",
    signal.SIGABRT: "crashed (SIGABRT",
    signal.SIGBUS: "model file changed",
    # The kernel tells that it was not for lack of memory, where it counts such ends.
    signal.SIGKILL: "memory ran out" if memory_kills() is None else "from outside (SIGKILL)",
}


async def end_of(pid: int) -> None:
    """Wait until a process is gone; a zombie is."""

    def is_gone() -> bool:
        try:
            return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    await until(is_gone)


async def drive_to(engine: LlamaEngine, phase: str) -> asyncio.Task[str]:
    """Bring the engine into a phase; the task's result is the text that had arrived."""
    reached = asyncio.Event()
    text = ""

    async def run() -> str:
        nonlocal text
        prompt = chat("word " * 1000 if phase == "prompt" else "Tell a long story.")
        try:
            async for frame in engine.generate(request_of(prompt, seeds=(1, 2), max_tokens=400)):
                match frame:
                    case PromptProgress(done) if phase == "prompt" and done:
                        reached.set()
                    case TextDelta(_, new, _):
                        text += new
                        reached.set()
        except WorkerDiedError as error:
            return str(error)
        return "finished"

    task = asyncio.create_task(run())
    await reached.wait()
    return task


@pytest.mark.parametrize("phase", ["prompt", "stream"])
@pytest.mark.parametrize("sig", list(CAUSES), ids=lambda sig: sig.name)
async def test_death_at_work_names_the_cause_and_the_next_request_works(engine, sig, phase):
    await engine.load(starter_model(), TINY)
    task = await drive_to(engine, phase)
    # Its first heartbeat brings the numbers for the sentence about memory.
    dead = engine.worker_pid
    os.kill(dead, sig)
    assert CAUSES[sig] in await task
    assert engine.status.state == "dead"
    assert CAUSES[sig] in engine.status.error
    answers = await ask(engine, request_of(chat("Hello"), max_tokens=4))
    assert answers.done[0].completion_tokens
    assert engine.worker_pid != dead
    assert engine.status.error == ""


@pytest.mark.parametrize("sig", [signal.SIGSEGV, signal.SIGKILL], ids=lambda sig: sig.name)
async def test_death_while_idle_is_noticed_and_mended(engine, sig):
    model = await engine.load(starter_model(), TINY)
    os.kill(engine.worker_pid, sig)
    await until(lambda: engine.status.state == "dead")
    assert engine.model is None
    assert await engine.tokenize(chat("Hello"))
    assert engine.model.path == model.path


async def test_death_while_loading_is_told_to_the_loader(engine):
    loading = asyncio.create_task(engine.load(starter_model(), TINY))
    await until(lambda: engine.status.state == "loading")
    os.kill(engine.worker_pid, signal.SIGKILL)
    with pytest.raises(WorkerDiedError):
        await loading
    assert (await engine.load(starter_model(), TINY)).context_tokens == 2048


async def test_a_file_that_crashes_the_loading_is_to_blame(engine):
    loading = asyncio.create_task(engine.load(starter_model(), TINY))
    await until(lambda: engine.status.state == "loading")
    os.kill(engine.worker_pid, signal.SIGABRT)
    with pytest.raises(ModelFileError, match="get it again or choose another"):
        await loading


async def test_a_worker_that_keeps_dying_is_given_up_for_a_while(engine):
    await engine.load(starter_model(), TINY)
    for _ in range(3):
        await engine.tokenize(chat("Hello"))
        os.kill(engine.worker_pid, signal.SIGKILL)
        await until(lambda: engine.status.state == "dead")
    with pytest.raises(EngineError, match="ended 3 times within two minutes"):
        await engine.tokenize(chat("Hello"))


async def test_a_worker_that_does_not_answer_is_ended():
    pool = SandboxPool()
    engine = LlamaEngine(pool, hung_seconds=3.0)
    try:
        await engine.load(starter_model(), TINY)
        task = asyncio.create_task(ask(engine, request_of(chat("Tell."), max_tokens=1000)))
        await until(lambda: engine.status.state == "busy")
        stopped = engine.worker_pid
        os.kill(stopped, signal.SIGSTOP)
        with pytest.raises(WorkerHungError, match="has not answered for 3 seconds"):
            await task
        await end_of(stopped)
        assert (await ask(engine, request_of(chat("Hello"), max_tokens=4))).done
    finally:
        await engine.close()
        await pool.close()


async def test_a_short_pause_is_no_death(engine):
    await engine.load(starter_model(), TINY)
    pid = engine.worker_pid
    os.kill(pid, signal.SIGSTOP)
    await asyncio.sleep(2.5)
    os.kill(pid, signal.SIGCONT)
    assert (await ask(engine, request_of(chat("Hello"), max_tokens=4))).done
    assert engine.worker_pid == pid


async def test_closing_ends_the_worker(engine):
    await engine.load(starter_model(), TINY)
    pid = engine.worker_pid
    await engine.close()
    await engine.close()
    await end_of(pid)
    with pytest.raises(EngineError):
        await engine.load(starter_model(), TINY)


PARENT = """
import asyncio, sys
from tests.engine.asking import SMALL, chat, request_of, starter_model
from workbench.engine.client import LlamaEngine
from workbench.processes.pool import SandboxPool

async def main():
    engine = LlamaEngine(SandboxPool())
    await engine.load(starter_model(), SMALL)
    async for frame in engine.generate(request_of(chat("Tell a story."), max_tokens=900)):
        print(engine.worker_pid, flush=True)

asyncio.run(main())
"""


async def test_no_worker_outlives_its_parent():
    parent = subprocess.Popen(  # noqa: ASYNC220 - a few lines are read, then it is killed
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    with parent:
        assert parent.stdout is not None
        worker = int(await asyncio.to_thread(parent.stdout.readline))
        assert psutil.pid_exists(worker)
        parent.kill()
    await end_of(worker)


async def test_a_file_that_shrinks_under_the_worker_is_the_files_fault(engine, tmp_path):
    copy = tmp_path / "model.gguf"
    copy.write_bytes(await asyncio.to_thread(Path(starter_model()).read_bytes))
    await engine.load(str(copy), TINY)
    task = await drive_to(engine, "stream")
    os.truncate(copy, 1_000_000)
    assert CAUSES[signal.SIGBUS] in await task
    with pytest.raises(ModelFileError, match=r"model\.gguf"):
        await ask(engine, request_of(chat("Hello"), max_tokens=4))


async def test_stray_prints_do_not_disturb_the_frames(engine):
    """The worker's file descriptor 1 is its standard error."""
    await engine.load(starter_model(), TINY)
    assert any("llama" in line for line in engine.worker_log)
    assert len(engine.worker_log) <= 200


@pytest.mark.parametrize("work", ["score", "embed"])
async def test_death_while_texts_are_measured(engine, work):
    await engine.load(starter_model(), TINY)
    if work == "score":
        request = ScoreRequest(segments=chat("word " * 1500), continuations=("sure", "likely"))
        task = asyncio.create_task(engine.score(request))
    else:
        task = asyncio.create_task(engine.embed(("a text of words, " * 80,) * 30))
    await asyncio.sleep(0.5)
    os.kill(engine.worker_pid, signal.SIGSEGV)
    with pytest.raises(WorkerDiedError, match="crashed"):
        await task
    again = await engine.embed(("short",))
    assert len(again.vectors) == 1


async def test_one_death_ends_what_was_under_way_and_nothing_that_comes_after(engine):
    """The third of ten requests meets a dead worker; the other seven are answered."""
    await engine.load(starter_model(), TINY)
    endings = []
    for number in range(10):
        task = asyncio.create_task(ask(engine, request_of(chat(f"Number {number}?"), max_tokens=6)))
        if number == 2:
            await until(lambda: engine.status.state == "busy")
            os.kill(engine.worker_pid, signal.SIGKILL)
        try:
            await task
            endings.append("done")
        except WorkerDiedError:
            endings.append("died")
    assert endings == ["done"] * 2 + ["died"] + ["done"] * 7
