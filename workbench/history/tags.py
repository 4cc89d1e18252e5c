"""Tags, folders and pins of runs and conversations: the statements."""

from __future__ import annotations

import time
from collections.abc import Iterable

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from workbench.domain.text import replace_surrogates
from workbench.domain.views import Labels, TaggedKind
from workbench.history.tables import conversation, evaluation_cell, tag, token_data

PINNED = "pinned"
"""The tag of runs that are pinned; conversations have a column for it."""
_MOST_CHARACTERS = 60


def names(connection: Connection) -> tuple[str, ...]:
    """All tags that something has, by name."""
    found = connection.execute(
        select(tag.c.name).where(tag.c.name != PINNED).distinct().order_by(func.lower(tag.c.name))
    )
    return tuple(found.scalars())


def folders(connection: Connection) -> tuple[str, ...]:
    """All folders that conversations are in, by name."""
    found = connection.execute(
        select(conversation.c.folder)
        .where(conversation.c.folder != "", conversation.c.deleted_at.is_(None))
        .distinct()
        .order_by(conversation.c.folder)
    )
    return tuple(found.scalars())


def has_doubt(connection: Connection) -> bool:
    """Whether it is known of any run how unsure it was."""
    query = select(token_data.c.id).where(token_data.c.doubt.is_not(None)).limit(1)
    return connection.execute(query).first() is not None


def has_score(connection: Connection) -> bool:
    """Whether any run has a score of an evaluation."""
    query = select(evaluation_cell.c.id).where(
        evaluation_cell.c.score.is_not(None), evaluation_cell.c.run_id.is_not(None)
    )
    return connection.execute(query.limit(1)).first() is not None


def load(connection: Connection, kind: TaggedKind, item_id: int) -> Labels:
    """Tags, folder and pin of a run or a conversation."""
    found = connection.execute(
        select(tag.c.name).where(tag.c.kind == kind, tag.c.item_id == item_id).order_by(tag.c.id)
    )
    tags = list(found.scalars())
    if kind == "run":
        return Labels(tuple(each for each in tags if each != PINNED), pinned=PINNED in tags)
    row = connection.execute(
        select(conversation.c.folder, conversation.c.pinned_at).where(conversation.c.id == item_id)
    ).one_or_none()
    folder, pinned = (row.folder, row.pinned_at is not None) if row else ("", False)
    return Labels(tuple(tags), folder, pinned=pinned)


def keep(connection: Connection, kind: TaggedKind, item_id: int, labels: Labels) -> None:
    """Give a run or a conversation these tags, and a conversation this folder and pin."""
    tags = list(_clean(labels.tags))
    if kind == "run":
        tags += [PINNED] * labels.pinned
    else:
        parts = (part.strip() for part in replace_surrogates(labels.folder).split("/"))
        before = load(connection, kind, item_id)
        values: dict[str, object] = {"folder": "/".join(part for part in parts if part)}
        if labels.pinned != before.pinned:
            values["pinned_at"] = time.time() if labels.pinned else None
        connection.execute(
            update(conversation).where(conversation.c.id == item_id).values(**values)
        )
    kept = {each.casefold() for each in tags}
    rows = connection.execute(
        select(tag.c.id, tag.c.name).where(tag.c.kind == kind, tag.c.item_id == item_id)
    ).all()
    gone = [row.id for row in rows if row.name.casefold() not in kept]
    if gone:
        connection.execute(delete(tag).where(tag.c.id.in_(gone)))
    known = {row.name.casefold() for row in rows}
    for name in tags:
        if name.casefold() not in known:
            row = {"kind": kind, "item_id": item_id, "name": name}
            connection.execute(insert(tag).values(**row).on_conflict_do_nothing())


def _clean(tags: Iterable[str]) -> Iterable[str]:
    """Each tag once, in one line."""
    seen: set[str] = set()
    for each in tags:
        name = " ".join(replace_surrogates(each).split())[:_MOST_CHARACTERS]
        if name and name != PINNED and name.casefold() not in seen:
            seen.add(name.casefold())
            yield name
