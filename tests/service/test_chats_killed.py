"""Chats of programs that were killed (CHATS 7, reports 8 and 13)."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.service.talking_process import OPTIONS
from workbench.engine.simulated import SimulatedEngine
from workbench.history.file.driver import load_driver
from workbench.service import Workbench
from workbench.settings import Paths

ROOT = Path(__file__).parents[2]


def stored_pieces(path: Path) -> int:
    """How many events of runs are on disk."""
    with closing(load_driver().connect(str(path))) as connection:
        return int(connection.execute("SELECT count(*) FROM event").fetchone()[0])


@pytest.mark.timeout(300)
async def test_report_13_a_half_written_answer_is_there_from_its_first_word_after_a_kill(paths):
    received = await asyncio.to_thread(talk_and_kill, paths)
    core = Workbench(paths, engine=SimulatedEngine())
    await core.open()
    try:
        (listed,) = await core.chats.all()
        opened = await core.chats.open(listed.conversation_id)
        question, answer = opened.messages
        assert question.text == "Tell me everything."
        assert answer.run_status == "interrupted"
        assert answer.text
        assert received.startswith(answer.text)
        assert opened.system == OPTIONS.system
        kept = opened.conversation.options
        assert (kept["seed"], kept["sampling"]["temperature"]) == (77, 0.3)
        assert (kept["sampling"]["top_p"], kept["sampling"]["max_tokens"]) == (0.5, 4000)
        state = await core.runs.load(answer.run_id)
        assert state.output == answer.text
    finally:
        await core.close()


def talk_and_kill(paths: Paths) -> str:
    """Kill a program when some of its answer is on disk; returns all that came of it."""
    paths.create()
    (paths.data / "pretend.gguf").write_bytes(b"")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.service.talking_process", str(paths.data)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    received = ""
    try:
        for line in process.stdout:
            word, _, rest = line.strip().partition(" ")
            received += bytes.fromhex(rest).decode() if word == "text" else ""
            if word == "text" and stored_pieces(paths.database) > 4:
                break
    finally:
        process.kill()
        rest, _ = process.communicate()
    for line in rest.splitlines():
        word, _, text = line.partition(" ")
        received += bytes.fromhex(text).decode() if word == "text" and len(text) % 2 == 0 else ""
    return received


@pytest.mark.timeout(600)
def test_report_8_a_kill_at_any_moment_of_chatting_editing_and_deleting_loses_nothing_kept():
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.killed_chats", "--kills", "6", "--untimed"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 kills" in done.stdout
