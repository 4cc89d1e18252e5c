"""Collections of documents: indexed in steps, searched by words and by meaning."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from tests.models.crafting import write
from workbench.domain.errors import ModelError, UsageError
from workbench.domain.sources.collection import Collection
from workbench.domain.sources.document import ChunkSettings
from workbench.domain.sources.hits import SourceQuery
from workbench.domain.sources.passages import PassageQuery
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.service.sources import indexing

RETURNS = """# Returns

## Refunds

A refund is paid within fourteen days of the parcel's arrival.

## Exchanges

A lamp may be exchanged for another one within thirty days.
"""
HOURS = "The shop opens at nine and closes at six. On Sundays it is closed."


@pytest.fixture
def docs(tmp_path):
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "returns.md").write_text(RETURNS, encoding="utf-8")
    (folder / "hours.txt").write_text(HOURS, encoding="utf-8")
    return folder


@pytest.fixture
def model(tmp_path):
    header = {"general.name": "nomic-embed-text-v1.5", "llama.pooling_type": 1}
    return str(write(tmp_path / "models" / "nomic-embed-text.gguf", header))


@pytest.fixture
async def core(paths):
    made = Workbench(paths, engine=SimulatedEngine())
    await made.open()
    yield made
    await made.close()


async def _made(core, docs, model="", **changes):
    wanted = {"chunks": ChunkSettings(tokens=32), **changes}
    collection = await core.sources.save(
        Collection(name="shop", paths=(str(docs),), model=model, **wanted)
    )
    report = await core.sources.index(collection.collection_id)
    return collection, report


async def _first(core, question, **options):
    report = await core.sources.search(SourceQuery(text=question, **options))
    return report.hits[0]


async def test_words_are_found_with_file_headings_and_place(core, docs):
    collection, report = await _made(core, docs)
    assert (report.read, report.refused, report.paused) == (2, (), False)
    hit = await _first(core, "When is my refund paid?")
    assert "fourteen days" in hit.text
    assert hit.file == str(docs / "returns.md")
    assert "Refunds" in hit.headings
    assert (hit.words_rank, hit.meaning_rank) == (1, 0)
    whole = await core.sources.extracted(hit.file_id)
    assert whole.text[hit.start : hit.end] == hit.text
    assert (await core.sources.status(collection.collection_id)).is_complete


async def test_meaning_is_fused_with_words(core, docs, model):
    collection, report = await _made(core, docs, model)
    status = await core.sources.status(collection.collection_id)
    assert status.embedded == status.chunks == report.embedded > 1
    assert status.is_complete
    hit = await _first(core, "The shop opens at nine")
    assert hit.file.endswith("hours.txt")
    assert (hit.words_rank, hit.meaning_rank) == (1, 1)
    assert hit.fused == pytest.approx(2 / 61)
    by_meaning = await _first(core, "The shop opens at nine", by="meaning")
    assert (by_meaning.words_rank, by_meaning.meaning_rank) == (0, 1)
    assert 0 < by_meaning.meaning_score <= 1


async def test_the_second_time_only_what_changed_is_read(core, docs):
    collection, _ = await _made(core, docs)
    (docs / "hours.txt").write_text("Now it opens at noon.", encoding="utf-8")
    (docs / "returns.md").unlink()
    (docs / "new.txt").write_text("Gift cards never expire.", encoding="utf-8")
    report = await core.sources.index(collection.collection_id)
    assert (report.read, report.unchanged, report.removed) == (2, 0, 1)
    assert (await _first(core, "noon")).text == "Now it opens at noon."
    assert (await core.sources.search(SourceQuery(text="refund"))).hits == ()
    assert (await core.sources.index(collection.collection_id)).unchanged == 2


async def test_a_file_with_another_time_that_says_the_same_is_not_read_again(core, docs):
    collection, _ = await _made(core, docs)
    before = {each.path: each for each in await core.sources.files(collection.collection_id)}
    os.utime(docs / "hours.txt", (1_000_000, 1_000_000))
    report = await core.sources.index(collection.collection_id)
    assert (report.read, report.unchanged) == (0, 2)
    after = {each.path: each for each in await core.sources.files(collection.collection_id)}
    path = str(docs / "hours.txt")
    assert after[path].file_id == before[path].file_id
    assert after[path].changed_at == 1_000_000


async def test_a_paused_index_goes_on_where_it_was(core, docs, model, monkeypatch):
    monkeypatch.setattr(indexing, "_BATCH", 1)
    collection = await core.sources.save(
        Collection(name="shop", paths=(str(docs),), model=model, chunks=ChunkSettings(tokens=32))
    )
    key = collection.collection_id

    def pause_soon(progress):
        if progress.doing == "embedding" and progress.done == 1:
            core.sources.pause(key)

    first = await core.sources.index(key, pause_soon)
    assert (first.paused, first.read) == (True, 2)
    assert 1 <= first.embedded <= 2
    assert not (await core.sources.status(key)).is_complete
    second = await core.sources.index(key)
    assert (second.paused, second.read) == (False, 0)
    status = await core.sources.status(key)
    assert first.embedded + second.embedded == status.chunks == status.embedded


async def test_vectors_of_a_changed_model_are_stale_and_never_mixed(core, docs, model):
    collection, _ = await _made(core, docs, model)
    write_other = {"general.name": "nomic-embed-text-v1.5", "llama.pooling_type": 2, "x.y": "more"}
    write(Path(model), write_other)
    status = await core.sources.status(collection.collection_id)
    assert "index it again" in status.stale
    assert not status.is_complete
    report = await core.sources.search(SourceQuery(text="refund"))
    assert [each.meaning_rank for each in report.hits] == [0] * len(report.hits)
    assert any("index it again" in note for note in report.notes)
    with pytest.raises(UsageError, match="index it again"):
        await core.sources.search(SourceQuery(text="refund", by="meaning"))
    await core.sources.index(collection.collection_id)
    assert (await core.sources.status(collection.collection_id)).is_complete
    assert (await _first(core, "refund", by="meaning")).meaning_rank == 1


async def test_another_chunk_size_cuts_all_files_again(core, docs):
    collection, _ = await _made(core, docs)
    before = (await core.sources.status(collection.collection_id)).chunks
    smaller = msgspec.structs.replace(collection, chunks=ChunkSettings(tokens=16))
    await core.sources.save(smaller)
    report = await core.sources.index(collection.collection_id)
    assert report.read == 2
    assert (await core.sources.status(collection.collection_id)).chunks > before


async def test_a_file_that_cannot_be_read_says_why_and_the_rest_is_indexed(core, docs):
    (docs / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    collection, report = await _made(core, docs)
    [(path, problem)] = report.refused
    assert path == str(docs / "broken.pdf")
    assert problem
    states = {
        Path(each.path).name: each.state
        for each in await core.sources.files(collection.collection_id)
    }
    assert states == {"broken.pdf": "refused", "hours.txt": "indexed", "returns.md": "indexed"}
    again = await core.sources.index(collection.collection_id)
    assert (again.read, again.unchanged) == (0, 3)


async def test_passages_can_be_limited_to_files(core, docs):
    await _made(core, docs)
    report = await core.sources.search(SourceQuery(text="days closed", files=("hours",)))
    assert {Path(each.file).name for each in report.hits} == {"hours.txt"}
    report = await core.sources.search(SourceQuery(text="days closed", kinds=("markdown",)))
    assert {Path(each.file).name for each in report.hits} == {"returns.md"}


async def test_why_a_passage_is_not_shown(core, docs):
    await _made(core, docs)
    asked = SourceQuery(text="thirty days", k=1)
    rows = await core.sources.why_not(asked, "returns.md")
    assert rows[0].reason == "It is shown."
    assert rows[1].reason == "It is number 2; only the first is shown."
    rows = await core.sources.why_not(asked, "hours.txt")
    assert rows[0].words_rank == 0
    assert rows[0].reason == "It has no word of the question, and no vector."
    with pytest.raises(UsageError, match="No file"):
        await core.sources.why_not(asked, "nowhere")


async def test_the_same_text_is_shown_once(core, docs):
    (docs / "copy.txt").write_text(HOURS, encoding="utf-8")
    await _made(core, docs)
    report = await core.sources.search(SourceQuery(text="Sundays"))
    assert len(report.hits) == 1
    assert "the same" in report.left_out[0].reason


async def test_passages_for_a_prompt(core, docs):
    with pytest.raises(UsageError, match="no collections yet"):
        await core.sources.passages(PassageQuery("refund"))
    await _made(core, docs)
    [found] = await core.sources.passages(PassageQuery("refund", 1))
    assert "fourteen days" in found.text
    assert found.tokens > 0
    await core.sources.save(Collection(name="other"))
    with pytest.raises(UsageError, match=r"other, shop"):
        await core.sources.passages(PassageQuery("refund"))
    assert await core.sources.passages(PassageQuery("refund", 1, "shop")) == (found,)
    with pytest.raises(UsageError, match="no collection nowhere"):
        await core.sources.passages(PassageQuery("refund", 1, "nowhere"))


async def test_a_removed_collection_is_gone_and_its_files_stay(core, docs):
    collection, _ = await _made(core, docs)
    await core.sources.remove(collection.collection_id)
    assert await core.sources.all() == ()
    assert (docs / "hours.txt").read_text(encoding="utf-8") == HOURS


async def test_prefixes_and_pooling_of_a_family(core, model, tmp_path):
    found = await core.sources.embedding_model(model)
    assert (found.family, found.pooling, found.problem) == ("nomic-embed-text", "mean", "")
    assert found.of_query("where?") == "search_query: where?"
    assert found.of_passage("here") == "search_document: here"
    chat = await core.sources.embedding_model(str(write(tmp_path / "chat.gguf")))
    assert "not an embedding model" in chat.problem
    with pytest.raises(ModelError):
        await core.sources.embedding_model(str(tmp_path / "none.gguf"))


async def test_what_cannot_be_kept_is_refused(core, docs):
    with pytest.raises(UsageError, match="needs a name"):
        await core.sources.save(Collection(name=" "))
    with pytest.raises(UsageError, match="is not there"):
        await core.sources.save(Collection(name="x", paths=(str(docs / "missing"),)))
