"""Drafts, session state and measured speeds: the statements, inside the caller's transaction."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from workbench.domain.prompts.prompt import Draft
from workbench.domain.storage import BackupPlan
from workbench.domain.text import replace_surrogates
from workbench.domain.views import ModelSpeed
from workbench.history import codec
from workbench.history.tables import draft, model_speed, session_state

BACKUP_PLAN = "backups"
"""The key of the session's state under which the plan of backups is kept."""


def save_draft(connection: Connection, value: Draft) -> None:
    """Keep the unsaved text of a file in place of what was kept before."""
    row = {
        "base_sha256": value.base_sha256,
        "saved_at": time.time(),
        "variables": codec.to_json(value.variables),
        "text": replace_surrogates(value.text),
    }
    statement = insert(draft).values(path=replace_surrogates(value.path), **row)
    connection.execute(statement.on_conflict_do_update(index_elements=[draft.c.path], set_=row))


def load_drafts(connection: Connection) -> tuple[Draft, ...]:
    """All unsaved texts, last saved first."""
    rows = connection.execute(select(draft).order_by(draft.c.saved_at.desc()))
    return tuple(
        Draft(
            path=row.path,
            text=row.text,
            base_sha256=row.base_sha256,
            variables=codec.from_json(row.variables, {}),
        )
        for row in rows
    )


def discard_draft(connection: Connection, path: str) -> None:
    """Forget the unsaved text of a file."""
    connection.execute(delete(draft).where(draft.c.path == replace_surrogates(path)))


def get_state(connection: Connection, key: str, default: Any = None) -> Any:
    """The JSON value kept under ``key`` between sessions, or ``default``."""
    found = connection.execute(
        select(session_state.c.value).where(session_state.c.key == key)
    ).scalar_one_or_none()
    return default if found is None else codec.from_json(found, default)


def set_state(connection: Connection, key: str, value: Any) -> None:
    """Keep a JSON value under ``key`` between sessions."""
    _put_state(connection, key, codec.to_json(value))


def backup_plan(connection: Connection) -> BackupPlan:
    """How the history is backed up, as the user chose; as the program does by itself else."""
    try:
        return msgspec.convert(get_state(connection, BACKUP_PLAN, {}), BackupPlan)
    except msgspec.ValidationError:
        return BackupPlan()


def _put_state(connection: Connection, key: str, encoded: Any) -> None:
    statement = insert(session_state).values(key=key, value=encoded)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[session_state.c.key], set_={"value": encoded}
        )
    )


def move_states(connection: Connection, kinds: Sequence[str], old: str, new: str) -> None:
    """Have what is kept of a file, or of all files in a folder, be kept under its new path.

    Args:
        connection: in a transaction.
        kinds: the prefixes of the path in the keys.
        old: the path of the file or folder before.
        new: its path now.
    """
    key = session_state.c.key
    for kind in kinds:
        before = kind + old
        inside = before + os.sep
        is_inside = func.substr(key, 1, len(inside)) == inside
        for row in connection.execute(select(session_state).where((key == before) | is_inside)):
            connection.execute(delete(session_state).where(key == row.key))
            _put_state(connection, kind + new + row.key[len(before) :], row.value)


def record_speed(
    connection: Connection, model_path: str, *, generation: float, prompt: float, threads: int = 0
) -> None:
    """Keep how fast a model was, in tokens a second; a zero keeps the figure known before."""
    row = {
        "prompt_per_second": prompt,
        "generation_per_second": generation,
        "measured_at": time.time(),
    }
    model_path = replace_surrogates(model_path)
    changed = {key: value for key, value in row.items() if value > 0}
    statement = insert(model_speed).values(model_path=model_path, threads=threads, **row)
    keys = [model_speed.c.model_path, model_speed.c.threads]
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))


def load_speed(
    connection: Connection, model_path: str, threads: int | None = None
) -> ModelSpeed | None:
    """The newest speed of a model, with ``threads`` or with any; None if never measured."""
    statement = select(model_speed).where(
        model_speed.c.model_path == replace_surrogates(model_path)
    )
    if threads is not None:
        statement = statement.where(model_speed.c.threads == threads)
    row = connection.execute(statement.order_by(model_speed.c.measured_at.desc())).first()
    if row is None:
        return None
    return ModelSpeed(prompt=row.prompt_per_second, generation=row.generation_per_second)


def load_speeds(connection: Connection) -> dict[str, ModelSpeed]:
    """The newest speed of every model that was measured, by its path."""
    rows = connection.execute(select(model_speed).order_by(model_speed.c.measured_at))
    return {
        row.model_path: ModelSpeed(
            prompt=row.prompt_per_second, generation=row.generation_per_second
        )
        for row in rows
    }
