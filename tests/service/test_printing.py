"""Conversations as PDF: whole or not at all, a file each in a folder, no text on a terminal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from workbench.domain.chat import ChatOptions
from workbench.domain.errors import FormatError, UsageError
from workbench.domain.transcripts import ExportOptions
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.settings import Paths


@pytest.fixture
async def core(paths: Paths) -> AsyncIterator[Workbench]:
    made = Workbench(paths, engine=SimulatedEngine())
    await made.open()
    yield made
    await made.close()


def names(folder: Path) -> list[str]:
    kept = ("Maps", "maps", ".saving")
    return sorted(each.name for each in folder.iterdir() if each.name.startswith(kept))


async def chat(core: Workbench, title: str) -> int:
    conversation = (await core.chats.create(title)).conversation_id
    text = "Print `this`:\n\n```\n#include <iostream>\n```"
    await core.chats.add(conversation, "user", text, ChatOptions())
    return conversation


async def test_conversations_are_printed_into_a_folder(core: Workbench, tmp_path: Path) -> None:
    chats = [await chat(core, "Maps"), await chat(core, "Maps")]
    found = await core.exporting.save(chats, "pdf", str(tmp_path))
    assert found.summary == "2 conversations, 2 messages"
    assert names(tmp_path) == ["Maps-2.pdf", "Maps.pdf"]
    assert (tmp_path / "Maps.pdf").read_bytes().startswith(b"%PDF-")


async def test_what_cannot_be_written_is_said_and_leaves_nothing(
    core: Workbench, tmp_path: Path
) -> None:
    one = await chat(core, "Maps")
    target = tmp_path / "none" / "maps.pdf"
    with pytest.raises(FormatError, match="cannot be written"):
        await core.exporting.save([one], "pdf", str(target))
    with pytest.raises(UsageError, match="no text"):
        await core.exporting.text([one], "pdf", ExportOptions())
    assert names(tmp_path) == []
