"""A whole tree, with or without its texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from sqlalchemy import Connection, func, select

from workbench.domain.chat_tree import ConversationTree, TreeNode
from workbench.domain.errors import UsageError
from workbench.domain.text import Role
from workbench.history import codec
from workbench.history.chats.branches.parents import chunks, path_to
from workbench.history.tables import conversation, message, run

_ROLES = get_args(Role)
_WORDS = 160
_DELETED_AT = 5
_LIGHT = (
    message.c.id, message.c.parent_id, message.c.role, message.c.kind, message.c.hidden,
    message.c.deleted_at, message.c.deleted_with, message.c.pinned_at, message.c.label,
    message.c.created_at, message.c.run_id, message.c.edited_from, message.c.copied_from,
    message.c.author, run.c.model, run.c.status,
)  # fmt: skip
_HEAVY = (message.c.text, message.c.reasoning, message.c.attachments)


def load_tree(
    connection: Connection, conversation_id: int, *, with_texts: bool = True
) -> ConversationTree:
    """All messages of a conversation, deleted and hidden ones among them.

    Raises:
        UsageError: there is no such conversation.
    """
    head = connection.execute(
        select(conversation).where(conversation.c.id == conversation_id)
    ).one_or_none()
    if head is None:
        raise UsageError(f"There is no conversation {conversation_id}.")
    columns: tuple[Any, ...] = (*_LIGHT, *_HEAVY) if with_texts else _LIGHT
    rows = connection.execute(
        select(*columns)
        .outerjoin(run, run.c.id == message.c.run_id)
        .where(message.c.conversation_id == conversation_id)
        .order_by(message.c.id)
    ).all()
    path = path_to({row[0]: row[1] for row in rows}, head.leaf_id)
    versions: dict[int | None, list[int]] = {}
    for row in rows:
        if row[_DELETED_AT] is None:
            versions.setdefault(row[1], []).append(row[0])
    siblings = {parent: tuple(ids) for parent, ids in versions.items()}
    return ConversationTree(
        conversation_id=conversation_id,
        title=head.title,
        leaf_id=head.leaf_id,
        is_deleted=head.deleted_at is not None,
        forked_from=head.forked_from,
        nodes=tuple(_node(row, siblings.get(row[1], ()), row[0] in path) for row in rows),
    )


def load_beginnings(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """The first words of messages; a running answer has none."""
    found: dict[int, str] = {}
    for part in chunks(ids):
        rows = connection.execute(
            select(message.c.id, func.substr(message.c.text, 1, _WORDS).label("words")).where(
                message.c.id.in_(part)
            )
        )
        found.update({row.id: " ".join((row.words or "").split()) for row in rows})
    return found


def _node(row: Any, siblings: tuple[int, ...], is_on_path: bool) -> TreeNode:
    """A node of a row: by place, as there may be thousands."""
    (
        message_id, parent_id, role, kind, hidden, deleted_at, deleted_with, pinned_at, label,
        created_at, run_id, edited_from, copied_from, author, model, status, *texts,
    ) = row  # fmt: skip
    text, reasoning, attachments = texts or ("", None, None)
    return TreeNode(
        message_id=message_id,
        parent_id=parent_id,
        role=role if role in _ROLES else "user",
        kind=kind or "",
        hidden=bool(hidden),
        deleted=deleted_at is not None,
        deleted_with=deleted_with,
        pinned=pinned_at is not None,
        label=label or "",
        created_at=created_at or 0.0,
        run_id=run_id,
        run_status=status,
        model=model or author or "",
        sibling_ids=siblings,
        is_shown=is_on_path and deleted_at is None and not hidden,
        edited_from=edited_from,
        copied_from=copied_from,
        text=text or "",
        reasoning=reasoning,
        attachments=read_attachments(attachments),
    )


def read_attachments(stored: str | None) -> tuple[dict[str, Any], ...]:
    """What belongs to a message, as it is stored; damaged entries are left out."""
    if not stored or stored == "[]":
        return ()
    read = codec.from_json(stored, [])
    return tuple(each for each in read if isinstance(each, dict))
