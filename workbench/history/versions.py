"""Versions of prompts: the statements, inside the caller's transaction.

A prompt is followed through its places: the text at a path belongs to the prompt that was last
put there, unless that has moved on since. A version is a text of one prompt; a text that comes
again is the version that it was.
"""

from __future__ import annotations

import hashlib
import os
import time
from typing import Any, get_args

from sqlalchemy import Connection, exists, func, literal, select, update
from sqlalchemy import text as sql
from sqlalchemy.dialects.sqlite import insert

from workbench.domain.errors import StoreError, UsageError
from workbench.domain.prompts.versions import PromptVersion, VersionOrigin, VersionText
from workbench.domain.text import replace_surrogates
from workbench.history.tables import prompt_place, run, template_text, template_version

_ORIGINS = get_args(VersionOrigin)
_VERSIONLESS = sql(
    """
    SELECT id, started_at, json_extract(spec, '$.prompt.path'),
           json_extract(spec, '$.prompt.source')
    FROM run WHERE template_id IS NULL AND json_valid(spec)
    AND json_extract(spec, '$.prompt.type') = 'template' ORDER BY id
    """
)


def record(
    connection: Connection, path: str, text: str, origin: VersionOrigin, at: float | None = None
) -> int:
    """The row id of a prompt's version with this text, made where it is new (``at``, else now).

    A text that is written to its file again after others were is marked as restored.
    """
    prompt_id = prompt_at(connection, path) or _put(connection, None, path)
    text_id = _text_id(connection, replace_surrogates(text))
    table = template_version.c
    known = connection.execute(
        select(table.id, table.origin, table.number).where(
            table.prompt_id == prompt_id, table.text_id == text_id
        )
    ).first()
    last = connection.execute(
        select(func.max(table.number)).where(table.prompt_id == prompt_id)
    ).scalar()
    if known is None:
        row = {
            "prompt_id": prompt_id,
            "number": (last or 0) + 1,
            "text_id": text_id,
            "created_at": time.time() if at is None else at,
            "origin": origin,
        }
        inserted: int = connection.execute(
            insert(template_version).returning(table.id), row
        ).scalar_one()
        return inserted
    version_id: int = known.id
    if origin == "saved":
        changed: dict[str, Any] = {"origin": "saved"} if known.origin == "run" else {}
        if known.number < (last or 0):
            changed["restored_at"] = time.time()
        if changed:
            _update(connection, version_id, **changed)
    return version_id


def record_all(connection: Connection, path: str, *texts: tuple[str, VersionOrigin]) -> None:
    """Record texts of one prompt in their order; a known text is not recorded again."""
    for text, origin in texts:
        record(connection, path, text, origin)


def remake(connection: Connection) -> None:
    """Make the versions of runs that have lost theirs, from what the runs were made of."""
    for run_id, started_at, path, source in connection.execute(_VERSIONLESS).all():
        version_id = record(connection, path, source, "run", started_at)
        connection.execute(update(run).where(run.c.id == run_id).values(template_id=version_id))


def move(connection: Connection, old: str, new: str) -> None:
    """Record that a prompt, or a folder of prompts, was moved from ``old`` to ``new``."""
    old, new = _place(old), _place(new)
    if old == new or not old:
        return
    below = old + os.sep
    inside = connection.execute(
        select(prompt_place.c.path)
        .where(prompt_place.c.path > below, prompt_place.c.path < old + chr(ord(os.sep) + 1))
        .distinct()
    ).scalars()
    moved = [(old, new), *((path, new + path.removeprefix(old)) for path in inside)]
    for path, target in moved:
        prompt_id = prompt_at(connection, path)
        if prompt_id is not None:
            _put(connection, prompt_id, target)


def copy(connection: Connection, old: str, new: str) -> None:
    """A prompt that is new at ``new`` begins with the versions of the one at ``old``."""
    source = prompt_at(connection, old)
    if source is None or prompt_at(connection, new) is not None:
        return
    target = _put(connection, None, new)
    columns = [each for each in template_version.c if each.name not in {"id", "prompt_id"}]
    chosen = select(literal(target), *columns).where(template_version.c.prompt_id == source)
    names = ["prompt_id", *(each.name for each in columns)]
    connection.execute(insert(template_version).from_select(names, chosen))


def load(connection: Connection, path: str) -> tuple[PromptVersion, ...]:
    """The versions of the prompt at a path, newest first; runs that are deleted do not count."""
    prompt_id = prompt_at(connection, path)
    table = template_version.c
    used = (run.c.template_id == table.id) & run.c.deleted_at.is_(None)
    count = select(func.count()).where(used).scalar_subquery()
    newest = select(func.max(run.c.id)).where(used).scalar_subquery()
    last = run.alias()
    rows = connection.execute(
        select(
            template_version,
            template_text.c.sha256,
            count.label("runs"),
            last.c.id.label("last_run_id"),
            last.c.started_at.label("last_run_at"),
        )
        .join(template_text, template_text.c.id == table.text_id)
        .outerjoin(last, last.c.id == newest)
        .where(table.prompt_id == prompt_id)
        .order_by(table.number.desc())
    )
    return tuple(_version(row) for row in rows)


