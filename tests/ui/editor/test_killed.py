"""A program that is killed while somebody types without a pause (R2)."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.settings import Paths

_DRAFTS = 4


def _type_until_killed(home: Path, prompt: Path) -> list[int]:
    """How many keys the database had each time it was asked."""
    command = [sys.executable, "-m", "tests.ui.editor.typing_process", str(home), str(prompt)]
    saved: list[int] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as typing:
        assert typing.stdout is not None
        for line in typing.stdout:
            saved.append(int(line))
            if len(set(saved)) == _DRAFTS:
                break
        typing.kill()
    return saved


@pytest.mark.slow
async def test_what_was_typed_before_a_kill_is_there_again(tmp_path: Path) -> None:
    prompt = tmp_path / "p.md"
    prompt.write_text("start ")
    home = tmp_path / "home"
    saved = await asyncio.to_thread(_type_until_killed, home, prompt)
    core = Workbench(Paths.default(home), engine=SimulatedEngine(lambda _: [""]))
    await core.open()
    drafts = await core.prompt_files.drafts()
    await core.close()
    (draft,) = [each for each in drafts if each.path == str(prompt)]
    kept = draft.text.count("x")
    assert kept >= saved[-1] > 0
    assert draft.text == "x" * kept + "start "
