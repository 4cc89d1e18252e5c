"""A folder in which nothing can be written, and files that cannot be opened at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.domain.errors import StoreError
from workbench.domain.runs.run_state import fold_all
from workbench.history import session
from workbench.history.file import database
from workbench.history.runs import run_list
from workbench.history.store import HistoryStore

from . import samples
from .conftest import OpenStore

_access = os.access


@pytest.fixture
def lock_folder(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Makes a folder read-only for the program; simulated for root, who may write anywhere."""

    def lock(folder: Path) -> None:
        folder.chmod(0o555)

        def access(path: Path, mode: int) -> bool:
            return _access(path, mode) and not (mode == os.W_OK and Path(path) == folder)

        monkeypatch.setattr(database.os, "access", access)

    return lock


def _files(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


async def test_a_history_in_a_read_only_folder_is_read_and_nothing_is_written(
    path: Path, open_store: OpenStore, lock_folder: Callable[[Path], None]
) -> None:
    store = await open_store(path)
    run_id = await samples.done_run(store, output="Paris it is")
    await store.close()
    before = _files(path.parent)
    lock_folder(path.parent)
    reading = await open_store(path)
    assert reading.status.read_only
    assert "is read-only, so nothing is saved" in reading.status.problem
    assert [run.run_id for run in await reading.read(run_list.list_runs)] == [run_id]
    assert fold_all(await reading.events(run_id)).output == "Paris it is"
    with pytest.raises(StoreError, match="read-only"):
        await reading.create_run(samples.template_spec(), title="no", manifest={})
    await reading.close()
    assert _files(path.parent) == before


async def test_what_is_not_yet_in_the_file_itself_is_read_too(
    path: Path, tmp_path: Path, open_store: OpenStore, lock_folder: Callable[[Path], None]
) -> None:
    store = await open_store(path)
    run_id = await samples.done_run(store)
    left = tmp_path / "left" / path.name  # as a program leaves it that is killed
    left.parent.mkdir()
    for suffix in ("", "-wal"):
        shutil.copyfile(f"{path}{suffix}", f"{left}{suffix}")
    lock_folder(left.parent)
    reading = await open_store(left)
    assert [run.run_id for run in await reading.read(run_list.list_runs)] == [run_id]
    assert sorted(_files(left.parent)) == ["history.db", "history.db-wal"]


async def test_a_read_only_folder_without_a_history_shows_an_empty_one(
    path: Path, open_store: OpenStore, lock_folder: Callable[[Path], None]
) -> None:
    path.parent.mkdir()
    lock_folder(path.parent)
    store = await open_store(path)
    assert store.status.read_only
    assert await store.read(run_list.list_runs) == ()
    assert list(path.parent.iterdir()) == []


async def test_a_file_that_cannot_be_opened_keeps_nothing_else_from_working(path: Path) -> None:
    path.parent.write_text("a file where the folder should be")
    store = HistoryStore(path)
    with pytest.raises(StoreError):
        await store.open()
    status = await store.open(whatever_happens=True)
    assert status.read_only
    assert status.problem
    assert await store.read(run_list.list_runs) == ()
    with pytest.raises(StoreError):
        await store.write(session.set_state, "session", {})
    await store.close()
