"""The vectors of a collection in memory, to be searched.

Every question is compared with every vector: exact, and at 100,000 passages faster than an index
that has to be built and kept (decision 012).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from workbench.history.sources import vectors
from workbench.history.store import HistoryStore

_BLOCKS = 64
_MOST_BYTES = 2 * 1024**3
"""Of all collections in memory; the one that was used last stays in any case."""
Numbers = npt.NDArray[np.float32]


class Matrix(msgspec.Struct, frozen=True):
    """Vectors, a row each, and the chunk that each is of."""

    chunk_ids: npt.NDArray[np.int64]
    rows: Numbers

    def nearest(
        self, question: Numbers, count: int, allowed: Sequence[tuple[int, int]] | None = None
    ) -> list[tuple[int, float]]:
        """The chunks whose vectors are nearest to that of a question, with their cosines.

        Args:
            question: its vector, of unit length.
            count: how many at most.
            allowed: ranges of chunk ids, from and to; None is all.
        """
        if not len(self.chunk_ids) or len(question) != self.rows.shape[1]:
            return []
        scores = self.rows @ question
        if allowed is not None:
            mask = np.zeros(len(scores), dtype=bool)
            for first, last in allowed:
                mask |= (self.chunk_ids >= first) & (self.chunk_ids <= last)
            scores = np.where(mask, scores, -np.inf)
        best = np.argpartition(-scores, min(count, len(scores) - 1))[:count]
        best = best[np.lexsort((self.chunk_ids[best], -scores[best]))]
        return [
            (int(self.chunk_ids[each]), float(scores[each]))
            for each in best
            if np.isfinite(scores[each])
        ]

    def of(self, chunk_ids: Sequence[int]) -> dict[int, Numbers]:
        """The vectors of some chunks."""
        order = np.argsort(self.chunk_ids, kind="stable")
        places = np.searchsorted(self.chunk_ids, chunk_ids, sorter=order)
        found = {}
        for chunk_id, place in zip(chunk_ids, places, strict=True):
            if place < len(order) and self.chunk_ids[order[place]] == chunk_id:
                found[chunk_id] = self.rows[order[place]]
        return found


class Matrices:
    """The vectors of the collections that were searched last.

    Args:
        store: where they are kept.
    """

    def __init__(self, store: HistoryStore) -> None:
        self._store = store
        self._kept: dict[int, tuple[tuple[Any, ...], Matrix]] = {}
        self._turn = asyncio.Lock()

    async def of(self, collection_id: int, index_key: str) -> Matrix:
        """The vectors of a collection as they are now."""
        async with self._turn:
            stamp: tuple[Any, ...] = (
                index_key,
                *await self._store.read(vectors.fingerprint, collection_id),
            )
            kept = self._kept.pop(collection_id, None)
            if kept is None or kept[0] != stamp:
                kept = stamp, await self._load(collection_id, index_key)
            self._kept[collection_id] = kept
            self._forget_oldest()
            return kept[1]

    def forget(self, collection_id: int) -> None:
        """Give back the memory of a collection."""
        self._kept.pop(collection_id, None)

    def _forget_oldest(self) -> None:
        while len(self._kept) > 1 and self._bytes() > _MOST_BYTES:
            self._kept.pop(next(iter(self._kept)))

    def _bytes(self) -> int:
        return sum(each.rows.nbytes for _, each in self._kept.values())

    async def _load(self, collection_id: int, index_key: str) -> Matrix:
        """Read all blocks, a few at a time, so that others come to the database in between."""
        ids: list[npt.NDArray[np.int64]] = []
        rows: list[Numbers] = []
        above = 0
        while True:
            found = await self._store.read(
                vectors.load_blocks, collection_id, index_key, above, _BLOCKS
            )
            if not found:
                break
            above = found[-1][0]
            for _, block in found:
                numbers = np.frombuffer(block.vectors, dtype=np.float32)
                width = len(numbers) // block.count if block.count > 0 else 0
                if not width or width * block.count != len(numbers):
                    continue  # the block is damaged
                if rows and rows[0].shape[1] != width:
                    continue
                rows.append(numbers.reshape(block.count, width))
                ids.append(np.arange(block.first_chunk, block.first_chunk + block.count))
        if not rows:
            return Matrix(np.empty(0, np.int64), np.empty((0, 0), np.float32))
        return await asyncio.to_thread(_joined, ids, rows)


def _joined(ids: list[npt.NDArray[np.int64]], rows: list[Numbers]) -> Matrix:
    return Matrix(np.concatenate(ids), np.concatenate(rows))
