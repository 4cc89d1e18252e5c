"""Deleted for good is gone from every file below the data folder, and nothing else is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select

from workbench.domain.chat import ChatDraft, Turn
from workbench.domain.errors import UsageError
from workbench.domain.runs.run_state import fold_all
from workbench.domain.runs.spec import TemplatePrompt
from workbench.domain.storage import Erasure
from workbench.domain.transcripts import Part
from workbench.history import erasing, session
from workbench.history.chats import conversations
from workbench.history.evaluation import measurements
from workbench.history.file import backups
from workbench.history.runs import run_list
from workbench.history.store import HistoryStore
from workbench.history.stored_types import StoredBytes, StoredText
from workbench.history.tables import evaluation, evaluation_cell, metadata, tag, vote, vote_pair

from . import samples
from .conftest import OpenStore
from .test_backups import NOW

WORD = "zyxquvantinople"
TEXT = f"a text with {WORD} in it"


def holders(folder: Path) -> list[str]:
    """Files below a folder that have the word in some encoding."""
    wanted = [WORD.encode(), WORD.upper().encode(), WORD.encode("utf-16-le")]
    return sorted(
        str(each.relative_to(folder))
        for each in folder.rglob("*")
        if each.is_file() and any(form in each.read_bytes() for form in wanted)
    )


def text_tables() -> Iterator[str]:
    for table in metadata.sorted_tables:
        if any(isinstance(each.type, StoredText | StoredBytes) for each in table.columns):
            yield table.name


def test_every_table_with_text_says_what_becomes_of_it() -> None:
    assert set(erasing.COVERED) == set(text_tables()), "say in history/erasing.py what is done"


async def write_everywhere(store: HistoryStore) -> tuple[int, int]:
    """A run and a conversation with the word in everything that can have it."""
    prompt = TemplatePrompt("/prompts/greet.prompty", "Hello {{ name }}", {"name": TEXT})
    run_id = await samples.done_run(
        store, prompt=f"Hello {TEXT}", output=f"{TEXT} again", title=f"title {WORD}",
        spec=samples.template_spec(prompt=prompt),
    )  # fmt: skip
    turn = Turn(
        conversation_id=None, title=TEXT, parent_id=None, text=TEXT, system=f"be {TEXT}",
        options={"system": TEXT}, spec=samples.chat_spec(TEXT), run_title=TEXT,
        attachments=({"kind": "file", "name": f"{WORD}.md", "text": TEXT},),
    )  # fmt: skip
    answer = await store.add_turn(turn)
    assert answer.run_id is not None
    log = samples.log(
        answer.run_id,
        [samples.started(TEXT), samples.received(TEXT), samples.call_finished(TEXT),
         samples.finished(TEXT)],
    )  # fmt: skip
    store.append(answer.run_id, log)
    await store.finish_run(answer.run_id, fold_all(log))
    await store.save_chat_draft(
        answer.conversation_id, ChatDraft(text=TEXT, attachments=(Part(kind="file", text=TEXT),))
    )
    await store.keep_state("last system prompt", f"be {TEXT}")
    await store.keep_state("something else", "kept")
    await store.write(write_judgements, run_id)
    return run_id, answer.conversation_id


def write_judgements(connection: Connection, run_id: int) -> None:
    now = time.time()
    connection.execute(insert(tag), {"kind": "run", "item_id": run_id, "name": WORD})
    pair = {
        "case_id": "1", "a_key": "k", "a_digest": "d", "a_variant": "v", "a_run": run_id,
        "b_key": "l", "b_digest": "e", "b_variant": "w", "b_run": 999_999, "seed": 1,
        "created_at": now, "a_text": TEXT, "b_text": "the other answer",
    }  # fmt: skip
    connection.execute(insert(vote_pair), pair)
    connection.execute(insert(vote), {"pair_id": 1, "at": now, "choice": "a", "note": TEXT})
    connection.execute(
        insert(evaluation),
        {"digest": "d", "name": "set", "path": "", "created_at": now, "updated_at": now,
         "status": "done", "cell_count": 1, "definition": "{}"},
    )  # fmt: skip
    connection.execute(
        insert(evaluation_cell),
        {"evaluation_id": 1, "variant": "v", "case_id": "1", "repeat": 0, "state": "done",
         "run_id": run_id, "score": 1.0, "passed": 1, "run_key": "k",
         "details": f'{{"found": "{TEXT}"}}'},
    )  # fmt: skip
    found = measurements.Measurement(key="m", kind="labels", model="tiny", payload=TEXT.encode())
    measurements.keep(connection, [found])


async def test_a_word_that_is_deleted_for_good_is_in_no_file_of_the_data_folder(
    store: HistoryStore, path: Path
) -> None:
    other = await samples.done_run(store, prompt="Something else?", output="it stays", title="kept")
    run_id, chat = await write_everywhere(store)
    database = store._database
    assert database is not None
    await store._job(database.back_up_if_due, NOW.timestamp(), backups.never)
    ((_, copy),) = backups.listed(path)
    assert len(holders(path.parent)) >= 2
    preview = await store.read(erasing.prepare, [run_id], [chat])
    report = await store.erase(preview.erasure)
    assert (report.runs, report.conversations, report.messages) == (2, 1, 2)
    assert report.is_overwritten
    assert await store.erase_in_copy(copy, preview.erasure)
    assert holders(path.parent) == []
    (left,) = await store.read(run_list.list_runs)
    assert left.run_id == other
    assert fold_all(await store.events(other)).output == "it stays"
    assert await store.read(session.get_state, "something else") == "kept"
    votes = await store.read(lambda connection: connection.execute(select(vote_pair)).one())
    assert (votes.a_text, votes.b_text) == ("", "the other answer")
    cell = await store.read(lambda connection: connection.execute(select(evaluation_cell)).one())
    assert (cell.run_id, cell.score, cell.details) == (None, 1.0, "{}")
    await store.close()
    assert holders(path.parent) == []


async def test_a_backup_after_that_is_a_whole_history(
    store: HistoryStore, path: Path, open_store: OpenStore
) -> None:
    other = await samples.done_run(store, title="kept")
    run_id = await samples.done_run(store, title="gone")
    database = store._database
    assert database is not None
    await store._job(database.back_up_if_due, NOW.timestamp(), backups.never)
    ((_, copy),) = backups.listed(path)
    preview = await store.read(erasing.prepare, [run_id], [])
    assert await store.erase_in_copy(copy, preview.erasure)
    assert not await store.erase_in_copy(copy, preview.erasure)
    opened = await open_store(copy)
    assert [each.run_id for each in await opened.read(run_list.list_runs)] == [other]
    assert opened.status.recovered == ""


async def test_another_run_under_the_same_id_stays(store: HistoryStore) -> None:
    run_id = await samples.done_run(store)
    report = await store.erase(Erasure(runs=((run_id, 1.0),)))
    assert report.runs == 0
    assert len(await store.read(run_list.list_runs)) == 1


async def test_a_prompt_that_another_run_sent_stays_with_that(store: HistoryStore) -> None:
    first = await samples.done_run(store, prompt="The same question?")
    second = await samples.done_run(store, prompt="The same question?")
    preview = await store.read(erasing.prepare, [first], [])
    await store.erase(preview.erasure)
    (call,) = fold_all(await store.events(second)).calls.values()
    assert call.messages[-1].text == "The same question?"


async def test_an_answer_of_a_conversation_goes_with_that_alone(store: HistoryStore) -> None:
    _, chat = await write_everywhere(store)
    messages = await store.messages(chat)
    answer = messages[-1].run_id
    preview = await store.read(erasing.prepare, [answer], [])
    assert preview.held == (answer,)
    assert preview.erasure.runs == ()
    await store.write(conversations.set_deleted, chat)
    runs, chats = await store.read(erasing.find_deleted)
    assert (runs, chats) == ((), (chat,))
    with_chat = await store.read(erasing.prepare, runs, chats)
    assert [each for each, _ in with_chat.erasure.runs] == [answer]


async def test_a_run_at_work_is_not_deleted(store: HistoryStore) -> None:
    run_id = await store.create_run(samples.template_spec(), title="at work", manifest={})
    with pytest.raises(UsageError, match="at work"):
        await store.read(erasing.prepare, [run_id], [])
