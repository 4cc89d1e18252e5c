"""Runs and their events: the statements. Each function works inside its caller's transaction."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, func, select, text, update
from sqlalchemy.dialects.sqlite import insert

from workbench.domain.errors import StoreError, UsageError, WorkbenchError
from workbench.domain.events import CallStarted, LoggedEvent, RunStarted
from workbench.domain.spec import ChatPrompt, RunSpec, TemplatePrompt
from workbench.domain.views import RunSummary
from workbench.history import codec, versions
from workbench.history.run_end import RunEnd
from workbench.history.search import match_query
from workbench.history.tables import event, message, prompt_text, run, run_text

_NEWEST = 2**62
_VARIABLES = 500
"""Most values of one IN list; old SQLite libraries take 999 in a statement."""


def insert_run(
    connection: Connection,
    spec: RunSpec,
    title: str,
    manifest: dict[str, Any],
    owner: tuple[int, float],
) -> int:
    """A new row with status running; ``owner`` is the process's id and creation time."""
    spec, encoded = codec.encode_spec(spec)
    run_id: int = connection.execute(
        insert(run).returning(run.c.id),
        {
            "status": "running",
            "strategy": spec.strategy,
            "model": spec.model,
            "title": codec.clean_text(title),
            "group_key": spec.group,
            "started_at": time.time(),
            "owner_pid": owner[0],
            "owner_started": owner[1],
            "template_id": _template_id(connection, spec.prompt),
            "digest": spec.digest(),
            "manifest": codec.to_json(manifest),
            "spec": encoded,
        },
    ).scalar_one()
    connection.execute(
        insert(run_text),
        {"run_id": run_id, "title": codec.searchable(title), "prompt": _chat_question(spec)},
    )
    return run_id


def _template_id(connection: Connection, prompt: TemplatePrompt | ChatPrompt) -> int | None:
    if not isinstance(prompt, TemplatePrompt):
        return None
    return versions.record(connection, prompt.path, prompt.source, "run")


def _chat_question(spec: RunSpec) -> str:
    """What a search finds a chat's run by: its last message, since each holds all before it."""
    if isinstance(spec.prompt, ChatPrompt) and spec.prompt.messages:
        return codec.searchable(spec.prompt.messages[-1].text)
    return ""


def insert_events(connection: Connection, events: Iterable[LoggedEvent]) -> None:
    """Write events; one that is there already (after an unclear commit) is written over."""
    rows = []
    for logged in events:
        payload, messages = codec.encode_event(logged.event)
        prompts = codec.encode_ids([_prompt_id(connection, each) for each in messages])
        rows.append(
            {
                "run_id": logged.run_id,
                "seq": logged.seq,
                "at": logged.at,
                "type": codec.event_type(logged.event),
                "payload": payload,
                "prompts": prompts if messages else None,
            }
        )
        _note_on_run(connection, logged)
    if rows:
        statement = insert(event)
        new = statement.excluded
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[event.c.run_id, event.c.seq],
                set_={column: new[column] for column in ("at", "type", "payload", "prompts")},
            ),
            rows,
        )


def _prompt_id(connection: Connection, payload: bytes) -> int:
    key = codec.digest(payload)
    found: int | None = connection.execute(
        select(prompt_text.c.id).where(prompt_text.c.sha256 == key)
    ).scalar_one_or_none()
    if found is not None:
        return found
    inserted: int = connection.execute(
        insert(prompt_text).returning(prompt_text.c.id), {"sha256": key, "payload": payload}
    ).scalar_one()
    return inserted


def _note_on_run(connection: Connection, logged: LoggedEvent) -> None:
    """Keep on the run what its list, search and repetition need without reading all events."""
    if isinstance(logged.event, RunStarted) and logged.event.manifest:
        connection.execute(
            update(run)
            .where(run.c.id == logged.run_id)
            .values(manifest=codec.to_json(logged.event.manifest))
        )
    elif isinstance(logged.event, CallStarted):
        prompt = "\n\n".join(each.text for each in logged.event.messages)
        connection.execute(
            update(run_text)
            .where(run_text.c.run_id == logged.run_id, run_text.c.prompt == "")
            .values(prompt=codec.searchable(prompt))
        )


