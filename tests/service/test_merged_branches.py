"""Branches that SillyTavern keeps in files of their own are one tree with their chat."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from workbench.service import Workbench
from workbench.settings import Paths

MAIN = ["Welcome.", "Where?", "Second shelf.", "Thanks."]
BRANCH = [*MAIN[:2], "Third shelf.", "No."]
CHECKPOINT = MAIN[:3]


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Workbench]:
    workbench = Workbench(Paths.default(tmp_path / "home"))
    await workbench.open()
    yield workbench
    await workbench.close()


def chat(path: Path, texts: list[str], *, begun: str, slug: str = "", main: str = "") -> None:
    metadata = {"integrity": slug} if slug else {}
    metadata |= {"main_chat": main} if main else {}
    header = {
        "user_name": "Me", "character_name": "Librarian", "create_date": begun,
        "chat_metadata": metadata,
    }  # fmt: skip
    lines: list[dict[str, Any]] = [header]
    lines += [
        {"name": "Me" if place % 2 else "Librarian", "is_user": bool(place % 2), "mes": text}
        for place, text in enumerate(texts)
    ]
    path.write_text("\n".join(map(json.dumps, lines)))


def folder(tmp_path: Path, slug: str) -> Path:
    made = tmp_path / "Librarian"
    made.mkdir()
    name, begun = "Librarian - 2026-01-05@08h00m00s", "2026-01-05@08h00m00s"
    chat(made / f"{name}.jsonl", MAIN, begun=begun, slug=slug)
    chat(made / "Branch #1.jsonl", BRANCH, begun=begun, slug=slug, main=name)
    chat(made / "Checkpoint #1.jsonl", CHECKPOINT, begun=begun, slug=slug, main=name)
    other = f"{slug}-2" if slug else ""
    chat(made / "Other.jsonl", [MAIN[0], "Who?"], begun="2026-02-01@08h00m00s", slug=other)
    return made


@pytest.mark.parametrize("slug", ["slug-1", ""], ids=["with a slug", "of an older version"])
async def test_branches_and_checkpoints_are_one_tree_with_their_chat(core, tmp_path, slug):
    given = str(folder(tmp_path, slug))
    report = await core.importing.run([given])
    found = {each.file: each for each in report.items}
    assert len(found) == 4
    main = next(each for name, each in found.items() if "2026-01-05" in name)
    branch = next(each for name, each in found.items() if "Branch" in name)
    checkpoint = next(each for name, each in found.items() if "Checkpoint" in name)
    assert (main.outcome, main.added, main.warnings) == ("imported", 4, ())
    assert (branch.outcome, branch.added, branch.warnings) == ("updated", 2, ("merged",))
    assert (checkpoint.outcome, checkpoint.added) == ("unchanged", 0)
    assert {branch.conversation_id, checkpoint.conversation_id} == {main.conversation_id}
    assert len(await core.chats.all()) == 2  # the other chat begins alike and is one of its own

    shown = await core.chats.messages(main.conversation_id)
    assert [each.text for each in shown] == MAIN
    whole = await core.exporting.transcript(main.conversation_id)
    assert whole.leaves == 2
    assert [each.label for each in whole.messages if each.label] == ["Branch #1"]
    ends = {each.text: each.key for each in whole.messages}
    assert [each.text for each in whole.path(ends["No."])] == BRANCH

    again = await core.importing.run([given])
    assert again.summary == "4 unchanged"
    assert len(await core.chats.all()) == 2


async def test_a_branch_without_its_chat_is_a_conversation_that_the_chat_joins(core, tmp_path):
    given = folder(tmp_path, "slug-1")
    (alone,) = (await core.importing.run([str(given / "Branch #1.jsonl")])).items
    assert (alone.outcome, alone.title, alone.warnings) == ("imported", "Branch #1", ())
    report = await core.importing.run([str(given)])
    assert report.count("imported") == 1
    whole = await core.exporting.transcript(alone.conversation_id)
    assert (whole.leaves, len(whole.messages)) == (2, 6)
