"""Messages of conversations, a tree of versions and branches: the statements."""

from __future__ import annotations

import collections
import time
from collections.abc import Callable, Sequence
from typing import Any, get_args

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy import text as sql

from workbench.domain.chat import UNBEGUN, Turn
from workbench.domain.errors import UsageError
from workbench.domain.runs.run_state import RunState, fold_all
from workbench.domain.text import Role, replace_surrogates
from workbench.domain.views import ChatMessage
from workbench.history import codec
from workbench.history.chats.branches.outline import read_attachments
from workbench.history.chats.branches.parents import (
    follower_counts,
    load_parents,
    load_skeleton,
    path_to,
)
from workbench.history.chats.branches.rows import among, read_many
from workbench.history.chats.branches.showing import note_left, set_leaf, shown_leaf
from workbench.history.chats.conversations import (
    insert_conversation,
    set_options,
    update_conversation,
)
from workbench.history.runs import runs
from workbench.history.runs.run_end import partial_output
from workbench.history.tables import chat_draft, conversation, message, run

_ROLES = get_args(Role)
_HIDDEN_MOST = 200
"""Hidden messages that may be among the last ones."""
_UPWARDS = sql(
    "WITH RECURSIVE up(id, parent_id, deleted_at, hidden, height) AS ("
    "SELECT id, parent_id, deleted_at, hidden, 1 FROM message WHERE id = :leaf UNION ALL "
    "SELECT m.id, m.parent_id, m.deleted_at, m.hidden, height + 1 FROM up "
    "JOIN message m ON m.id = up.parent_id WHERE height < :most) "
    "SELECT id, deleted_at, hidden FROM up"
).columns(message.c.id, message.c.deleted_at, message.c.hidden)
"""From the end of a branch up; ``most`` ends it also where damage has made a ring."""

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
    edited_from: int | None = None,
    attachments: Sequence[dict[str, Any]] = (),
    created_at: float | None = None,
) -> int:
    """A new message, which becomes the end of the shown branch; returns its id.

    The answer of a run that has ended already takes the run's output.

    Raises:
        UsageError: there is no such conversation.
    """
    now = created_at or time.time()
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
        "edited_from": edited_from,
        "attachments": codec.to_json(attachments),
    }
    shown = shown_leaf(connection, conversation_id)
    if shown not in (None, parent_id):
        parents = load_parents(connection, conversation_id)
        note_left(connection, parents, shown, path_to(parents, parent_id))
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
    skeleton = load_skeleton(connection, conversation_id)
    parents, seen = skeleton.parents, skeleton.seen
    path = sorted(path_to(parents, leaf) & seen)
    rows = {
        row[0]: row for row in read_many(connection, _messages().where(among(message.c.id, path)))
    }
    places = {parents[each] for each in path}
    siblings: dict[int | None, list[int]] = {}
    for each, parent in parents.items():
        if parent in places and each in seen:
            siblings.setdefault(parent, []).append(each)
    versions = collections.Counter(parents.values())
    counts = follower_counts(parents, seen)
    branch = []
    for each in path:
        row, parent = rows[each], parents[each]
        others = tuple(siblings[parent])
        if versions[parent] == 1:
            branch.append(_message(connection, row, others, state_of))
            continue
        made = _message(
            connection,
            row,
            others,
            state_of,
            is_continued=_goes_on(connection, row),
            elsewhere=sum(counts[other] - 1 for other in others if other != each),
        )
        branch.append(made)
    return tuple(branch)


def load_end(
    connection: Connection, conversation_id: int, state_of: StateOf, most: int
) -> tuple[ChatMessage, ...]:
    """The last messages of the shown branch, in a time that does not grow with the conversation.

    ``elsewhere`` is 0, since it takes the whole tree. Empty where the
    branch has no more than ``most`` messages.
    """
    leaf = connection.execute(
        select(conversation.c.leaf_id).where(conversation.c.id == conversation_id)
    ).scalar_one_or_none()
    found = connection.execute(_UPWARDS, {"leaf": leaf, "most": most + _HIDDEN_MOST}).all()
    path = sorted({each.id for each in found if each.deleted_at is None and not each.hidden})
    path = path[-most:]
    if len(found) <= most or not path:
        return ()
    rows = {row[0]: row for row in connection.execute(_messages().where(message.c.id.in_(path)))}
    branch = []
    for each in path:
        others = _versions(connection, rows[each])
        is_continued = len(others) > 1 and _goes_on(connection, rows[each])
        branch.append(_message(connection, rows[each], others, state_of, is_continued=is_continued))
    return tuple(branch)


def _goes_on(connection: Connection, row: Any) -> bool:
    """Whether the run of an answer was given how it begins."""
    role, run_id = row[3], row[6]
    return role == "assistant" and run_id is not None and runs.goes_on(connection, run_id)


