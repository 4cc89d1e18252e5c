"""Values of a conversation as a tree: its nodes, what was changed in it, what is in the bin."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from workbench.domain.runs.events import RunStatus
from workbench.domain.text import Role

Shown = Literal["near"] | int | None
"""Which branch is shown after a change: one near it, or the one with this end."""


class TreeChange(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was done to a tree and can be undone.

    ``message_id`` is the first of the messages that were added, deleted or brought back; ``count``
    how many. ``before`` and ``after`` are the ends of the shown branch. ``newest`` is the last
    message that was added: what was written on since then is not undone. ``units`` are the
    deletions that a restore took back, the inner ones first, or answers that were added together.
    """

    kind: Literal["add", "delete", "restore"]
    conversation_id: int
    message_id: int
    before: int | None
    after: int | None
    count: int = 1
    newest: int = 0
    units: tuple[int, ...] = ()


class BinItem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is deleted and can be brought back.

    A conversation, or, where there is a ``message_id``, a message with those that followed it.
    ``count`` is how many messages come back.
    """

    conversation_id: int
    title: str
    deleted_at: float
    count: int
    message_id: int | None = None
    role: str = ""
    words: str = ""


class TreeNode(msgspec.Struct, frozen=True, kw_only=True):
    """A message in its tree; ``text`` and ``reasoning`` are empty where only its outline was read.

    ``sibling_ids`` are the versions in its place that are not deleted, this one among them unless
    it is. ``is_shown`` says whether it is on the shown branch.
    """

    message_id: int
    parent_id: int | None
    role: Role
    text: str = ""
    reasoning: str | None = None
    kind: str = ""
    hidden: bool = False
    deleted: bool = False
    deleted_with: int | None = None
    """The message whose deletion took it along."""
    pinned: bool = False
    label: str = ""
    created_at: float = 0.0
    run_id: int | None = None
    run_status: RunStatus | None = None
    model: str = ""
    sibling_ids: tuple[int, ...] = ()
    is_shown: bool = False
    edited_from: int | None = None
    copied_from: int | None = None
    attachments: tuple[dict[str, Any], ...] = ()


class ConversationTree(msgspec.Struct, frozen=True, kw_only=True):
    """All messages of a conversation, in order of creation. ``leaf_id`` ends the shown branch."""

    conversation_id: int
    title: str
    leaf_id: int | None
    nodes: tuple[TreeNode, ...]
    is_deleted: bool = False
    forked_from: int | None = None

    @property
    def branch_count(self) -> int:
        """How many ends there are among what is neither deleted nor hidden."""
        seen = [each for each in self.nodes if not each.deleted and not each.hidden]
        parents = {each.parent_id for each in seen}
        return sum(1 for each in seen if each.message_id not in parents)
