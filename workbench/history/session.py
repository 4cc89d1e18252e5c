"""Drafts, session state and measured speeds: the statements, inside the caller's transaction."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from workbench.domain.prompts import Draft
from workbench.domain.views import ModelSpeed
from workbench.history import codec
from workbench.history.tables import draft, model_speed, session_state


def save_draft(connection: Connection, value: Draft) -> None:
    """Keep the unsaved text of a file in place of what was kept before."""
    row = {
        "base_sha256": value.base_sha256,
        "saved_at": time.time(),
        "variables": codec.to_json(value.variables),
        "text": codec.clean_text(value.text),
    }
    statement = insert(draft).values(path=codec.clean_text(value.path), **row)
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
    connection.execute(delete(draft).where(draft.c.path == codec.clean_text(path)))


def get_state(connection: Connection, key: str, default: Any) -> Any:
    """The JSON value kept under ``key``."""
    found = connection.execute(
        select(session_state.c.value).where(session_state.c.key == key)
    ).scalar_one_or_none()
    return default if found is None else codec.from_json(found, default)


def set_state(connection: Connection, key: str, value: Any) -> None:
    """Keep a JSON value under ``key``."""
    encoded = codec.to_json(value)
    statement = insert(session_state).values(key=key, value=encoded)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[session_state.c.key], set_={"value": encoded}
        )
    )


def record_speed(
    connection: Connection, model_path: str, threads: int, prompt: float, generation: float
) -> None:
    """Keep how fast a model was, in tokens a second; a zero keeps the figure known before."""
    row = {
        "prompt_per_second": prompt,
        "generation_per_second": generation,
        "measured_at": time.time(),
    }
    model_path = codec.clean_text(model_path)
    changed = {key: value for key, value in row.items() if value > 0}
    statement = insert(model_speed).values(model_path=model_path, threads=threads, **row)
    keys = [model_speed.c.model_path, model_speed.c.threads]
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))


def load_speed(connection: Connection, model_path: str, threads: int | None) -> ModelSpeed | None:
    """The newest speed of a model, with these threads or (None) with any."""
    statement = select(model_speed).where(model_speed.c.model_path == codec.clean_text(model_path))
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
