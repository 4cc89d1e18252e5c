"""Stores on files of the test's own, closed at the end of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from workbench.history.file.driver import load_driver, may_share
from workbench.history.store import HistoryStore

shared_file = pytest.mark.skipif(
    not may_share(load_driver()), reason="with this SQLite one program has the file for itself"
)

OpenStore = Callable[[Path], Awaitable[HistoryStore]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.db"


@pytest.fixture
async def open_store() -> AsyncIterator[OpenStore]:
    """Opens stores and closes those that the test did not close."""
    opened: list[HistoryStore] = []

    async def open_one(where: Path) -> HistoryStore:
        store = HistoryStore(where)
        opened.append(store)
        await store.open()
        return store

    yield open_one
    for store in opened:
        if store._database is not None:
            await store.close()


@pytest.fixture
async def store(path: Path, open_store: OpenStore) -> HistoryStore:
    return await open_store(path)
