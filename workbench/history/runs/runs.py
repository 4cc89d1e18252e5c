"""Runs and their events: the statements. Each function works inside its caller's transaction."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, LargeBinary, cast, func, select, text, update
from sqlalchemy.dialects.sqlite import insert

from workbench.domain.errors import StoreError, UsageError
from workbench.domain.runs.events import CallStarted, LoggedEvent, RunStarted
from workbench.domain.runs.spec import ChatPrompt, RunSpec, TemplatePrompt
from workbench.domain.text import Message, replace_surrogates
from workbench.history import codec, versions
from workbench.history.file.damage import PROMPT_LOST, LogReader
from workbench.history.runs import run_list
from workbench.history.runs.run_end import RunEnd
from workbench.history.tables import event, message, prompt_text, run, run_text
from workbench.history.tokens import token_data

_NEWEST = 2**62
_LOST_MESSAGE = Message.value("user", "[This message is damaged in the history file.]")
_VARIABLES = 500
_CHAT, _ROLE, _AFTER_PROMPT = b'{"prompt":{"type":"chat"', b'"role":', b',"strategy":'
"""How a spec begins that is of messages, and what comes before a role and after all messages."""
"""Most values of one IN list; old SQLite libraries take 999 in a statement."""


def insert_run(
    connection: Connection,
    spec: RunSpec,
    title: str,
    manifest: dict[str, Any],
    owner: tuple[int, float],
    expected: str = "",
) -> int:
    """A new row with status running; ``owner`` is the process's id and creation time."""
    spec, encoded = codec.encode_spec(spec)
    run_id: int = connection.execute(
        insert(run).returning(run.c.id),
        {
            "status": "running",
            "strategy": spec.strategy,
            "model": spec.model,
            "title": replace_surrogates(title),
            "group_key": spec.group,
            "started_at": time.time(),
            "owner_pid": owner[0],
            "owner_started": owner[1],
            "template_id": _template_id(connection, spec.prompt),
            "digest": spec.digest(),
            "manifest": codec.to_json(manifest),
            "spec": encoded,
            "expected": replace_surrogates(expected).strip() or None,
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
    found = connection.execute(
        select(prompt_text.c.id, prompt_text.c.payload).where(prompt_text.c.sha256 == key)
    ).first()
    if found is not None:
        if found.payload != payload:  # damaged since: this is what it was
            connection.execute(
                update(prompt_text).where(prompt_text.c.id == found.id).values(payload=payload)
            )
        known: int = found.id
        return known
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
    output = replace_surrogates(end.output)
    connection.execute(
        update(run)
        .where(run.c.id == end.run_id)
        .values(
            # Known since the start, except of a run whose row was lost to damage.
            strategy=func.coalesce(func.nullif(run.c.strategy, ""), end.strategy),
            model=func.coalesce(func.nullif(run.c.model, ""), end.model),
            status=end.status,
            answer=replace_surrogates(end.answer) if end.answer is not None else None,
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
    run_list.judge(connection, [end.run_id])
    connection.execute(
        update(run_text)
        .where(run_text.c.run_id == end.run_id)
        .values(output=codec.searchable(end.all_texts))
    )
    connection.execute(
        update(message)
        .where(message.c.run_id == end.run_id, message.c.role == "assistant")
        .values(
            text=output,
            thought_tokens=end.thought_tokens,
            reasoning=replace_surrogates(end.reasoning) or None,
        )
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
    # As bytes: a text would come with what cannot be read replaced, and would be run like that.
    encoded = connection.execute(
        select(cast(run.c.spec, LargeBinary)).where(run.c.id == run_id)
    ).scalar_one_or_none()
    if encoded is None:
        raise _no_such_run(run_id)
    try:
        return codec.decode_spec(encoded)
    except codec.UNREADABLE as error:
        raise StoreError(
            f"What run {run_id} was made from cannot be read any more; its texts can still be "
            "opened, but it cannot be repeated."
        ) from error


def goes_on(connection: Connection, run_id: int) -> bool:
    """Whether a run was given how its answer begins: the last of its messages is the model's.

    Nothing but the place of that is read: a spec may have thousands of messages. Inside of a JSON
    text there are no bare quotes, so what is looked for is a key.
    """
    encoded = connection.execute(
        select(cast(run.c.spec, LargeBinary)).where(run.c.id == run_id)
    ).scalar_one_or_none()
    if not isinstance(encoded, bytes) or not encoded.startswith(_CHAT):
        return False
    place = encoded.rfind(_ROLE, 0, encoded.rfind(_AFTER_PROMPT))
    return encoded.startswith(_ROLE + b'"assistant"', place)


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
    """The events of a run, in order, prompts put back.

    A row that damage made unreadable, or senseless, becomes a note that says so.
    """
    rows = connection.execute(
        select(event.c.seq, event.c.at, event.c.payload, event.c.prompts)
        .where(event.c.run_id == run_id)
        .order_by(event.c.seq)
    ).all()
    prompts = _prompts(connection, [row.prompts for row in rows if row.prompts is not None])
    reader = LogReader()
    log: list[LoggedEvent] = []
    for row in rows:
        ids = codec.decode_ids(row.prompts) if row.prompts is not None else []
        messages = [prompts.get(each) for each in ids]
        decoded = codec.decode_event(row.payload, [each or _LOST_MESSAGE for each in messages])
        log.append(LoggedEvent(run_id, row.seq, row.at, reader.read(decoded)))
        if None in messages or (row.prompts is not None and not ids):
            log.append(LoggedEvent(run_id, row.seq, row.at, PROMPT_LOST))
    token_data.with_alternatives(connection, run_id, log)
    return log


def _prompts(connection: Connection, lists: Iterable[bytes]) -> dict[int, Message]:
    """Messages by their ids; those that are damaged are missing."""
    wanted = sorted({each for packed in lists for each in codec.decode_ids(packed)})
    found: dict[int, Message] = {}
    for start in range(0, len(wanted), _VARIABLES):
        part = wanted[start : start + _VARIABLES]
        rows = connection.execute(select(prompt_text).where(prompt_text.c.id.in_(part)))
        for row in rows:
            decoded = codec.decode_message(row.payload, row.sha256)
            if decoded is not None:
                found[row.id] = decoded
    return found


def running(connection: Connection) -> list[tuple[int, int, float]]:
    """Runs that have not ended: id, and the owner's process id and creation time."""
    rows = connection.execute(
        select(run.c.id, run.c.owner_pid, run.c.owner_started).where(text("status = 'running'"))
    )
    return [(row.id, row.owner_pid, row.owner_started) for row in rows]
