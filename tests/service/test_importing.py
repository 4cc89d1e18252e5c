"""Imports as the program does them: read in the sandbox, saved one by one, never twice."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.transcripts.reading import FIXTURES
from workbench.domain.chat import ChatOptions
from workbench.domain.errors import NameTakenError
from workbench.domain.transcripts import ImportProgress, ImportReport
from workbench.history.chats.exported import load_transcript
from workbench.history.tables import conversation, message, profile
from workbench.service import Workbench
from workbench.service.chats.prompt import Draft, branch_prompt
from workbench.service.transcripts import importing
from workbench.service.transcripts.exporting import safe_name
from workbench.settings import Paths


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Workbench]:
    workbench = Workbench(Paths.default(tmp_path / "home"))
    await workbench.open()
    yield workbench
    await workbench.close()


async def run(core: Workbench, *names: str) -> ImportReport:
    return await core.importing.run([str(FIXTURES / name) for name in names])


async def rows(core: Workbench, table: Any) -> list[Any]:
    return await core._core.store.read(lambda connection: connection.execute(select(table)).all())


async def test_an_export_in_shards_says_what_it_imported_and_why_not(core):
    report = await run(core, "chatgpt_sharded/export.zip")
    assert report.summary == "2 imported, 1 skipped"
    assert [(each.title, each.outcome, each.messages, each.reason) for each in report.items] == [
        ("Map legend", "imported", 2, ""),
        ("Minerals", "imported", 4, ""),
        ("Broken", "skipped", 0, "mapping is not an object"),
    ]
    (branch,) = [each for each in await core.chats.all() if each.title == "Minerals"]
    shown = await core.chats.messages(branch.conversation_id)
    assert [each.text for each in shown] == [
        "Name a blue mineral.", "Azurite.", "And a green one?", "Malachite.",
    ]  # fmt: skip


async def test_a_folder_and_the_archive_of_it_are_the_same_conversations(core):
    report = await run(core, "chatgpt_sharded")
    assert report.summary == "2 imported, 1 skipped"
    again = await run(core, "chatgpt_sharded/export.zip")
    assert again.summary == "2 unchanged, 1 skipped"
    assert len(await rows(core, conversation)) == 2


async def test_everything_of_the_fixtures_is_imported_once(core):
    report = await core.importing.run([str(FIXTURES)])
    assert {each.format for each in report.items if each.outcome == "imported"} >= {
        "chatgpt", "claude", "lmstudio", "gpt4all", "jan", "openwebui", "sillytavern", "kobold",
        "llamacpp", "textgen", "librechat", "mikupad", "openai", "sharegpt", "card",
    }  # fmt: skip
    again = await core.importing.run([str(FIXTURES)])
    assert again.count("imported") == again.count("updated") == 0
    assert again.count("unchanged") == report.count("imported")
    stored = await rows(core, message)
    assert all(each.parent_id is None or each.parent_id < each.id for each in stored)
    assert len(await rows(core, profile)) == 3
    for each in await core.chats.all():
        await core.chats.open(each.conversation_id)


async def test_what_the_user_did_stays_when_the_conversation_went_on_elsewhere(core, tmp_path):
    path = tmp_path / "chat.json"
    record = json.loads((FIXTURES / "claude/conversations.json").read_text("utf-8"))[1]
    path.write_text(json.dumps([record]))
    (item,) = (await core.importing.run([str(path)])).items
    assert item.conversation_id is not None
    await core.chats.rename(item.conversation_id, "Mine")
    last = record["chat_messages"][-1]
    more = last | {"uuid": "new", "parent_message_uuid": last["uuid"], "sender": "human",
                   "content": [{"type": "text", "text": "And then?"}]}  # fmt: skip
    record["chat_messages"].append(more)
    path.write_text(json.dumps([record]))
    (item,) = (await core.importing.run([str(path)])).items
    assert (item.outcome, item.added, item.title) == ("updated", 1, "Mine")
    opened = await core.chats.open(item.conversation_id)
    assert opened.messages[-1].text == "And then?"
    (item,) = (await core.importing.run([str(path)])).items
    assert item.outcome == "unchanged"


async def test_a_message_that_was_changed_elsewhere_becomes_a_version(core, tmp_path):
    path = tmp_path / "chat.json"
    record = json.loads((FIXTURES / "claude/conversations.json").read_text("utf-8"))[1]
    path.write_text(json.dumps([record]))
    await core.importing.run([str(path)])
    record["chat_messages"][-1]["content"][0]["text"] = "A short one."
    path.write_text(json.dumps([record]))
    (item,) = (await core.importing.run([str(path)])).items
    assert (item.outcome, item.added) == ("updated", 1)
    texts = {each.text for each in await rows(core, message)}
    assert {"None.", "A short one."} <= texts


async def test_a_conversation_that_was_deleted_comes_back(core):
    (item,) = (await run(core, "librechat/flat.json")).items
    await core.chats.delete(item.conversation_id)
    (item,) = (await run(core, "librechat/flat.json")).items
    assert item.outcome == "updated"
    assert "restored" in item.warnings
    assert [each.title for each in await core.chats.all()] == ["Osmosis"]


async def test_one_bad_conversation_never_stops_the_rest(core, tmp_path):
    whole = (FIXTURES / "chatgpt/conversations.json").read_text("utf-8")
    records = json.loads(whole)
    records.insert(1, {"title": "Odd", "mapping": {"a": {"message": {"author": 3}}},
                       "current_node": [], "conversation_id": {"no": 1}})  # fmt: skip
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps(records)[:-30])  # and its last one is cut
    report = await core.importing.run([str(path)])
    assert report.count("imported") == 3
    assert sorted(each.reason.split(" at byte")[0] for each in report.items if each.reason) == [
        "the file is cut off", "there are no messages in it",
    ]  # fmt: skip


async def test_a_zip_bomb_is_refused_and_its_neighbours_are_read(core, tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(FIXTURES / "librechat/flat.json", "a.json")
        archive.writestr("bomb.json", b"[" + b" " * 64 * 1024 * 1024)
        archive.writestr("../../evil.json", b"[]")
    report = await core.importing.run([str(path)])
    assert [(each.outcome, each.reason) for each in report.items] == [
        ("skipped", "its name leads outside of the archive"),
        ("imported", ""),
        ("skipped", "it grows more than 200 times: it is a bomb"),
    ]
    assert not list(tmp_path.parent.glob("evil.json"))


async def test_folders_of_jan_are_read_with_their_titles(core, tmp_path):
    shutil.copytree(FIXTURES / "jan", tmp_path / "jan")
    with zipfile.ZipFile(tmp_path / "jan.zip", "w") as archive:
        for path in (tmp_path / "jan").rglob("*.json*"):
            archive.write(path, path.relative_to(tmp_path).as_posix())
    report = await core.importing.run([str(tmp_path / "jan.zip")])
    assert [each.title for each in report.items] == ["Compost", "Header is broken, I am not."]
    again = await core.importing.run([str(tmp_path / "jan/threads")])
    assert again.summary == "2 unchanged"


async def test_an_import_that_is_stopped_keeps_what_it_saved(core, monkeypatch):
    monkeypatch.setattr(importing, "SAVE_SECONDS", 0.0)  # one conversation in a transaction

    def stop(progress: ImportProgress) -> None:
        if progress.doing == "saving" and progress.done == 1:
            core.importing.stop()

    paths = [str(FIXTURES / "chatgpt/conversations.json")]
    report = await core.importing.run(paths, stop)
    assert report.cancelled
    kept = report.count("imported")
    assert 1 <= kept < 4
    assert len(await rows(core, conversation)) == kept
    assert (await core.importing.run(paths)).count("imported") == 4 - kept


async def test_what_is_not_there_is_named(core, tmp_path):
    (tmp_path / "empty").mkdir()
    paths = [str(tmp_path / "gone.json"), str(tmp_path / "empty")]
    report = await core.importing.run(paths)
    assert [(each.title, each.reason) for each in report.items] == [
        ("gone.json", "this file does not exist"),
        ("empty", "no files of conversations were found in it"),
    ]


async def test_the_system_prompt_of_an_imported_conversation_is_its_own(core):
    (item,) = (await run(core, "lmstudio/conversations/1764500000001.conversation.json")).items
    opened = await core.chats.open(item.conversation_id)
    assert opened.system == "Answer in one line."
    assert (await core.chats.drafts())[item.conversation_id].text == "half typed dra"


async def test_a_conversation_without_a_date_has_none_until_it_goes_on(core, tmp_path):
    (tmp_path / "undated.json").write_text(
        json.dumps([{"conversations": [{"from": "human", "value": "A dateless ibis"},
                                       {"from": "gpt", "value": "It waits."}]}])
    )  # fmt: skip
    report = await core.importing.run([str(tmp_path / "undated.json")])
    assert report.summary == "1 imported"
    await core.chats.create("Of today")
    listed = await core.chats.all()
    assert [each.updated_at > 0 for each in listed] == [True, False]
    chat = listed[1].conversation_id
    for _ in range(1000):
        page = await core.history.search("ibis")
        if page.is_whole:
            break
    assert {hit.at for hit in page.hits} == {0.0}
    assert page.days == ()
    found = await core._core.store.read(load_transcript, chat)
    assert (found.created_at, found.updated_at) == (None, None)
    (again,) = (await core.importing.run([str(tmp_path / "undated.json")])).items
    assert again.outcome == "unchanged"


async def test_messages_of_the_system_are_its_system_prompt(core):
    items = (await run(core, "openai/messages.jsonl")).items
    opened = await core.chats.open(items[0].conversation_id)
    assert opened.system == "Be brief."
    options = ChatOptions(system=opened.system)
    sent = branch_prompt(opened.messages, Draft(text="And a bush."), options).prompt.messages
    assert [(each.role, each.text) for each in sent] == [
        ("system", "Be brief."), ("user", "Name a tree."), ("assistant", "Oak."),
        ("user", "And a bush."),
    ]  # fmt: skip


async def test_what_was_stored_is_what_was_read(core):
    (item,) = (await run(core, "llamacpp/2026-01-05_conv_lc1_knots.jsonl")).items
    found = await core._core.store.read(load_transcript, item.conversation_id)
    assert (len(found.messages), found.leaves, found.source) == (7, 2, "llamacpp")
    assert [each.text for each in found.path() if not each.kind] == [
        "Answer briefly.", "Which knot joins two ropes?", "A sheet bend.",
    ]  # fmt: skip
    assert found.pinned


async def test_what_is_exported_here_is_the_same_there(core, tmp_path):
    """A round trip through the history: all branches, thoughts, parts, tags and places."""
    await run(core, "openwebui/chats.json", "llamacpp/2026-01-05_conv_lc1_knots.jsonl")
    ids = [each.conversation_id for each in await core.chats.all()]
    target = tmp_path / "all.json"
    result = await core.exporting.save(ids, "json", str(target))
    assert (result.conversations, result.messages) == (5, 29)
    other = Workbench(Paths.default(tmp_path / "other"))
    await other.open()
    try:
        report = await other.importing.run([str(target)])
        assert report.summary == "5 imported"
        by_title = {each.title: each.conversation_id for each in report.items}
        for each in ids:
            found = await core.exporting.transcript(each)
            assert await other.exporting.transcript(by_title[found.title]) == found
        again = await other.importing.run([str(FIXTURES / "openwebui/chats.json")])
        assert again.summary == "4 unchanged"
    finally:
        await other.close()


async def test_an_export_never_replaces_a_file_unasked(core, tmp_path):
    await run(core, "librechat/flat.json")
    (found,) = await core.chats.all()
    target = tmp_path / "chat.md"
    target.write_text("mine")
    with pytest.raises(NameTakenError):
        await core.exporting.save([found.conversation_id], "markdown", str(target))
    assert target.read_text() == "mine"
    await core.exporting.save([found.conversation_id], "markdown", str(target), replace=True)
    assert "# Osmosis" in target.read_text()
    result = await core.exporting.save([found.conversation_id, 99], "html", str(tmp_path))
    assert [Path(each).name for each in result.paths] == ["Osmosis.html"]
    assert result.missing == (99,)
    assert sorted(each.name for each in tmp_path.iterdir() if each.is_file()) == [
        "Osmosis.html", "chat.md",
    ]  # fmt: skip


def test_a_title_becomes_a_name_that_every_system_takes():
    assert safe_name('Unicode 🧪 עברית / \\ : * ? " < > |') == "Unicode 🧪 עברית"
    assert safe_name("con") == "con chat"
    assert safe_name("...") == "chat"
    assert len(safe_name("é" * 300).encode()) == 80
