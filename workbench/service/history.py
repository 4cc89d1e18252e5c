"""The list of runs, and full-text search in runs and chats."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench.domain.views import (
    RunFilter,
    RunSummary,
    SearchHit,
)
from workbench.history import run_list, search
from workbench.service.core import Core


class History:
    """The list of runs, and search in all that was written."""

    def __init__(self, core: Core) -> None:
        self._store = core.store

    async def list_runs(
        self,
        before_id: int | None = None,
        limit: int = 256,
        wanted: RunFilter = RunFilter(),  # noqa: B008 - frozen
        *,
        fold: bool = False,
    ) -> tuple[RunSummary, ...]:
        """Runs, newest first; ``before_id`` continues a list, ``fold`` makes comparisons a row."""
        return await self._store.read(run_list.list_runs, before_id, limit, wanted, fold=fold)

    async def models(self) -> tuple[str, ...]:
        """The models that runs were made with, as runs name them."""
        return await self._store.read(run_list.models)

    async def earlier_alike(self, run_id: int) -> tuple[int, bool] | None:
        """The finished run before this one of the same spec, and whether its output is the same.

        None where there is none; the same is byte for byte.
        """
        return await self._store.read(run_list.earlier_alike, run_id)

    async def expected_answer(self, run_id: int) -> str:
        """The right answer that a run is judged by, "" where none is known."""
        return (await self._store.read(run_list.expected_of, [run_id])).get(run_id, "")

    async def expect(self, expected: str, run_ids: Sequence[int] = (), group: str = "") -> None:
        """Keep the right answer of runs, or of a comparison; the list then knows who was right."""
        await self._store.write(run_list.expect, expected, run_ids, group)

    async def expected_of(self, run_ids: Sequence[int]) -> dict[int, str]:
        """The right answers that are kept with runs; a run without one is left out."""
        return await self._store.read(run_list.expected_of, run_ids)

    async def search(self, text: str, limit: int = 50) -> tuple[SearchHit, ...]:
        """Where words occur in messages, prompts and outputs."""
        return await self._store.read(search.find, text, limit)

    async def delete_runs(
        self, run_ids: Sequence[int], groups: Sequence[str] = ()
    ) -> tuple[int, ...]:
        """Take runs, and whole comparisons, out of the lists.

        Returns:
            The ids of all of them; :meth:`restore_runs` brings them back.
        """
        return await self._store.write(run_list.hide, run_ids, groups)

    async def restore_runs(self, run_ids: Sequence[int]) -> None:
        """Bring deleted runs back."""
        await self._store.write(run_list.show, run_ids)

    async def data_version(self) -> int:
        """Changes whenever anything, this program or another, wrote to the history."""
        return await self._store.data_version()

    async def save_elsewhere(self, path: str) -> None:
        """Write a copy of the history, with all that is not saved, to another file.

        Raises:
            StoreError: the copy cannot be written.
        """
        await self._store.save_elsewhere(Path(path))

    async def retry(self) -> None:
        """Try again to write what could not be saved, for example after making room."""
        await self._store.retry()
