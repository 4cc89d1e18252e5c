"""Versions of prompts: kept once, numbered, named, and found again after a move or a migration."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from workbench.domain.errors import UsageError
from workbench.domain.runs.spec import TemplatePrompt
from workbench.history import tables, versions
from workbench.history.file import backups, driver
from workbench.history.file.recovery import check_marker
from workbench.history.runs import run_list
from workbench.history.store import HistoryStore

from . import samples
from .conftest import OpenStore
from .damage import overwrite

FIXTURES = Path(__file__).parent / "schemas"
PROMPT = "/prompts/greet.prompty"


async def _count(store: HistoryStore, table: tables.Table) -> int:
    return await store.read(
        lambda connection: connection.execute(select(func.count()).select_from(table)).scalar_one()
    )


async def _numbers(store: HistoryStore, path: str = PROMPT) -> list[int]:
    return [each.number for each in await store.read(versions.load, path)]


async def test_the_same_text_twice_is_one_version(store: HistoryStore) -> None:
    for text in ("one", "one", "two", "one"):
        await store.write(versions.record_all, PROMPT, (text, "saved"))
    newest, oldest = await store.read(versions.load, PROMPT)
    assert (newest.number, newest.origin, newest.restored_at) == (2, "saved", None)
    assert (oldest.number, oldest.origin) == (1, "saved")
    assert oldest.restored_at is not None
    assert oldest.restored_at >= newest.created_at
    assert [each.text for each in await store.read(versions.load_texts, PROMPT)] == ["one", "two"]


async def test_equal_texts_of_two_prompts_are_stored_once(store: HistoryStore) -> None:
    await store.write(versions.record_all, PROMPT, ("one", "saved"))
    await store.write(versions.record_all, "/prompts/other.prompty", ("one", "saved"))
    assert await _count(store, tables.template_text) == 1
    assert await _count(store, tables.template_version) == 2


async def test_a_run_keeps_the_version_it_used(store: HistoryStore) -> None:
    await store.write(versions.record_all, PROMPT, ("Hello {{ name }}", "saved"))
    first = await samples.done_run(store)
    edited = samples.template_spec(prompt=TemplatePrompt(PROMPT, "Good day {{ name }}", {}))
    await samples.done_run(store, spec=edited)
    last = await samples.done_run(store, spec=edited)
    unsaved, saved = await store.read(versions.load, PROMPT)
    assert (saved.origin, saved.runs, saved.last_run_id) == ("saved", 1, first)
    assert (unsaved.origin, unsaved.runs, unsaved.last_run_id) == ("run", 2, last)
    await store.write(run_list.hide, [last])
    assert (await store.read(versions.load, PROMPT))[0].runs == 1
    await store.write(versions.record_all, PROMPT, ("Good day {{ name }}", "saved"))
    assert (await store.read(versions.load, PROMPT))[0].origin == "saved"


async def test_a_renamed_prompt_keeps_its_versions_and_its_place_is_free(
    store: HistoryStore,
) -> None:
    await store.write(versions.record_all, PROMPT, ("one", "saved"), ("two", "saved"))
    await store.write(versions.move, PROMPT, "/prompts/hello.prompty")
    assert await _numbers(store, "/prompts/hello.prompty") == [2, 1]
    assert await _numbers(store) == []
    await store.write(versions.record_all, PROMPT, ("one", "saved"))
    assert await _numbers(store) == [1]
    await store.write(versions.record_all, "/prompts/hello.prompty", ("three", "saved"))
    assert await _numbers(store, "/prompts/hello.prompty") == [3, 2, 1]
    await store.write(versions.move, "/prompts/hello.prompty", PROMPT)
    assert await _numbers(store) == [3, 2, 1]


async def test_the_prompts_of_a_moved_folder_keep_their_versions(store: HistoryStore) -> None:
    for path in ("/p/a/one.j2", "/p/a/b/two.j2", "/p/ab/other.j2", "/p/a.j2"):
        await store.write(versions.record_all, path, (path, "saved"))
    await store.write(versions.move, "/p/a", "/p/c")
    for path in ("/p/c/one.j2", "/p/c/b/two.j2", "/p/ab/other.j2", "/p/a.j2"):
        assert await _numbers(store, path) == [1]
    for path in ("/p/a/one.j2", "/p/a/b/two.j2"):
        assert await _numbers(store, path) == []


async def test_moving_what_was_never_kept_is_nothing(store: HistoryStore) -> None:
    await store.write(versions.move, PROMPT, "/prompts/hello.prompty")
    assert await _count(store, tables.prompt_place) == 0


async def test_a_path_is_one_prompt_however_it_is_written(
    store: HistoryStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    await store.write(versions.record_all, "a.j2", ("one", "saved"))
    assert await _numbers(store, str(tmp_path / "x" / ".." / "a.j2")) == [1]


async def test_names_and_notes(store: HistoryStore) -> None:
    await store.write(versions.record_all, PROMPT, ("one", "saved"))
    await store.write(versions.describe, PROMPT, 1, name="sober", note="first that worked \ud83d")
    (version,) = await store.read(versions.load, PROMPT)
    assert (version.name, version.note) == ("sober", "first that worked \ufffd")
    with pytest.raises(UsageError, match="no version 2"):
        await store.write(versions.describe, PROMPT, 2, name="x")
    with pytest.raises(UsageError, match="no version 2"):
        await store.read(versions.load_text, PROMPT, 2)
    assert await store.read(versions.number_of, PROMPT, "one") == 1
    assert await store.read(versions.number_of, PROMPT, "other") is None


def _make_old(path: Path) -> None:
    path.parent.mkdir(parents=True)
    with closing(driver.load_driver().connect(str(path))) as connection:
        connection.executescript((FIXTURES / "0001.sql").read_text(encoding="utf-8"))


async def test_runs_of_an_old_file_have_their_versions(path: Path, open_store: OpenStore) -> None:
    _make_old(path)
    store = await open_store(path)
    (run,) = await store.read(run_list.list_runs)
    (version,) = await store.read(versions.load, PROMPT)
    assert (version.number, version.origin, version.runs) == (1, "run", 1)
    assert version.last_run_id == run.run_id
    assert version.created_at == run.started_at
    assert await store.read(versions.load_text, PROMPT, 1) == "Hello {{ name }}"
    await samples.done_run(store)
    assert (await store.read(versions.load, PROMPT))[0].runs == 2
    assert len(backups.listed(path)) == 1


async def test_foreign_keys_hold_after_a_migration(path: Path, open_store: OpenStore) -> None:
    _make_old(path)
    store = await open_store(path)

    def violations(connection: object) -> list[object]:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
        return list(connection.exec_driver_sql("PRAGMA foreign_key_check"))

    assert await store.read(violations) == []


async def test_a_damaged_old_file_gets_its_versions_from_its_runs(
    path: Path, open_store: OpenStore
) -> None:
    _make_old(path)
    with closing(driver.load_driver().connect(str(path))) as connection:
        page = connection.execute("PRAGMA page_size").fetchone()[0]
        root = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'template_version'"
        ).fetchone()[0]
    overwrite(path, (root - 1) * page, page)
    check_marker(path).touch()
    store = await open_store(path)
    assert "damaged" in store.status.recovered
    (version,) = await store.read(versions.load, PROMPT)
    (run,) = await store.read(run_list.list_runs)
    assert (version.runs, version.created_at) == (1, run.started_at)
