"""The list of runs, and full-text search in runs and chats."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench.domain.history_figures import HistoryFigures
from workbench.domain.searching import SearchFilter, SearchOrder, SearchPage
from workbench.domain.views import (
    Labels,
    RunFilter,
    RunSummary,
    TaggedKind,
)
from workbench.history import figures, tags
from workbench.history.runs import run_list
from workbench.history.search import finding
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
        read = self._store.search if wanted.text.strip() else self._store.read
        return await read(run_list.list_runs, before_id, limit, wanted, fold=fold)

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

    async def search(
        self,
        text: str,
        wanted: SearchFilter = SearchFilter(),  # noqa: B008 - frozen
        *,
        limit: int = 50,
        before: int | None = None,
        order: SearchOrder = "newest",
    ) -> SearchPage:
        """Where words occur in all that was written; cancelling interrupts it.

        Args:
            text: words that all occur, the last may be a beginning.
            wanted: which hits; without words it lists them.
            limit: most hits.
            before: continues after a page, with its ``next_key``.
            order: newest first, or best first where there are few enough.
        """
        return await self._store.search(finding.search, text, wanted, limit, before, order)

    async def tags(self) -> tuple[str, ...]:
        """All tags that something has."""
        return await self._store.read(tags.names)

    async def folders(self) -> tuple[str, ...]:
        """All folders that conversations are in."""
        return await self._store.read(tags.folders)

    async def has_doubt(self) -> bool:
        """Whether it is known of any run how unsure it was."""
        return await self._store.read(tags.has_doubt)

    async def has_score(self) -> bool:
        """Whether any run has a score of an evaluation."""
        return await self._store.read(tags.has_score)

    async def labels(self, kind: TaggedKind, item_id: int) -> Labels:
        """Tags, folder and pin of a run or a conversation."""
        return await self._store.read(tags.load, kind, item_id)

    async def set_labels(self, kind: TaggedKind, item_id: int, labels: Labels) -> None:
        """Give a run or a conversation tags, and a conversation a folder and a pin."""
        await self._store.write(tags.keep, kind, item_id, labels)

    async def statistics(self, since: float = 0.0) -> HistoryFigures:
        """Runs, tokens and hours by model, and by day from a time on (Unix seconds)."""
        return await self._store.read(figures.read, since)

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

    async def held_by(self) -> str:
        """Which program keeps this one from writing the history, "" where none does."""
        return await self._store.held_by()
