"""Collections in the history: files, chunks, the word index, vectors."""

from __future__ import annotations

from array import array

import pytest
from sqlalchemy import Connection, text

from workbench.domain.errors import UsageError
from workbench.domain.sources.collection import Collection, SourceFile
from workbench.domain.sources.document import Chunk, ChunkSettings, Extracted
from workbench.history.sources import collections, files, passages, vectors, words
from workbench.history.store import HistoryStore

ROWS = (
    ("fox", "the quick brown fox"),
    ("dog", "the lazy dog sleeps all day long"),
    ("foxes", "foxes and dogs"),
    ("cat", "a cat"),
    ("bird", "a bird sang in the tree"),
)


def bm25(connection: Connection, query: str, weights: str, rows=ROWS, tokenize: str = "") -> float:
    """The score of the first row that SQLite finds."""
    connection.execute(text(f"CREATE VIRTUAL TABLE temp.t USING fts5(title, body{tokenize})"))
    for title, body in rows:
        connection.execute(text("INSERT INTO t VALUES (:t, :b)"), {"t": title, "b": body})
    found = (
        connection.execute(
            text(f"SELECT bm25(t{weights}) FROM t WHERE t MATCH :q ORDER BY rowid"), {"q": query}
        )
        .scalars()
        .all()
    )
    score = float(found[0])
    connection.execute(text("DROP TABLE temp.t"))
    return score


@pytest.mark.parametrize(
    ("query", "weights", "score"),
    [("fox", "", -1.542732), ("fox", ", 10, 1", -2.191188), ("fox", ", 0, 1", -1.132944)],
)
async def test_scores_are_those_of_bm25(store: HistoryStore, query, weights, score) -> None:
    found = await store.write(bm25, f'"{query}"', weights)
    assert found == pytest.approx(score, abs=1e-6)


async def test_a_word_in_most_rows_says_nothing(store: HistoryStore) -> None:
    assert await store.write(bm25, '"the"', "") == pytest.approx(-1.03e-6, abs=1e-8)
    for count, score in ((1, -1e-6), (2, -1e-6), (3, -0.510826)):
        rows = (("", "fox"), ("", "dog"), ("", "cat"))[:count]
        assert await store.write(bm25, '"fox"', "", rows) == pytest.approx(score, abs=1e-6)


async def _collection(store: HistoryStore, name: str = "shop", forms="porter") -> int:
    made = Collection(name=name, paths=("/docs",), words=forms, chunks=ChunkSettings(tokens=64))
    return (await store.write(collections.save_collection, made)).collection_id


async def _file(store: HistoryStore, key: int, body: str, path: str = "/docs/a.md") -> SourceFile:
    """A file with a chunk a line."""
    await store.write(files.add_waiting, key, (path,))
    known = next(each for each in await store.read(files.list_files, key) if each.path == path)
    return await _read(store, key, known, body)


async def _read(store: HistoryStore, key: int, known: SourceFile, body: str) -> SourceFile:
    chunks, start = [], 0
    for line in body.split("\n"):
        chunks.append(Chunk(start, start + len(line), 3, ("Returns",), 2))
        start += len(line) + 1
    read = SourceFile(
        file_id=known.file_id, path=known.path, state="read", kind="text", digest="d", size=9
    )
    await store.write(files.save_read, key, read, Extracted(kind="text", text=body), chunks)
    return read


async def _search(store: HistoryStore, key: int, *wanted: str) -> list[str]:
    query = " OR ".join(f'"{each}"' for each in wanted)
    found = await store.read(words.search, key, query, 10)
    hits = await store.read(passages.load_hits, [chunk for chunk, _ in found])
    return [hits[chunk].text for chunk, _ in found]


async def test_a_collection_comes_back_whole_and_its_name_is_its_own(store: HistoryStore) -> None:
    made = Collection(
        name="Häuser", paths=("/a", "/b"), model="/m.gguf", words="plain",
        chunks=ChunkSettings(tokens=100, overlap_percent=15, heading_prefix=False),
    )  # fmt: skip
    kept = await store.write(collections.save_collection, made)
    assert await store.read(collections.load_collection, kept.collection_id) == kept
    assert (kept.paths, kept.chunks, kept.words) == (made.paths, made.chunks, made.words)
    with pytest.raises(UsageError, match="already"):
        await store.write(collections.save_collection, made)
    with pytest.raises(UsageError, match="no collection 99"):
        await store.read(collections.load_collection, 99)


