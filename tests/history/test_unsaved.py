"""What was typed or received while the file could not be written: tried again, or put elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from workbench.domain.errors import StoreError
from workbench.domain.prompts.prompt import Draft
from workbench.domain.runs.run_state import RunState, fold, fold_all
from workbench.history import session
from workbench.history.file import driver
from workbench.history.runs import run_list
from workbench.history.store import HistoryStore
from workbench.history.writing import queue

from . import samples
from .conftest import OpenStore, shared_file

pytestmark = shared_file
DRAFT = Draft(path="half.prompty", text="user:\nhalf", base_sha256="", variables={})


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "BUSY_MILLISECONDS", 20)
    monkeypatch.setattr(queue, "RETRY_SECONDS", 0.05)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Another program holds the file."""
    with closing(driver.load_driver().connect(str(path), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def _until_saved(store: HistoryStore) -> None:
    while store.status.unsaved or store.status.problem:  # noqa: ASYNC110
        await asyncio.sleep(0.02)


async def test_a_draft_and_a_session_that_failed_are_written_when_the_lock_is_gone(
    path: Path, open_store: OpenStore
) -> None:
    store = await open_store(path)
    with _locked(path):
        await store.save_draft(DRAFT)
        await store.keep_state("session", {"chat": 1})
        await store.keep_state("session", {"chat": 2})
        assert store.status.unsaved
        assert store.status.problem
        assert await store.read(session.load_drafts) == ()
    await asyncio.wait_for(_until_saved(store), 60)
    assert await store.read(session.load_drafts) == (DRAFT,)
    assert await store.read(session.get_state, "session") == {"chat": 2}
    await store.close()


async def _unsaved_run(store: HistoryStore) -> int:
    run_id = await store.create_run(samples.template_spec(), title="story", manifest={})
    state = RunState()
    with _locked(store._path):
        for logged in samples.log(run_id, [samples.started("Tell"), samples.received("Once upon")]):
            store.append(run_id, [logged])
            fold(state, logged)
        for logged in samples.log(run_id, [samples.finished("Once upon")], 2):
            store.append(run_id, [logged])
            fold(state, logged)
        await store.finish_run(run_id, state)
        await store.save_draft(DRAFT)
        assert store.status.unsaved
        await store.save_elsewhere(store._path.parent.parent / "other" / "history.db")
        assert not store.status.unsaved
    return run_id


async def test_a_copy_elsewhere_has_what_could_not_be_saved(
    path: Path, open_store: OpenStore
) -> None:
    store = await open_store(path)
    (path.parent.parent / "other").mkdir()
    earlier = await samples.done_run(store, output="Paris it is")
    run_id = await _unsaved_run(store)
    await store.close()
    copy = await open_store(path.parent.parent / "other" / "history.db")
    assert fold_all(await copy.events(run_id)).output == "Once upon"
    assert fold_all(await copy.events(earlier)).output == "Paris it is"
    assert [run.status for run in await copy.read(run_list.list_runs)] == ["done", "done"]
    assert await copy.read(session.load_drafts) == (DRAFT,)


async def test_a_copy_that_cannot_be_written_leaves_everything_queued(
    path: Path, open_store: OpenStore
) -> None:
    store = await open_store(path)
    with _locked(path):
        await store.save_draft(DRAFT)
        with pytest.raises(StoreError):
            await store.save_elsewhere(path.parent / "no such folder" / "history.db")
        assert store.status.unsaved
    await asyncio.wait_for(_until_saved(store), 60)
    assert await store.read(session.load_drafts) == (DRAFT,)
    await store.close()
