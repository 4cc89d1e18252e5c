"""JSON values kept between sessions."""

from __future__ import annotations

from typing import Any

from workbench.history import session
from workbench.service.core import Core


class Session:
    """JSON values kept between sessions."""

    def __init__(self, core: Core) -> None:
        self._store = core.store

    async def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, or ``default``."""
        return await self._store.read(session.get_state, key, default)

    async def keep(self, key: str, value: Any) -> None:
        """Keep a value, as soon as that is possible."""
        await self._store.keep_state(key, value)
