"""The collection that comes with the program, and its questions."""

from __future__ import annotations

import json
import re

import pytest

from workbench.domain.sources.document import ChunkSettings, Extracted
from workbench.retrieval.chunking import cut
from workbench.retrieval.loaders import walk
from workbench.retrieval.loaders.kinds import loader_for
from workbench.retrieval.loaders.loader import Source
from workbench.settings import Paths

FOLDER = Paths.default().shipped_sources


@pytest.fixture(scope="module")
def documents() -> dict[str, Extracted]:
    found = {}
    for each in walk(FOLDER / "hearth-and-home").readable:
        source = Source(each.path.name, each.path.read_bytes())
        found[each.path.name] = loader_for(source).read(source)
    return found


def questions() -> list[dict]:
    return [json.loads(each) for each in (FOLDER / "questions.jsonl").read_text().splitlines()]


def test_every_kind_is_in_it_and_one_is_a_scan(documents):
    assert len(documents) == 9
    assert {each.kind for each in documents.values()} == {
        "markdown", "text", "csv", "html", "docx", "pdf",
    }  # fmt: skip
    assert [name for name, each in documents.items() if each.is_scanned] == ["contract-2019.pdf"]
    assert documents["delivery-terms.pdf"].title == "Terms of delivery"
    assert all(each.headings for name, each in documents.items()
               if each.kind not in {"text", "csv"} and not each.is_scanned)  # fmt: skip


def test_every_answer_is_in_one_chunk_of_its_document(documents):
    found = questions()
    assert len(found) == 52
    assert sum(not each["spans"] for each in found) == 6
    for question in found:
        for span in question["spans"]:
            document = documents[span["document"]]
            pattern = re.compile(r"\s+".join(map(re.escape, span["quote"].split())))
            (answer,) = pattern.finditer(document.text)
            chunks = cut(
                document, ChunkSettings(), lambda texts: [len(each) // 3 for each in texts]
            )
            assert any(
                each.start <= answer.start() and answer.end() <= each.end for each in chunks
            ), span