def write_batch(
    connection: Connection, events: Sequence[LoggedEvent], ends: Iterable[RunEnd]
) -> None:
    """Write events and then how runs ended."""
    insert_events(connection, events)
    for end in ends:
        store_end(connection, end)


def store_end(connection: Connection, end: RunEnd) -> None:
    """Put a run's end on its row, into the search, and into the message it answers."""
    output = codec.clean_text(end.output)
    connection.execute(
        update(run)
        .where(run.c.id == end.run_id)
        .values(
            # Known since the start, except of a run whose row was lost to damage.
            strategy=func.coalesce(func.nullif(run.c.strategy, ""), end.strategy),
            model=func.coalesce(func.nullif(run.c.model, ""), end.model),
            status=end.status,
            answer=codec.clean_text(end.answer) if end.answer is not None else None,
            output=output,
            finish_reason=end.finish_reason,
            limit_name=end.limit,
            seconds=end.seconds,
            call_count=end.call_count,
            prompt_tokens=end.prompt_tokens,
            evaluated_tokens=end.evaluated_tokens,
            completion_tokens=end.completion_tokens,
            error=codec.to_json(end.error) if end.error else None,
        )
    )
    connection.execute(
        update(run_text)
        .where(run_text.c.run_id == end.run_id)
        .values(output=codec.searchable(end.all_texts))
    )
    connection.execute(
        update(message)
        .where(message.c.run_id == end.run_id, message.c.role == "assistant")
        .values(text=output)
    )


def reopen(connection: Connection, run_id: int, owner: tuple[int, float]) -> None:
    """Mark a run that has ended as running again, by ``owner`` (as in :func:`insert_run`).

    Raises:
        UsageError: there is no such run, or a program is at work on it.
    """
    values = {"status": "running", "owner_pid": owner[0], "owner_started": owner[1]}
    changed = connection.execute(
        update(run).where(run.c.id == run_id, run.c.status != "running").values(values)
    )
    if changed.rowcount:
        return
    load_manifest(connection, run_id)
    raise UsageError(f"Run {run_id} is being worked on: wait until it has ended, or stop it there.")


def load_spec(connection: Connection, run_id: int) -> RunSpec:
    """The spec of a run (UsageError where there is none, StoreError where it is unreadable)."""
    encoded = connection.execute(select(run.c.spec).where(run.c.id == run_id)).scalar_one_or_none()
    if encoded is None:
        raise _no_such_run(run_id)
    try:
        return codec.decode_spec(encoded)
    except msgspec.MsgspecError as error:
        raise StoreError(
            f"What run {run_id} was made from cannot be read any more; its texts can still be "
            "opened, but it cannot be repeated."
        ) from error


def load_manifest(connection: Connection, run_id: int) -> dict[str, Any]:
    """The manifest of a run; UsageError where there is no such run."""
    found = connection.execute(
        select(run.c.manifest).where(run.c.id == run_id)
    ).scalar_one_or_none()
    if found is None:
        raise _no_such_run(run_id)
    manifest: dict[str, Any] = codec.from_json(found, {})
    return manifest


def _no_such_run(run_id: int) -> UsageError:
    return UsageError(f"There is no run {run_id}: `workbench history list` shows those there are.")


def load_events(connection: Connection, run_id: int) -> list[LoggedEvent]:
    """The events of a run, in order, prompts put back."""
    rows = connection.execute(
        select(event.c.seq, event.c.at, event.c.payload, event.c.prompts)
        .where(event.c.run_id == run_id)
        .order_by(event.c.seq)
    ).all()
    prompts = _prompts(connection, [row.prompts for row in rows if row.prompts is not None])
    return [
        LoggedEvent(
            run_id,
            row.seq,
            row.at,
            codec.decode_event(
                row.payload,
                [prompts.get(each, b"") for each in codec.decode_ids(row.prompts)]
                if row.prompts is not None
                else None,
            ),
        )
        for row in rows
    ]


