"""Versions, insertions and copies of messages, and forks.

A copy has the text and the run of its message; what the run has written is stored once.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update

from workbench.domain.chat_tree import TreeChange
from workbench.domain.errors import UsageError
from workbench.domain.text import Role, replace_surrogates
from workbench.history import codec
from workbench.history.chats.branches.parents import (
    below,
    chunks,
    conversation_of,
    load_skeleton,
    path_to,
)
from workbench.history.chats.branches.showing import end_through, show_end, shown_leaf
from workbench.history.chats.conversations import insert_conversation, update_conversation
from workbench.history.tables import conversation, message, run

_COPIED = (
    "role", "text", "run_id", "created_at", "thought_tokens", "system", "reasoning", "kind",
    "hidden", "author", "attachments",
)  # fmt: skip
"""Columns that a copy has of its message: not its label, its pin and where it was left."""


def add_version(
    connection: Connection,
    message_id: int,
    text: str,
    attachments: Sequence[dict[str, Any]] | None = None,
) -> TreeChange:
    """Another version of a message, which is shown; the model that wrote it stays named.

    It has the same attachments, or these in their place.

    What follows a summary on the shown branch goes on after its other version, as copies.

    Raises:
        UsageError: there is no such message.
    """
    conversation_id = conversation_of(connection, message_id)
    before = shown_leaf(connection, conversation_id)
    row = _rows(connection, [message_id])[message_id]
    values = _copied(row) | {
        "text": replace_surrogates(text),
        "run_id": None,
        "created_at": time.time(),
        "thought_tokens": None,
        "edited_from": message_id,
        "conversation_id": conversation_id,
        "parent_id": row.parent_id,
    }
    if attachments is not None:
        values["attachments"] = codec.to_json(attachments)
    ids = [_insert(connection, values)]
    if row.kind == "summary":
        skeleton = load_skeleton(connection, conversation_id)
        path = path_to(skeleton.parents, before)
        rest = sorted(each for each in path & skeleton.living if each > message_id)
        if message_id in path:
            ids += copy_messages(connection, rest, conversation_id, {}, under=ids[0]).values()
    return added(connection, conversation_id, before, ids)


def add_message_to(
    connection: Connection,
    conversation_id: int,
    parent_id: int | None,
    role: Role,
    text: str,
    system: str | None = None,
    attachments: Sequence[dict[str, Any]] = (),
) -> TreeChange:
    """A message that nothing answers yet.

    Raises:
        UsageError: there is no such conversation.
    """
    before = shown_leaf(connection, conversation_id)
    values = _written(conversation_id, parent_id, role, text)
    values |= {"system": system, "attachments": codec.to_json(attachments)}
    return added(connection, conversation_id, before, [_insert(connection, values)])


def insert_next_to(
    connection: Connection,
    message_id: int,
    role: Role,
    text: str,
    *,
    after: bool,
    attachments: Sequence[dict[str, Any]] = (),
) -> TreeChange:
    """Say something before or after a message: a new branch, on which the rest follows as copies.

    What follows is that of the shown branch, else of the branch that was last shown there.

    Raises:
        UsageError: there is no such message.
    """
    conversation_id = conversation_of(connection, message_id)
    before = shown_leaf(connection, conversation_id)
    skeleton = load_skeleton(connection, conversation_id)
    path = path_to(skeleton.parents, before)
    if message_id not in path:
        path = path_to(skeleton.parents, end_through(connection, skeleton, message_id))
    rest = [each for each in sorted(path & skeleton.living) if each >= message_id + int(after)]
    parent = message_id if after else skeleton.parents[message_id]
    values = _written(conversation_id, parent, role, text)
    values["attachments"] = codec.to_json(attachments)
    if parent is None:  # the system prompt counts from the first message on
        values["system"] = _rows(connection, [message_id])[message_id].system
    first = _insert(connection, values)
    copies = copy_messages(connection, rest, conversation_id, {}, under=first)
    return added(connection, conversation_id, before, [first, *copies.values()])


def copy_under(
    connection: Connection,
    message_id: int,
    conversation_id: int,
    parent_id: int | None,
    *,
    with_rest: bool,
) -> TreeChange:
    """Copy a message, or the whole branch from it on, under a message of any conversation.

    The system prompt stays that of the place.

    Raises:
        UsageError: there is no such message, or the place is in another conversation.
    """
    before = shown_leaf(connection, conversation_id)
    if parent_id is not None and conversation_of(connection, parent_id) != conversation_id:
        raise UsageError("This message does not belong to the conversation.")
    skeleton = load_skeleton(connection, conversation_of(connection, message_id))
    chosen = [message_id]
    end = message_id
    if with_rest:
        chosen = sorted(below(skeleton.parents, message_id) & skeleton.living)
        end = end_through(connection, skeleton, message_id)
    changes: dict[str, Any] = {} if parent_id is None else {"system": None}
    copies = copy_messages(connection, chosen, conversation_id, changes, under=parent_id)
    return added(
        connection, conversation_id, before, list(copies.values()), copies.get(end, 0) or None
    )


def fork(connection: Connection, message_id: int, title: str, *, whole: bool) -> int:
    """A new conversation that has come as far as a message; returns its id.

    Args:
        connection: the caller's transaction.
        message_id: the message.
        title: of the new conversation.
        whole: with every branch of the conversation, at the place that is shown.

    Raises:
        UsageError: there is no such message.
    """
    old = conversation_of(connection, message_id)
    skeleton = load_skeleton(connection, old)
    path = path_to(skeleton.parents, message_id)
    chosen, end = path & skeleton.living, message_id
    if whole:
        chosen, leaf = set(skeleton.living), shown_leaf(connection, old)
        on_shown = leaf is not None and message_id in path_to(skeleton.parents, leaf)
        end = leaf if on_shown and leaf else end_through(connection, skeleton, message_id)
    new = insert_conversation(connection, title).conversation_id
    kept = connection.execute(
        select(conversation.c.options, conversation.c.folder).where(conversation.c.id == old)
    ).one()
    copies = copy_messages(connection, sorted(chosen), new, {}, under=None)
    update_conversation(
        connection,
        new,
        options=kept.options,
        folder=kept.folder,
        forked_from=message_id,
        leaf_id=copies.get(end, max(copies.values(), default=0)) or None,
    )
    return new


def set_label(connection: Connection, message_id: int, label: str) -> None:
    """Name a message, or the branch from it on; "" takes the name away."""
    conversation_of(connection, message_id)
    _update(connection, message_id, label=" ".join(replace_surrogates(label).split()))


def set_pinned(connection: Connection, message_id: int, *, pinned: bool = True) -> None:
    """Pin a message, or take the pin away."""
    conversation_of(connection, message_id)
    _update(connection, message_id, pinned_at=time.time() if pinned else None)


def _update(connection: Connection, message_id: int, **values: Any) -> None:
    connection.execute(update(message).where(message.c.id == message_id).values(**values))


def _written(conversation_id: int, parent_id: int | None, role: Role, text: str) -> dict[str, Any]:
    return {
        "conversation_id": conversation_id,
        "parent_id": parent_id,
        "role": role,
        "text": replace_surrogates(text),
        "created_at": time.time(),
    }


def _insert(connection: Connection, values: Mapping[str, Any]) -> int:
    new_id: int = connection.execute(
        insert(message).returning(message.c.id), dict(values)
    ).scalar_one()
    return new_id


def added(
    connection: Connection,
    conversation_id: int,
    before: int | None,
    ids: list[int],
    end: int | None = None,
) -> TreeChange:
    """Show messages that were added; the first of them has the others below it."""
    skeleton = load_skeleton(connection, conversation_id)
    after = show_end(connection, conversation_id, skeleton, end or ids[-1])
    update_conversation(connection, conversation_id, updated_at=time.time())
    return TreeChange(
        kind="add",
        conversation_id=conversation_id,
        message_id=ids[0],
        before=before,
        after=after,
        count=len(ids),
        newest=max(ids),
    )


def copy_messages(
    connection: Connection,
    ids: Iterable[int],
    conversation_id: int,
    changes: Mapping[str, Any],
    *,
    under: int | None,
) -> dict[int, int]:
    """Copies of messages, oldest first; those whose parent is not copied come under ``under``."""
    wanted = list(ids)
    rows = _rows(connection, wanted)
    made: dict[int, int] = {}
    parents = _living_parents(connection, wanted)
    for each in wanted:
        row = rows[each]
        parent = parents[each]
        values = {
            **_copied(row),
            **changes,
            "copied_from": each,
            "conversation_id": conversation_id,
            "parent_id": under if parent is None else made[parent],
        }
        made[each] = _insert(connection, values)
    for each, copy in made.items():
        last = rows[each].last_leaf_id
        if last in made:
            _update(connection, copy, last_leaf_id=made[last])
    return made


def _living_parents(connection: Connection, ids: list[int]) -> dict[int, int | None]:
    """The nearest of ``ids`` above each of them: what is between is deleted and not copied."""
    if not ids:
        return {}
    parents = load_skeleton(connection, conversation_of(connection, ids[0])).parents
    wanted = set(ids)
    found: dict[int, int | None] = {}
    for each in ids:
        parent = parents.get(each)
        while parent is not None and parent not in wanted and parent < each:
            above = parents.get(parent)
            parent = above if above is not None and above < parent else None
        found[each] = parent if parent in wanted else None
    return found


def _rows(connection: Connection, ids: list[int]) -> dict[int, Any]:
    """Messages with all that a copy needs; an answer's model where it has no author."""
    found = {}
    for part in chunks(ids):
        statement = (
            select(message, run.c.model)
            .outerjoin(run, run.c.id == message.c.run_id)
            .where(message.c.id.in_(part))
        )
        found.update({row.id: row for row in connection.execute(statement)})
    return found


def _copied(row: Any) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in _COPIED}
    values["author"] = row.author or row.model or ""
    return values
