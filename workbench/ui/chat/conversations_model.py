"""The conversations, their search, and the strategies and last system prompt for all of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.domain.searching import building
from workbench.domain.views import Conversation, StrategyInfo
from workbench.ui.tasks import background, latest

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

_SEARCH_MS = 200


class ConversationsModel(QObject):
    """The conversations that are listed, the strategies, the system prompt that was used last.

    Signals:
        conversations_changed(), strategies_changed(). last_system_changed(str).
        first_found(int): the first conversation that a search found, to be opened.
        failed(str): a sentence.
    """

    conversations_changed = Signal()
    strategies_changed = Signal()
    last_system_changed = Signal(str)
    first_found = Signal(int)
    failed = Signal(str)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self.conversations: tuple[Conversation, ...] = ()
        self.off_record: tuple[Conversation, ...] = ()
        """Those that are in memory only, whatever is searched for."""
        self.strategies: tuple[StrategyInfo, ...] = ()
        self.index_note = ""
        """That a search may not have found all, "" where it has."""
        self.last_system = ""
        self._search = ""
        self._search_timer = QTimer(self, singleShot=True, interval=_SEARCH_MS)
        self._search_timer.timeout.connect(self.read_conversations)

    @background
    async def read_strategies(self) -> None:
        """Read which strategies there are."""

        async def strategies(core: Workbench) -> tuple[StrategyInfo, ...]:
            return core.runs.strategies()

        infos = await self._bridge.ask(strategies)
        if infos != self.strategies:
            self.strategies = infos
            self.strategies_changed.emit()

    @background
    async def read_last_system(self, kept: str = "") -> None:
        """Read which system prompt was used last; ``kept`` is one of an earlier version."""

        async def read(core: Workbench) -> str:
            await core.chats.keep_last_system(kept)
            return await core.chats.last_system()

        self.last_system = await self._bridge.ask(read)
        self.last_system_changed.emit(self.last_system)

    @latest
    async def read_conversations(self) -> None:
        """Read the list again, with the words that are searched for."""
        await self._read_list()

    async def _read_list(self) -> None:
        words = self._search
        self.off_record = await self._bridge.ask(lambda core: core.off_the_record.all())
        off = self.off_record
        if words and off:
            off = await self._bridge.ask(lambda core: core.off_the_record.all(words))
        found = off + await self._bridge.ask(lambda core: core.chats.all(words))
        note = ""
        if words.strip():
            page = await self._bridge.ask(lambda core: core.history.search(""))
            note = "" if page.is_whole else building(page)
        self.conversations, self.index_note = found, note
        self.conversations_changed.emit()

    @property
    def searched(self) -> str:
        """The words that the listed conversations have."""
        return self._search

    def search(self, words: str) -> None:
        """Keep the conversations in which ``words`` occur."""
        self._search = words
        self._search_timer.start()

    @latest
    async def open_first(self) -> None:
        """Have the first conversation with the words opened, also while they are still typed."""
        self._search_timer.stop()
        await self._read_list()
        if self.conversations:
            self.first_found.emit(self.conversations[0].conversation_id)

    def rename(self, conversation_id: int, title: str) -> None:
        """Give a conversation another title."""
        self._write(lambda core: core.chats.rename(conversation_id, title))

    @background
    async def _write(self, ask: Callable[[Workbench], Awaitable[object]]) -> None:
        await self._bridge.ask(ask)
        self.read_conversations()
