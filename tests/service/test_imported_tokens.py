"""Tokens that another program recorded: imported answers are tinted by them."""

from __future__ import annotations

import json
import math
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.transcripts.reading import FIXTURES
from workbench.domain.storage import Erasure
from workbench.history.tables import measurement
from workbench.service import Workbench
from workbench.settings import Paths

COUNTING = str(FIXTURES / "mikupad/Counting.json")


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Workbench]:
    workbench = Workbench(Paths.default(tmp_path / "home"))
    await workbench.open()
    yield workbench
    await workbench.close()


async def answer_of(core: Workbench, path: str) -> Any:
    (item,) = (await core.importing.run([path])).items
    assert item.conversation_id is not None
    shown = await core.chats.messages(item.conversation_id)
    return next(each for each in shown if each.role == "assistant")


async def test_an_answer_has_its_tokens_and_gaps_where_the_probability_is_unknown(core):
    answer = await answer_of(core, COUNTING)
    assert answer.text == "One, two."
    found = await core.tokens.of_message(answer.message_id)
    assert [(each.start, each.end, each.text) for each in found.tokens] == [
        (0, 3, "One"), (3, 4, ","),
    ]  # fmt: skip
    assert [each.probability for each in found.tokens] == pytest.approx([0.91, 0.99], abs=1e-3)
    assert [each.text for each in found.tokens[0].alternatives] == [" One", " 1"]
    assert found.source == "drawn"
    assert found.doubt == pytest.approx(-math.log(0.91), abs=1e-3)


async def test_a_second_import_changes_nothing_and_deleting_for_good_leaves_nothing(core):
    answer = await answer_of(core, COUNTING)
    before = (await core.tokens.of_message(answer.message_id)).tokens
    report = await core.importing.run([COUNTING])
    assert report.summary == "1 unchanged"
    assert (await core.tokens.of_message(answer.message_id)).tokens == before
    await core.tokens.prune(before=2e9, keep_newest=0)
    assert (await core.tokens.of_message(answer.message_id)).tokens == before
    (there,) = await core.chats.all()
    await core.erasing.erase(Erasure(conversations=((there.conversation_id, there.created_at),)))
    store = core._core.store
    assert not await store.read(lambda each: each.execute(select(measurement)).all())


async def test_what_was_typed_between_tokens_is_a_gap(core, tmp_path):
    pieces = [
        {"type": "user", "content": "Es war "},
        {"content": "einmal 🌍", "prob": 0.5},
        {"type": "user", "content": " ein"},
        {"content": " Wolf", "prob": 0.25},
    ]
    path = tmp_path / "story.json"
    path.write_text(json.dumps({"prompt": json.dumps(pieces), "name": '"Story"'}))
    answer = await answer_of(core, str(path))
    found = await core.tokens.of_message(answer.message_id)
    assert answer.text == "Es war einmal 🌍 ein Wolf"
    text = answer.text.encode()
    assert [text[each.start : each.end].decode() for each in found.tokens] == [
        "einmal 🌍", " Wolf",
    ]  # fmt: skip
    assert [each.probability for each in found.tokens] == pytest.approx([0.5, 0.25], abs=1e-3)