def load_message(connection: Connection, message_id: int) -> ChatMessage:
    """One message with the ids of its versions."""

    def stored_state(connection: Connection, run_id: int) -> RunState:
        return fold_all(runs.load_events(connection, run_id))

    row = connection.execute(_messages().where(message.c.id == message_id)).one()
    return _message(connection, row, _versions(connection, row), stored_state)


def insert_turn(
    connection: Connection, turn: Turn, owner: tuple[int, float]
) -> tuple[ChatMessage, ...]:
    """A question, the runs that answer it and their empty messages, all or nothing.

    The draft that the question was goes with them. Answers that were asked for together have the
    same time; the first of them is shown. ``owner`` as for ``runs.insert_run``.
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
            edited_from=turn.edited_from,
            attachments=turn.attachments,
        )
        system = None
    now = time.time()
    answers: list[int] = []
    for spec in (turn.spec, *turn.others):
        run_id = runs.insert_run(connection, spec, turn.run_title, {}, owner)
        answer_id = insert_message(
            connection,
            conversation_id=conversation_id,
            parent_id=parent_id,
            role="assistant",
            text="",
            run_id=run_id,
            system=system,
            created_at=now,
        )
        answers.append(answer_id)
    if turn.others:
        set_leaf(connection, conversation_id, answers[0])
    set_options(connection, conversation_id, turn.options)
    if turn.text is not None and not turn.keeps_draft:
        connection.execute(delete(chat_draft).where(chat_draft.c.conversation_id == drafted))
    return tuple(load_message(connection, each) for each in answers)


def load_versions(
    connection: Connection, message_id: int, state_of: StateOf
) -> tuple[ChatMessage, ...]:
    """All versions in the place of a message, oldest first.

    Raises:
        UsageError: there is no such message.
    """
    row = connection.execute(_messages().where(message.c.id == message_id)).one_or_none()
    if row is None:
        raise UsageError(f"There is no message {message_id}.")
    ids = _versions(connection, row)
    rows = connection.execute(_messages().where(message.c.id.in_(ids)).order_by(message.c.id))
    return tuple(_message(connection, each, ids, state_of) for each in rows)


def running_answers(connection: Connection, conversation_id: int) -> tuple[int, ...]:
    """The runs that are answering in a conversation, on whichever branch."""
    found = connection.execute(
        select(run.c.id)
        .join(message, message.c.run_id == run.c.id)
        .where(message.c.conversation_id == conversation_id, run.c.status == "running")
        .order_by(run.c.id)
    )
    return tuple(found.scalars())


_COLUMNS: tuple[Any, ...] = (
    message.c.id, message.c.conversation_id, message.c.parent_id, message.c.role,
    message.c.text, message.c.created_at, message.c.run_id, message.c.system,
    message.c.thought_tokens, message.c.reasoning, message.c.kind, message.c.hidden,
    message.c.author, message.c.label, message.c.pinned_at, message.c.attachments,
    message.c.edited_from, message.c.copied_from,
    run.c.status, run.c.model, run.c.strategy, run.c.completion_tokens, run.c.seconds,
    run.c.finish_reason,
)  # fmt: skip


def _messages() -> Any:
    return select(*_COLUMNS).outerjoin(run, run.c.id == message.c.run_id)


def _message(
    connection: Connection,
    row: Any,
    siblings: tuple[int, ...],
    state_of: StateOf,
    *,
    is_continued: bool = False,
    elsewhere: int = 0,
) -> ChatMessage:
    """A message of a row: by place, as there may be thousands."""
    (
        message_id, conversation_id, parent_id, role, text, created_at, run_id, system,
        thought_tokens, reasoning, kind, hidden, author, label, pinned_at, attachments,
        edited_from, copied_from, status, model, strategy, tokens, seconds, finish_reason,
    ) = row  # fmt: skip
    if role == "assistant" and run_id is not None and status == "running":
        state = state_of(connection, run_id)
        text, tokens, seconds = partial_output(state), state.generated_tokens, state.seconds
    return ChatMessage(
        message_id=message_id,
        conversation_id=conversation_id,
        parent_id=parent_id,
        role=role if role in _ROLES else "user",
        text=text,
        created_at=created_at,
        run_id=run_id,
        run_status=status,
        model=model or "",
        strategy=strategy or "",
        completion_tokens=tokens or 0,
        seconds=seconds or 0.0,
        finish_reason=finish_reason or "",
        sibling_ids=siblings,
        system=system,
        thought_tokens=thought_tokens,
        is_continued=is_continued,
        elsewhere=elsewhere,
        reasoning=reasoning,
        kind=kind or "",
        hidden=bool(hidden),
        author=author or "",
        label=label or "",
        pinned=pinned_at is not None,
        attachments=read_attachments(attachments),
        edited_from=edited_from,
        copied_from=copied_from,
    )
