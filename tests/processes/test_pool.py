"""The sandbox from outside: results, errors, limits, cancelling, and what is left afterwards."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator

import psutil
import pytest

from workbench.domain.errors import SandboxError, SandboxMemory, SandboxTimeout, UsageError
from workbench.domain.runs.spec import derive_seed
from workbench.processes.frames import FRAME_BYTES
from workbench.processes.pool import SandboxPool

TO_JSON = "workbench.prompts.jinja.environment:to_json"
PATTERN = "workbench.evaluation.extraction:pattern_job"
CHAT = "workbench.prompts.chat.template_job:format_job"
# Compares two lists of 2^40 items inside one operation of the interpreter: no signal ends it.
ENDLESS_IN_C = (
    "{% set n = namespace(x=[1], y=[1]) %}{% for i in range(40) %}"
    "{% set n.x = [n.x, n.x] %}{% set n.y = [n.y, n.y] %}{% endfor %}{{ n.x == n.y }}"
)


@pytest.fixture
async def pool() -> AsyncIterator[SandboxPool]:
    pool = SandboxPool()
    yield pool
    await pool.close()


def _children() -> set[int]:
    found = set()
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it ended meanwhile
            if "workbench.processes.process" in child.cmdline():
                found.add(child.pid)
    return found


async def _until_busy(before: set[int]) -> psutil.Process:
    """The sandbox process that computes: it has used more time than starting takes."""
    while True:
        for pid in _children() - before:
            with contextlib.suppress(psutil.Error):
                process = psutil.Process(pid)
                if process.cpu_times().user > 1.0:
                    return process
        await asyncio.sleep(0.05)


async def test_returns_what_the_function_returned(pool: SandboxPool) -> None:
    result = await pool.call("workbench.domain.runs.spec:derive_seed", 7, "0.1", "value", 2)
    assert result == derive_seed(7, "0.1", "value", 2)


async def test_starts_nothing_before_the_first_call() -> None:
    before = _children()
    pool = SandboxPool()
    assert _children() <= before  # those of others may end meanwhile
    await pool.close()


async def test_processes_are_used_again(pool: SandboxPool) -> None:
    await pool.call(TO_JSON, 1)
    seen = _children()
    for number in range(10):
        assert await pool.call(TO_JSON, number) == str(number)
    assert _children() == seen


async def test_many_calls_at_once_all_get_their_own_result(pool: SandboxPool) -> None:
    results = await asyncio.gather(*(pool.call(TO_JSON, [n]) for n in range(50)))
    assert results == [f"[{n}]" for n in range(50)]


async def test_an_error_of_the_program_arrives_as_itself(pool: SandboxPool) -> None:
    with pytest.raises(UsageError, match="not valid"):
        await pool.call(PATTERN, "(", ["x"])


async def test_a_bug_arrives_with_its_traceback(pool: SandboxPool) -> None:
    with pytest.raises(RuntimeError, match="TypeError"):
        await pool.call("workbench.domain.runs.spec:derive_seed", 1)
    with pytest.raises(RuntimeError, match="no_such_function"):
        await pool.call("workbench.domain.runs.spec:no_such_function")
    assert await pool.call(TO_JSON, 1) == "1"


async def test_only_functions_of_the_program(pool: SandboxPool) -> None:
    with pytest.raises(AssertionError):
        await pool.call("os:getcwd")


async def test_deadline_interrupts_python(pool: SandboxPool) -> None:
    slow = [["a" * 30] * 200]
    with pytest.raises(SandboxTimeout):
        await pool.call(PATTERN, r"(a+)+b|(?:a?){30}a{30}$b", *slow, deadline_seconds=0.1)
    assert await pool.call(TO_JSON, "next") == '"next"'


async def test_deadline_kills_what_cannot_be_interrupted(pool: SandboxPool) -> None:
    with pytest.raises(SandboxTimeout):
        await pool.call(CHAT, ENDLESS_IN_C, [], {}, deadline_seconds=0.2)
    assert await pool.call(TO_JSON, "next") == '"next"'


async def test_memory_is_limited(pool: SandboxPool) -> None:
    with pytest.raises(SandboxMemory):
        await pool.call(TO_JSON, [1], 10**9)
    assert await pool.call(TO_JSON, "next") == '"next"'


async def test_a_result_larger_than_a_frame_is_refused(pool: SandboxPool) -> None:
    with pytest.raises(SandboxMemory):
        await pool.call(TO_JSON, [1, 2], FRAME_BYTES)
    assert await pool.call(TO_JSON, "next") == '"next"'


async def test_arguments_larger_than_a_frame_are_refused(pool: SandboxPool) -> None:
    with pytest.raises(SandboxError, match="16 MB"):
        await pool.call(TO_JSON, "x" * FRAME_BYTES)


async def test_a_process_killed_while_idle_is_replaced(pool: SandboxPool) -> None:
    before = _children()
    await pool.call(TO_JSON, 1)
    for pid in _children() - before:
        psutil.Process(pid).kill()
    assert await pool.call(TO_JSON, 2) == "2"


async def test_a_process_killed_at_work_is_reported(pool: SandboxPool) -> None:
    before = _children()
    call = asyncio.create_task(pool.call(CHAT, ENDLESS_IN_C, [], {}, deadline_seconds=60))
    (await _until_busy(before)).kill()
    with pytest.raises(SandboxError, match="ended unexpectedly"):
        await call
    assert await pool.call(TO_JSON, 2) == "2"


async def test_cancelling_ends_the_work(pool: SandboxPool) -> None:
    before = _children()
    call = asyncio.create_task(pool.call(CHAT, ENDLESS_IN_C, [], {}, deadline_seconds=60))
    busy = await _until_busy(before)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert not busy.is_running() or busy.status() == psutil.STATUS_ZOMBIE
    assert await pool.call(TO_JSON, 2) == "2"


async def test_close_ends_running_work_and_all_processes() -> None:
    before = _children()
    pool = SandboxPool()
    call = asyncio.create_task(pool.call(CHAT, ENDLESS_IN_C, [], {}, deadline_seconds=60))
    await _until_busy(before)
    await pool.close()
    with pytest.raises(SandboxError):
        await call
    assert _children() <= before  # those of others may end meanwhile
    await pool.close()
    with pytest.raises((SandboxError, RuntimeError)):
        await pool.call(TO_JSON, 1)


def test_a_pool_works_on_one_loop_after_another() -> None:
    pool = SandboxPool()
    assert asyncio.run(pool.call(TO_JSON, 1)) == "1"
    assert asyncio.run(pool.call(TO_JSON, 2)) == "2"
    asyncio.run(pool.close())


def test_processes_end_when_the_program_is_killed() -> None:
    program = (
        "import asyncio, os, psutil\n"
        "from workbench.processes.pool import SandboxPool\n"
        f"asyncio.run(SandboxPool().call({TO_JSON!r}, 1))\n"
        "print(*[child.pid for child in psutil.Process().children()], flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=False)
    pids = [int(pid) for pid in done.stdout.split()]
    assert pids
    orphans = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
    _, alive = psutil.wait_procs(orphans, timeout=60)
    assert [p for p in alive if p.status() != psutil.STATUS_ZOMBIE] == []


async def test_a_call_after_the_end_is_refused_in_words(pool: SandboxPool) -> None:
    await pool.call(TO_JSON, "x")
    await pool.close()
    with pytest.raises(SandboxError, match="closing"):
        await pool.call(TO_JSON, "x")
