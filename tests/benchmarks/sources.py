"""A question to 100,000 chunks: ``python -m tests.benchmarks.sources [--chunks 100000]``.

Chunks of 150 words from a vocabulary with Zipf's frequencies, and random vectors of 384 numbers:
what is found means nothing, how long it takes does. The call of the embedding model is left out.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import tempfile
import time
from array import array
from pathlib import Path

import numpy as np

from tests.models.crafting import write
from workbench.domain.sources.collection import Collection, SourceFile
from workbench.domain.sources.document import Chunk, Extracted
from workbench.domain.sources.hits import SearchBy, SourceQuery
from workbench.engine.protocol import Embeddings
from workbench.engine.simulated import SimulatedEngine
from workbench.history.sources import collections, files, passages, vectors
from workbench.service import Workbench
from workbench.service.sources.embedding import index_key
from workbench.settings import Paths

_WIDTH, _WORDS, _FILE_CHUNKS, _BLOCK = 384, 150, 500, 16
_VOCABULARY = 50_000


class _Vectors(SimulatedEngine):
    """Gives random vectors of 384 numbers."""

    async def embed(self, texts: tuple[str, ...]) -> Embeddings:
        """One vector for each text."""
        rows = _random_rows(len(texts), hash(texts) % 2**32)
        return Embeddings(vectors=tuple(map(tuple, rows.tolist())), tokens=0, pooling="mean")


def _random_rows(count: int, seed: int) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((count, _WIDTH), dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class _Words:
    """Draws words as a language has them: few often, most seldom."""

    def __init__(self) -> None:
        self._random = random.Random(1)
        self._words = [f"w{number:x}ord" for number in range(_VOCABULARY)]
        weights = [1 / (rank + 3) for rank in range(_VOCABULARY)]
        total = 0.0
        self._sums = [total := total + each for each in weights]

    def text(self, count: int) -> str:
        """Some words."""
        drawn = self._random.choices(self._words, cum_weights=self._sums, k=count)
        return " ".join(drawn)


async def _fill(core: Workbench, collection: Collection, chunks: int, words: _Words) -> None:
    store, key = core._core.store, collection.collection_id
    for number in range(chunks // _FILE_CHUNKS):
        path = f"/docs/{number}.txt"
        await store.write(files.add_waiting, key, (path,))
        known = next(e for e in await store.read(files.list_files, key) if e.path == path)
        body, spans = "", []
        parts = [words.text(_WORDS) for _ in range(_FILE_CHUNKS)]
        start = 0
        for part in parts:
            spans.append(Chunk(start, start + len(part), 220))
            start += len(part) + 1
        body = "\n".join(parts)
        read = SourceFile(file_id=known.file_id, path=path, state="indexed", kind="text")
        await store.write(files.save_read, key, read, Extracted(kind="text", text=body), spans)
        first = (await store.read(passages.file_chunks, known.file_id))[0]
        rows = _random_rows(_FILE_CHUNKS, number)
        for at in range(0, _FILE_CHUNKS, _BLOCK):
            some = rows[at : at + _BLOCK]
            numbers = array("f", some.ravel().tolist()).tobytes()
            block = vectors.Block(first + at, len(some), numbers)
            await store.write(vectors.save_block, key, known.file_id, collection.index_key, block)


async def _measure(chunks: int, questions: int) -> None:
    words = _Words()
    with tempfile.TemporaryDirectory() as folder:
        core = Workbench(Paths.default(folder), engine=_Vectors())
        await core.open()
        try:
            header = {"general.name": "all-MiniLM-L6", "llama.pooling_type": 1}
            model = str(write(Path(folder) / "all-MiniLM-L6.gguf", header))
            collection = await core.sources.save(Collection(name="many", model=model))
            described = await core.sources.embedding_model(model)
            made = index_key(described, collection)
            collection = await core._core.store.write(
                collections.begin_key, collection.collection_id, made
            )
            began = time.perf_counter()
            await _fill(core, collection, chunks, words)
            size = core.paths.database.stat().st_size / 1e6
            print(f"{chunks:,} chunks kept in {time.perf_counter() - began:.0f} s, {size:.0f} MB")
            first = await core.sources.search(SourceQuery(text=words.text(8)))
            print(f"the first question, which loads the vectors: {first.seconds * 1000:.0f} ms")
            for by in ("words", "meaning", "both"):
                await _questions(core, words, by, questions)
            print("load", ", ".join(f"{each:.1f}" for each in os.getloadavg()))
        finally:
            await core.close()


async def _questions(core: Workbench, words: _Words, by: SearchBy, count: int) -> None:
    clock, processor = [], []
    for _ in range(count):
        used = time.process_time()
        found = await core.sources.search(SourceQuery(text=words.text(8), by=by))
        processor.append((time.process_time() - used) * 1000)
        clock.append(found.seconds * 1000)
    ordered = sorted(clock)
    print(
        f"{by}: median {statistics.median(clock):.0f} ms, least {ordered[0]:.0f}, "
        f"95 % {ordered[int(len(ordered) * 0.95) - 1]:.0f}; processor, median "
        f"{statistics.median(processor):.0f} ms"
    )


def main() -> None:
    """Fill a collection and ask it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=40)
    given = parser.parse_args()
    asyncio.run(_measure(given.chunks, given.questions))


if __name__ == "__main__":
    main()
