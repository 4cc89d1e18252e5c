"""Messages of conversations, a tree of versions and branches: the statements."""

from __future__ import annotations

import collections
import time
from collections.abc import Callable
from typing import Any, get_args

from sqlalchemy import Connection, delete, insert, select, update

from workbench.domain.chat import UNBEGUN, Turn
from workbench.domain.errors import StoreError, UsageError
from workbench.domain.runs.run_state import RunState, fold_all
from workbench.domain.runs.spec import ChatPrompt
from workbench.domain.text import Role, replace_surrogates
from workbench.domain.views import ChatMessage
from workbench.history import codec, runs
from workbench.history.conversations import (
    insert_conversation,
    set_options,
    update_conversation,
)
from workbench.history.run_end import partial_output
from workbench.history.tables import chat_draft, conversation, message, run

_ROLES = get_args(Role)

StateOf = Callable[[Connection, int], RunState]
"""The present state of a run that has not ended."""


def insert_message(
    connection: Connection,
    *,
    conversation_id: int,
    parent_id: int | None,
    role: Role,
    text: str,
    run_id: int | None = None,
    system: str | None = None,
) -> int:
    """A new message, which becomes the end of the shown branch; returns its id.

    The answer of a run that has ended already takes the run's output.

    Raises:
        UsageError: there is no such conversation.
    """
    now = time.time()
    if run_id is not None and not text:
        text = connection.execute(select(run.c.output).where(run.c.id == run_id)).scalar_one()
    row = {
        "conversation_id": conversation_id,
        "parent_id": parent_id,
        "role": role,
        "text": replace_surrogates(text),
        "run_id": run_id,
        "created_at": now,
        "system": None if system is None else replace_surrogates(system),
    }
    shown = connection.execute(
        select(conversation.c.leaf_id).where(conversation.c.id == conversation_id)
    ).one_or_none()
    if shown is None:
        raise UsageError(f"There is no conversation {conversation_id}.")
    if shown.leaf_id not in (None, parent_id):
        tree = _tree(connection, conversation_id)
        _note_left(connection, tree, shown.leaf_id, _path(tree, parent_id))
    new_id: int = connection.execute(insert(message).returning(message.c.id), row).scalar_one()
    update_conversation(connection, conversation_id, leaf_id=new_id, updated_at=now)
    return new_id


def add_message(
    connection: Connection,
    conversation_id: int,
    parent_id: int | None,
    role: Role,
    text: str,
    run_id: int | None = None,
    system: str | None = None,
) -> ChatMessage:
    """Add a message under ``parent_id`` (None: at the top), as :func:`insert_message`."""
    message_id = insert_message(
        connection,
        conversation_id=conversation_id,
        parent_id=parent_id,
        role=role,
        text=text,
        run_id=run_id,
        system=system,
    )
    return load_message(connection, message_id)


def set_message_deleted(connection: Connection, message_id: int, *, deleted: bool = True) -> None:
    """Leave a message out of its branch, or take it back in; what follows it stays.

    Where nothing follows it, another version of it is shown, else the branch ends before it. What
    is taken back in is shown.
    """
    deleted_at = time.time() if deleted else None
    connection.execute(
        update(message).where(message.c.id == message_id).values(deleted_at=deleted_at)
    )
    row = connection.execute(select(message).where(message.c.id == message_id)).one_or_none()
    if row is None:
        return
    if not deleted:
        set_leaf(connection, row.conversation_id, message_id)
        return
    shown = connection.execute(
        select(conversation.c.leaf_id).where(conversation.c.id == row.conversation_id)
    ).scalar_one()
    if shown != message_id:
        return
    others = _versions(connection, row)
    if others:
        set_leaf(connection, row.conversation_id, others[-1])
    else:
        tree = _tree(connection, row.conversation_id)
        leaf = _living(connection, row.conversation_id, _path(tree, row.parent_id))
        update_conversation(connection, row.conversation_id, leaf_id=leaf)


