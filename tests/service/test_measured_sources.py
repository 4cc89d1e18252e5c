"""A collection is measured by questions with the sentences that answer them."""

from __future__ import annotations

import json

import pytest

from workbench.domain.errors import DataSetError, UsageError
from workbench.domain.sources.collection import Collection
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench

RETURNS = "# Returns\n\nA refund is paid\nwithin 14 days.\n"
HOURS = "# Hours\n\nThe shop is open from nine to six.\n"
QUESTIONS = (
    {"question": "When is the refund paid?",
     "spans": [{"document": "returns.md", "quote": "A refund is paid within 14 days."}]},
    {"question": "When does the baker come?",
     "spans": [{"document": "hours.md", "quote": "open from nine to six"}]},
    {"question": "Do you sell zeppelins?", "spans": []},
    {"question": "Is a refund taxed?", "spans": []},
    {"question": "Gone?", "spans": [{"document": "hours.md", "quote": "It was never there."}]},
)  # fmt: skip


@pytest.fixture
async def core(paths):
    made = Workbench(paths, engine=SimulatedEngine(lambda _prompt: ["14 days"]))
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def shop(core, tmp_path):
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "returns.md").write_text(RETURNS)
    (folder / "hours.md").write_text(HOURS)
    kept = await core.sources.save(Collection(name="shop", paths=(str(folder),)))
    await core.sources.index(kept.collection_id)
    return kept.collection_id


@pytest.fixture
def questions(tmp_path):
    place = tmp_path / "questions.jsonl"
    place.write_text("\n".join(json.dumps(each) for each in QUESTIONS))
    return str(place)


async def test_what_is_found_is_counted_by_the_sentences_that_answer(core, shop, questions):
    heard = []
    found = await core.sources.measure(shop, questions, lambda *place: heard.append(place))
    (words,) = found.ways
    assert (words.by, words.questions, words.unanswerable) == ("words", 2, 2)
    assert (words.first_1, words.first_3, words.first_5) == (1, 1, 1)
    assert words.mrr == words.recall_5 == words.ndcg_10 == words.characters_5 == 0.5
    assert words.false_finds == 1  # "refund" is in a document, zeppelins are not
    interval = words.first_3_interval
    assert (round(interval.low, 3), round(interval.high, 3)) == (0.095, 0.905)
    assert found.missing == ("hours.md: It was never there.",)
    assert found.notes == ("It has no vectors: only words are measured.",)
    assert heard[-1] == (4, 4)


async def test_a_set_about_other_documents_is_refused(core, shop, tmp_path):
    place = tmp_path / "other.jsonl"
    place.write_text('{"question": "Who?", "spans": [{"document": "a.md", "quote": "Me."}]}')
    with pytest.raises(UsageError, match="No answer of other"):
        await core.sources.measure(shop, str(place))


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "no questions in it"), ("\n{]\n", "line 2"), ('{"spans": []}', "line 1")],
)
async def test_a_file_that_has_no_questions_says_why(core, shop, tmp_path, text, words):
    place = tmp_path / "bad.jsonl"
    place.write_text(text)
    with pytest.raises(DataSetError, match=words):
        await core.sources.measure(shop, str(place))


async def test_the_collection_that_comes_along_finds_most_by_words(core, paths):
    folder = paths.shipped_sources
    kept = await core.sources.save(
        Collection(name="hearth", paths=(str(folder / "hearth-and-home"),))
    )
    await core.sources.index(kept.collection_id)
    found = await core.sources.measure(kept.collection_id, str(folder / "questions.jsonl"))
    (words,) = found.ways
    assert (words.questions, words.unanswerable, found.missing) == (46, 6, ())
    assert words.first_3 >= 30
    assert words.first_1 <= words.first_3 <= words.first_5
