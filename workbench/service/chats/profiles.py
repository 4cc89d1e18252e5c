"""Profiles: listed, kept, deleted, and conversations begun with their greetings."""

from __future__ import annotations

from workbench.domain.errors import UsageError
from workbench.domain.profiles import USER, Profile
from workbench.domain.views import Conversation
from workbench.history import session
from workbench.history.chats import profiles
from workbench.history.store import HistoryStore
from workbench.service.core import Core

_USER_NAME = "chat.user_name"


class Profiles:
    """Named system prompts for conversations."""

    def __init__(self, core: Core) -> None:
        self._store = core.store

    async def all(self) -> tuple[Profile, ...]:
        """All profiles, by name."""
        return await self._store.read(profiles.list_profiles)

    async def load(self, profile_id: int) -> Profile:
        """One profile, a deleted one too (UsageError where there never was one)."""
        return await self._store.read(profiles.load_profile, profile_id)

    async def find(self, name: str) -> Profile:
        """The profile of a name or number (UsageError where there is none)."""
        found = await self.all()
        for each in found:
            if name in (each.name, str(each.profile_id)):
                return each
        near = [each for each in found if each.name.casefold() == name.casefold()]
        if len(near) == 1:
            return near[0]
        raise UsageError(f"There is no profile {name}.")

    async def save(self, profile: Profile) -> Profile:
        """Keep a profile, a new one where its id is 0; returns it as it is kept.

        Raises:
            UsageError: it has no name.
        """
        if not profile.name.strip():
            raise UsageError("A profile needs a name.")
        return await self._store.write(profiles.save_profile, profile)

    async def delete(self, profile_id: int) -> None:
        """Take a profile out of the list; conversations that have it keep it."""
        await self._store.write(profiles.set_deleted, profile_id)

    async def restore(self, profile_id: int) -> None:
        """Bring a deleted profile back."""
        await self._store.write(profiles.set_deleted, profile_id, deleted=False)

    async def user_name(self) -> str:
        """What ``{{user}}`` is in the texts of profiles."""
        return await user_name(self._store)

    async def set_user_name(self, name: str) -> None:
        """Have another name for ``{{user}}``; "" is none, which gives "User"."""
        await self._store.write(session.set_state, _USER_NAME, " ".join(name.split()))

    async def begin(self, profile: Profile) -> Conversation:
        """A new conversation whose first message is the profile's greeting.

        Its other greetings are versions of that message.

        Raises:
            UsageError: the profile has no greeting.
        """
        user = await self.user_name()
        greetings = [profile.filled(each, user) for each in profile.greetings if each.strip()]
        if not greetings:
            raise UsageError(f"{profile.name} has no greeting: write the first message yourself.")
        return await self._store.write(profiles.begin_conversation, profile, greetings)


async def user_name(store: HistoryStore) -> str:
    """The name of the user in the texts of profiles, where none is chosen the word for it."""
    return str(await store.read(session.get_state, _USER_NAME, "") or USER)