def _version(row: Any) -> PromptVersion:
    return PromptVersion(
        version_id=row.id,
        number=row.number,
        sha256=row.sha256,
        created_at=row.created_at,
        restored_at=row.restored_at,
        origin=row.origin if row.origin in _ORIGINS else "run",
        name=row.name,
        note=row.note,
        runs=row.runs,
        last_run_id=row.last_run_id,
        last_run_at=row.last_run_at,
    )


def load_texts(connection: Connection, path: str) -> tuple[VersionText, ...]:
    """The texts of all versions of the prompt at a path, by number."""
    rows = connection.execute(
        select(template_version.c.number, template_text.c.sha256, template_text.c.text)
        .join(template_text, template_text.c.id == template_version.c.text_id)
        .where(template_version.c.prompt_id == prompt_at(connection, path))
        .order_by(template_version.c.number)
    )
    return tuple(VersionText(row.number, row.sha256, row.text) for row in rows)


def load_text(connection: Connection, path: str, number: int) -> str:
    """The text of one version.

    Raises:
        UsageError: the prompt has no such version.
        StoreError: the text is not the one that was stored.
    """
    found = connection.execute(
        select(template_text.c.text, template_text.c.sha256)
        .join(template_version, template_text.c.id == template_version.c.text_id)
        .where(
            template_version.c.prompt_id == prompt_at(connection, path),
            template_version.c.number == number,
        )
    ).first()
    if found is None:
        raise _no_such_version(path, number)
    text: str = found.text
    if _digest(text) != found.sha256:
        raise StoreError(
            f"Version {number} of {path} is damaged in the history file: take another version."
        )
    return text


def number_of(connection: Connection, path: str, text: str) -> int | None:
    """The number of the version with this text; None where the prompt has none."""
    found: int | None = connection.execute(
        select(template_version.c.number)
        .join(template_text, template_text.c.id == template_version.c.text_id)
        .where(
            template_version.c.prompt_id == prompt_at(connection, path),
            template_text.c.sha256 == _digest(replace_surrogates(text)),
        )
    ).scalar_one_or_none()
    return found


def describe(connection: Connection, /, path: str, number: int, **words: str) -> None:
    """Give a version a ``name`` or a ``note``; "" removes it.

    Raises:
        UsageError: the prompt has no such version.
    """
    version_id: int | None = connection.execute(
        select(template_version.c.id).where(
            template_version.c.prompt_id == prompt_at(connection, path),
            template_version.c.number == number,
        )
    ).scalar_one_or_none()
    if version_id is None:
        raise _no_such_version(path, number)
    cleaned = {field: replace_surrogates(text) for field, text in words.items()}
    _update(connection, version_id, **cleaned)


def _no_such_version(path: str, number: int) -> UsageError:
    return UsageError(
        f"{path} has no version {number}: `workbench versions list` shows those there are."
    )


def _update(connection: Connection, version_id: int, **values: Any) -> None:
    connection.execute(
        update(template_version).where(template_version.c.id == version_id).values(**values)
    )


def _place(path: str) -> str:
    """A path as places are kept: however a file was named, it is one prompt."""
    return replace_surrogates(os.path.abspath(path)) if path else ""  # noqa: PTH100 - links stay


def prompt_at(connection: Connection, path: str) -> int | None:
    """The prompt at a path now; None where none was seen there, or it has moved on."""
    later = prompt_place.alias()
    moved_on = exists().where(
        later.c.prompt_id == prompt_place.c.prompt_id, later.c.id > prompt_place.c.id
    )
    found: int | None = connection.execute(
        select(prompt_place.c.prompt_id)
        .where(prompt_place.c.path == _place(path), ~moved_on)
        .order_by(prompt_place.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return found


def _put(connection: Connection, prompt_id: int | None, path: str) -> int:
    """Record a prompt at a path, a new one for None; returns its id."""
    row = {"prompt_id": prompt_id or 0, "path": _place(path), "at": time.time()}
    place_id: int = connection.execute(
        insert(prompt_place).returning(prompt_place.c.id), row
    ).scalar_one()
    if prompt_id is not None:
        return prompt_id
    connection.execute(
        update(prompt_place).where(prompt_place.c.id == place_id).values(prompt_id=place_id)
    )
    return place_id


def _text_id(connection: Connection, text: str) -> int:
    sha256 = _digest(text)
    found = connection.execute(
        select(template_text.c.id, template_text.c.text).where(template_text.c.sha256 == sha256)
    ).first()
    if found is not None:
        if found.text != text:  # damaged since: this is what it was
            connection.execute(
                update(template_text).where(template_text.c.id == found.id).values(text=text)
            )
        known: int = found.id
        return known
    inserted: int = connection.execute(
        insert(template_text).returning(template_text.c.id), {"sha256": sha256, "text": text}
    ).scalar_one()
    return inserted


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