def _prompts(connection: Connection, lists: Iterable[bytes]) -> dict[int, bytes]:
    wanted = sorted({each for packed in lists for each in codec.decode_ids(packed)})
    found: dict[int, bytes] = {}
    for start in range(0, len(wanted), _VARIABLES):
        part = wanted[start : start + _VARIABLES]
        rows = connection.execute(
            select(prompt_text.c.id, prompt_text.c.payload).where(prompt_text.c.id.in_(part))
        )
        found.update((row.id, row.payload) for row in rows)
    return found


_SUMMARY = (
    run.c.id,
    run.c.status,
    run.c.strategy,
    run.c.model,
    run.c.title,
    run.c.answer,
    run.c.started_at,
    run.c.seconds,
    run.c.call_count,
    run.c.completion_tokens,
    run.c.group_key,
    run.c.error,
)


def list_runs(
    connection: Connection,
    *,
    before_id: int | None,
    limit: int,
    typed: str,
    strategy: str,
    group: str,
    version: int = 0,
) -> tuple[RunSummary, ...]:
    """Runs that are not deleted, newest first, from below ``before_id``."""
    before = _NEWEST if before_id is None else before_id
    conditions: list[ColumnElement[bool]] = [run.c.deleted_at.is_(None)]
    if strategy:
        conditions.append(run.c.strategy == strategy)
    if group:
        conditions.append(run.c.group_key == group)
    if version:
        conditions.append(run.c.template_id == version)
    query = match_query(typed)
    if query is None:
        statement = select(*_SUMMARY).where(run.c.id < before).order_by(run.c.id.desc())
    else:  # the index gives its rows newest first, so reading stops at the limit
        statement = (
            select(*_SUMMARY)
            .select_from(text("run_search"))
            .join(run, text("run.id = run_search.rowid"))
            .where(text("run_search MATCH :query AND run_search.rowid < :before"))
            .params(query=query, before=before)
            .order_by(text("run_search.rowid DESC"))
        )
    rows = connection.execute(statement.where(*conditions).limit(limit))
    return tuple(_summary(row) for row in rows)


def find_done(connection: Connection, digest: str, limit: int) -> tuple[RunSummary, ...]:
    """Finished runs whose specs have that digest, newest first; deleted ones are passed over."""
    statement = (
        select(*_SUMMARY)
        .where(run.c.digest == digest, run.c.status == "done", run.c.deleted_at.is_(None))
        .order_by(run.c.id.desc())
        .limit(limit)
    )
    return tuple(_summary(row) for row in connection.execute(statement))


def _summary(row: Any) -> RunSummary:
    return RunSummary(
        run_id=row.id,
        status=row.status,
        strategy=row.strategy,
        model=row.model,
        title=row.title,
        answer=row.answer,
        started_at=row.started_at,
        seconds=row.seconds,
        calls=row.call_count,
        completion_tokens=row.completion_tokens,
        group=row.group_key,
        error=_sentence(row.error),
    )


def _sentence(error: str | None) -> str:
    if not error:
        return ""
    try:
        return str(WorkbenchError.from_wire(codec.from_json(error, {})))
    except TypeError:  # written by another version of the program
        return "The run failed."


def set_deleted(connection: Connection, run_id: int, deleted_at: float | None) -> None:
    """Hide a run, or show it again with None."""
    connection.execute(update(run).where(run.c.id == run_id).values(deleted_at=deleted_at))


def running(connection: Connection) -> list[tuple[int, int, float]]:
    """Runs that have not ended: id, and the owner's process id and creation time."""
    rows = connection.execute(
        select(run.c.id, run.c.owner_pid, run.c.owner_started).where(text("status = 'running'"))
    )
    return [(row.id, row.owner_pid, row.owner_started) for row in rows]