def _versions(connection: Connection, row: Any) -> tuple[int, ...]:
    """The messages in the place of one that are not deleted, oldest first."""
    found = connection.execute(
        select(message.c.id)
        .where(
            message.c.conversation_id == row.conversation_id,
            message.c.deleted_at.is_(None),
            message.c.hidden == 0,
            message.c.parent_id.is_not_distinct_from(row.parent_id),
        )
        .order_by(message.c.id)
    )
    return tuple(found.scalars())


def _living(connection: Connection, conversation_id: int, path: set[int]) -> int | None:
    """The last message of a branch that is not deleted, None where all of them are."""
    deleted = select(message.c.id).where(
        message.c.conversation_id == conversation_id, message.c.deleted_at.is_not(None)
    )
    return max(path.difference(connection.execute(deleted).scalars()), default=None)


def set_leaf(connection: Connection, conversation_id: int, message_id: int) -> None:
    """Show the branch through a message.

    Its end is where one was when the branch was last shown, else its newest message. Where the
    message is on the shown branch, nothing changes.

    Raises:
        UsageError: the message is not one of the conversation.
    """
    tree = _tree(connection, conversation_id)
    if message_id not in tree:
        raise UsageError("This message does not belong to the conversation.")
    shown: int | None = connection.execute(
        select(conversation.c.leaf_id).where(conversation.c.id == conversation_id)
    ).scalar_one()
    if message_id in _path(tree, shown):
        return
    end = _end_through(connection, tree, message_id)
    leaf = _living(connection, conversation_id, _path(tree, end))
    _note_left(connection, tree, shown, _path(tree, leaf))
    update_conversation(connection, conversation_id, leaf_id=leaf)


def _end_through(connection: Connection, tree: dict[int, int | None], message_id: int) -> int:
    """The end of the branch that was last shown through a message, else the newest below it."""
    last: int | None = connection.execute(
        select(message.c.last_leaf_id).where(message.c.id == message_id)
    ).scalar_one()
    if last is not None and message_id in _path(tree, last):
        return last
    below = {message_id}
    for child, parent in tree.items():  # a message is older than what follows it
        if parent in below:
            below.add(child)
    return max(below)


def _note_left(
    connection: Connection, tree: dict[int, int | None], leaf: int | None, kept: set[int]
) -> None:
    """Keep where the branch to ``leaf`` was left, at its first message that is not in ``kept``."""
    first, at = None, leaf
    while at is not None and at in tree and at not in kept:
        first, at = at, tree[at]
    if first is not None:
        connection.execute(update(message).where(message.c.id == first).values(last_leaf_id=leaf))


def _path(tree: dict[int, int | None], leaf: int | None) -> set[int]:
    """The messages from the first to ``leaf``; damage may have made rings of them."""
    found: set[int] = set()
    while leaf is not None and leaf in tree and leaf not in found:
        found.add(leaf)
        leaf = tree[leaf]
    return found


def _tree(connection: Connection, conversation_id: int) -> dict[int, int | None]:
    """The parent of each message, in order of creation."""
    rows = connection.execute(
        select(message.c.id, message.c.parent_id)
        .where(message.c.conversation_id == conversation_id)
        .order_by(message.c.id)
    )
    return {row.id: row.parent_id for row in rows}


def load_branch(
    connection: Connection, conversation_id: int, state_of: StateOf, leaf_id: int | None = None
) -> tuple[ChatMessage, ...]:
    """The branch that ends in ``leaf_id`` (None: the shown one), first message first.

    ``state_of`` gives what a live run has so far.
    """
    leaf = leaf_id
    if leaf is None:
        leaf = connection.execute(
            select(conversation.c.leaf_id).where(conversation.c.id == conversation_id)
        ).scalar_one_or_none()
    rows = {
        row.id: row
        for row in connection.execute(
            _messages().where(message.c.conversation_id == conversation_id).order_by(message.c.id)
        )
    }
    siblings: dict[int | None, list[int]] = {}
    for row in rows.values():
        if _is_seen(row):
            siblings.setdefault(row.parent_id, []).append(row.id)
    path = _path({row.id: row.parent_id for row in rows.values()}, leaf)
    versions = collections.Counter(row.parent_id for row in rows.values())
    return tuple(
        _message(
            connection,
            rows[each],
            tuple(siblings[rows[each].parent_id]),
            state_of,
            is_continued=versions[rows[each].parent_id] > 1 and _goes_on(connection, rows[each]),
        )
        for each in sorted(path)
        if _is_seen(rows[each])
    )


