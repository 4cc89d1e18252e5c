"""Drafts, session state and speeds last until they are replaced."""

from __future__ import annotations

from pathlib import Path

from workbench.domain.prompts.prompt import Draft
from workbench.domain.views import ModelSpeed
from workbench.history import session
from workbench.history.store import HistoryStore

from .conftest import OpenStore


async def test_a_draft_is_kept_replaced_and_discarded(path: Path, open_store: OpenStore) -> None:
    store = await open_store(path)
    draft = Draft(path="a.j2", text="Hello {{ x", base_sha256="ab", variables={"x": [1, "ü"]})
    await store.save_draft(Draft(path="a.j2", text="Hell", base_sha256="ab"))
    await store.save_draft(draft)
    await store.save_draft(Draft(path="b.j2", text="", base_sha256=""))
    await store.close()
    store = await open_store(path)
    assert {each.path for each in await store.read(session.load_drafts)} == {"a.j2", "b.j2"}
    assert draft in await store.read(session.load_drafts)
    await store.discard_draft("b.j2")
    assert await store.read(session.load_drafts) == (draft,)


async def test_session_state_holds_any_json(store: HistoryStore) -> None:
    value = {"tabs": ["a", None, 1.5, {"x": True}]}
    assert await store.read(session.get_state, "window", "nothing") == "nothing"
    await store.write(session.set_state, "window", value)
    await store.write(session.set_state, "window", {**value, "half": "\ud800"})
    assert await store.read(session.get_state, "window", None) == {**value, "half": "�"}


async def test_the_last_speed_of_a_model_is_kept(store: HistoryStore) -> None:
    assert await store.read(session.load_speed, "m.gguf") is None
    await store.write(session.record_speed, "m.gguf", generation=20.0, prompt=100.0, threads=2)
    await store.write(session.record_speed, "m.gguf", generation=30.0, prompt=0.0, threads=2)
    await store.write(session.record_speed, "m.gguf", generation=9.0, prompt=50.0, threads=1)
    assert await store.read(session.load_speed, "m.gguf", threads=2) == ModelSpeed(
        prompt=100.0, generation=30.0
    )
    assert await store.read(session.load_speed, "m.gguf") == ModelSpeed(prompt=50.0, generation=9.0)
    assert await store.read(session.load_speed, "other.gguf") is None
