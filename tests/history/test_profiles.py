"""Profiles in the history."""

from __future__ import annotations

import msgspec
import pytest

from workbench.domain.errors import UsageError
from workbench.domain.profiles import Profile
from workbench.history.chats import profiles
from workbench.history.store import HistoryStore


async def test_a_profile_comes_back_whole_and_can_be_changed(store: HistoryStore) -> None:
    card = {"spec": "chara_card_v2", "data": {"extensions": {"unknown": [1, {"x": "ü"}]}}}
    ada = Profile(name="Ada", system="S", note="N", greetings=("Hi", "Hello"), source=card)
    kept = await store.write(profiles.save_profile, ada)
    assert kept.profile_id > 0
    assert msgspec.structs.replace(kept, profile_id=0, created_at=0.0) == ada
    changed = msgspec.structs.replace(kept, name="Bea", greetings=())
    assert await store.write(profiles.save_profile, changed) == changed
    assert await store.read(profiles.load_profile, kept.profile_id) == changed


async def test_a_deleted_profile_is_not_listed_and_comes_back(store: HistoryStore) -> None:
    ids = {}
    for name in ("bea", "Ada", "Cy"):
        ids[name] = (await store.write(profiles.save_profile, Profile(name=name))).profile_id
    await store.write(profiles.set_deleted, ids["bea"])
    assert [each.name for each in await store.read(profiles.list_profiles)] == ["Ada", "Cy"]
    assert (await store.read(profiles.load_profile, ids["bea"])).name == "bea"
    await store.write(profiles.set_deleted, ids["bea"], deleted=False)
    assert [each.name for each in await store.read(profiles.list_profiles)] == ["Ada", "bea", "Cy"]


async def test_a_profile_that_is_not_there_is_named(store: HistoryStore) -> None:
    with pytest.raises(UsageError, match="no profile 7"):
        await store.read(profiles.load_profile, 7)
    with pytest.raises(UsageError, match="no profile 7"):
        await store.write(profiles.save_profile, Profile(profile_id=7, name="x"))