def _is_seen(row: Any) -> bool:
    """Whether a message is shown and sent."""
    return row.deleted_at is None and not row.hidden


def _goes_on(connection: Connection, row: Any) -> bool:
    """Whether the run of an answer was given how it begins."""
    if row.role != "assistant" or row.run_id is None:
        return False
    try:
        prompt = runs.load_spec(connection, row.run_id).prompt
    except (UsageError, StoreError):
        return False
    return isinstance(prompt, ChatPrompt) and prompt.messages[-1].role == "assistant"


def load_message(connection: Connection, message_id: int) -> ChatMessage:
    """One message with the ids of its versions."""

    def stored_state(connection: Connection, run_id: int) -> RunState:
        return fold_all(runs.load_events(connection, run_id))

    row = connection.execute(_messages().where(message.c.id == message_id)).one()
    return _message(connection, row, _versions(connection, row), stored_state)


def insert_turn(connection: Connection, turn: Turn, owner: tuple[int, float]) -> ChatMessage:
    """A question, the run that answers it and the answer's empty message, all or nothing.

    The draft that the question was goes with them. ``owner`` as for ``runs.insert_run``.
    """
    drafted = turn.conversation_id or UNBEGUN
    conversation_id = turn.conversation_id
    if conversation_id is None:
        conversation_id = insert_conversation(connection, turn.title).conversation_id
    parent_id, system = turn.parent_id, turn.system
    if turn.text is not None:
        parent_id = insert_message(
            connection,
            conversation_id=conversation_id,
            parent_id=parent_id,
            role="user",
            text=turn.text,
            system=system,
        )
        system = None
    run_id = runs.insert_run(connection, turn.spec, turn.run_title, {}, owner)
    answer_id = insert_message(
        connection,
        conversation_id=conversation_id,
        parent_id=parent_id,
        role="assistant",
        text="",
        run_id=run_id,
        system=system,
    )
    set_options(connection, conversation_id, turn.options)
    if turn.text is not None:
        connection.execute(delete(chat_draft).where(chat_draft.c.conversation_id == drafted))
    return load_message(connection, answer_id)


def _messages() -> Any:
    return select(
        message,
        run.c.status,
        run.c.model,
        run.c.strategy,
        run.c.completion_tokens,
        run.c.seconds,
        run.c.finish_reason,
    ).outerjoin(run, run.c.id == message.c.run_id)


def _message(
    connection: Connection,
    row: Any,
    siblings: tuple[int, ...],
    state_of: StateOf,
    *,
    is_continued: bool = False,
) -> ChatMessage:
    text, tokens, seconds = row.text, row.completion_tokens, row.seconds
    if row.role == "assistant" and row.run_id is not None and row.status == "running":
        state = state_of(connection, row.run_id)
        text, tokens, seconds = partial_output(state), state.generated_tokens, state.seconds
    return ChatMessage(
        message_id=row.id,
        conversation_id=row.conversation_id,
        parent_id=row.parent_id,
        role=row.role if row.role in _ROLES else "user",
        text=text,
        created_at=row.created_at,
        run_id=row.run_id,
        run_status=row.status,
        model=row.model or "",
        strategy=row.strategy or "",
        completion_tokens=tokens or 0,
        seconds=seconds or 0.0,
        finish_reason=row.finish_reason or "",
        sibling_ids=siblings,
        system=row.system,
        thought_tokens=row.thought_tokens,
        is_continued=is_continued,
        reasoning=row.reasoning,
        kind=row.kind or "",
        hidden=bool(row.hidden),
        author=row.author or "",
        label=row.label or "",
        pinned=row.pinned_at is not None,
        attachments=tuple(
            each for each in codec.from_json(row.attachments or "[]", []) if isinstance(each, dict)
        ),
        edited_from=row.edited_from,
        copied_from=row.copied_from,
    )