async def test_words_are_found_with_their_place_and_in_their_collection(store) -> None:
    key, other = await _collection(store), await _collection(store, "other")
    await _file(store, key, "Returns are free\nThe café opens at nine")
    await _file(store, other, "Nothing returns here")
    assert await _search(store, key, "returned") == ["Returns are free", "The café opens at nine"]
    assert await _search(store, key, "cafe") == ["The café opens at nine"]
    [(chunk, score)] = await store.read(words.search, key, '"nine"', 5)
    hit = (await store.read(passages.load_hits, [chunk]))[chunk]
    assert score > 0
    assert (hit.file, hit.start, hit.end, hit.page) == ("/docs/a.md", 17, 39, 2)
    assert hit.headings == ("Returns",)
    assert await store.read(words.search, key, '"nine"', 5, [hit.file_id]) == [(chunk, score)]
    assert await store.read(words.search, key, '"nine"', 5, []) == []


async def test_code_and_text_without_spaces(store) -> None:
    code = await _collection(store, "code", "plain")
    await _file(store, code, "def read_file(path):\ndef read(file):")
    assert await _search(store, code, "read_file") == ["def read_file(path):"]
    japanese = await _collection(store, "ja", "trigram")
    await _file(store, japanese, "東京タワーに行く\n京都に行く")
    assert await _search(store, japanese, "京タワ") == ["東京タワーに行く"]


async def test_what_is_read_again_takes_the_place_of_what_was(store) -> None:
    key = await _collection(store)
    read = await _file(store, key, "old words\nof before")
    first = await store.read(passages.file_chunks, read.file_id)
    await _read(store, key, read, "new\nlines\nhere")
    assert await _search(store, key, "old", "before") == []
    assert await _search(store, key, "lines") == ["lines"]
    again = await store.read(passages.file_chunks, read.file_id)
    assert again == list(range(again[0], again[0] + 3))
    assert not set(first) & set(again)  # what a run had is not found as something else
    assert (await store.read(files.load_extracted, read.file_id)).text == "new\nlines\nhere"
    status = await store.read(collections.load_status, key)
    assert (status.files, status.chunks, status.tokens) == (1, 3, 9)


async def test_nothing_is_left_of_a_removed_collection(store) -> None:
    key = await _collection(store)
    read = await _file(store, key, "secret words")
    block = vectors.Block((await store.read(passages.file_chunks, read.file_id))[0], 1, b"0000")
    assert await store.write(vectors.save_block, key, read.file_id, "k", block)
    await store.write(collections.forget_file, key, read.file_id)
    await store.write(collections.delete_collection, key)

    def rows(connection: Connection) -> int:
        tables = ("source_collection", "source_file", "source_chunk", "source_vectors")
        counts = [connection.execute(text(f"SELECT count(*) FROM {t}")).scalar() for t in tables]
        return sum(counts) + int(words.exists(connection, key))

    assert await store.read(rows) == 0


async def test_embedding_goes_on_at_the_next_chunk(store) -> None:
    key = await _collection(store)
    read = await _file(store, key, "one\ntwo\nthree")
    done = []
    while (batch := await store.read(vectors.next_to_embed, key, "k", 2)) is not None:
        if not batch.texts:
            await store.write(files.set_state, batch.file_id, "indexed")
            continue
        done.append(batch.texts)
        numbers = array("f", [1.0, 0.0] * len(batch.texts)).tobytes()
        block = vectors.Block(batch.first_chunk, len(batch.texts), numbers)
        assert await store.write(vectors.save_block, key, read.file_id, "k", block)
    assert done == [("one", "two"), ("three",)]
    assert [block.count for _, block in await store.read(vectors.load_blocks, key, "k")] == [2, 1]
    assert await store.read(vectors.load_blocks, key, "other") == []


async def test_vectors_of_another_model_go_and_files_wait_for_new_ones(store) -> None:
    key = await _collection(store)
    read = await _file(store, key, "one")
    chunk = (await store.read(passages.file_chunks, read.file_id))[0]
    await store.write(collections.begin_key, key, "first")
    block = vectors.Block(chunk, 1, b"0000")
    await store.write(vectors.save_block, key, read.file_id, "first", block)
    await store.write(files.set_state, read.file_id, "indexed")
    assert (await store.read(collections.load_status, key)).embedded == 1
    await store.write(collections.begin_key, key, "second")
    assert (await store.read(collections.load_status, key)).embedded == 0
    assert (await store.read(vectors.next_to_embed, key, "second", 8)).texts == ("one",)


async def test_vectors_of_chunks_that_went_meanwhile_are_not_kept(store) -> None:
    key = await _collection(store)
    read = await _file(store, key, "one")
    chunk = (await store.read(passages.file_chunks, read.file_id))[0]
    await _read(store, key, read, "two")
    block = vectors.Block(chunk, 1, b"0000")
    assert not await store.write(vectors.save_block, key, read.file_id, "k", block)


async def test_a_lost_word_index_is_made_again_from_the_chunks(store) -> None:
    key = await _collection(store)
    await _file(store, key, "free returns")
    await store.write(words.drop, key)
    assert not await store.read(words.exists, key)
    await store.write(collections.ensure_words, key)
    assert await _search(store, key, "return") == ["free returns"]
