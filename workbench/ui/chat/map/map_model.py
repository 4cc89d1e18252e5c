"""The tree of the open conversation without its texts, and the first words of what is seen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.domain.chat_tree import ConversationTree, TreeNode
from workbench.domain.errors import WorkbenchError
from workbench.ui.chat.map.map_layout import MapLayout, lay_out
from workbench.ui.tasks import latest

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

_SOON_MS = 30


class MapModel(QObject):
    """Reads a tree when it is to be shown, and words a screenful at a time.

    Signals:
        changed(): another tree, or the same one changed. words_came(): of what was asked for.
    """

    changed = Signal()
    words_came = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self.tree: ConversationTree | None = None
        self.nodes: dict[int, TreeNode] = {}
        self.layout = MapLayout()
        self.words: dict[int, str] = {}
        self.with_deleted = False
        self._wanted: set[int] = set()
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self._read_words)

    def show(self, conversation_id: int | None) -> None:
        """Read a conversation's tree; None: there is none."""
        if conversation_id is None:
            self._take(None)
        else:
            self._read(conversation_id)

    def show_deleted(self, with_deleted: bool) -> None:
        """Have deleted messages on the map or not."""
        self.with_deleted = with_deleted
        self._take(self.tree)

    @latest
    async def _read(self, conversation_id: int) -> None:
        try:
            tree = await self._bridge.ask(lambda core: core.chats.outline(conversation_id))
        except WorkbenchError:  # it is gone meanwhile
            tree = None
        self._take(tree)

    def _take(self, tree: ConversationTree | None) -> None:
        before = self.tree.conversation_id if self.tree is not None else None
        self.tree = tree
        nodes = tree.nodes if tree is not None else ()
        self.nodes = {each.message_id: each for each in nodes}
        self.layout = lay_out(nodes, with_deleted=self.with_deleted)
        if tree is None or before != tree.conversation_id:
            self.words = {}
        for each in nodes:  # what is being written has other words each time
            if each.run_status == "running" or not self.words.get(each.message_id, "-"):
                self.words.pop(each.message_id, None)
        self.changed.emit()

    def want_words(self, ids: Iterable[int]) -> None:
        """Read the first words of these messages, those that are not known yet."""
        self._wanted.update(each for each in ids if each not in self.words)
        if self._wanted and not self._soon.isActive():
            self._soon.start()

    @Slot()
    def _read_words(self) -> None:
        wanted, self._wanted = self._wanted, set()
        self._ask_words(sorted(wanted))

    @latest
    async def _ask_words(self, ids: list[int]) -> None:
        found = await self._bridge.ask(lambda core: core.chats.beginnings(ids))
        self.words.update(found)
        self.words_came.emit()
