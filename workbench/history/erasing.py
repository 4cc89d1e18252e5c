"""Deletes runs and conversations for good: their rows, and every text that was made of them.

SQLite overwrites what is deleted (``secure_delete``), but a full-text index keeps its words until
it is optimized, and the -wal file its pages until it is emptied: see :func:`finish_indexes` and
``Database.erase``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    delete,
    func,
    select,
    update,
)

from workbench.domain.errors import UsageError
from workbench.domain.runs.spec import TemplatePrompt
from workbench.domain.storage import ErasePreview, EraseReport, Erasure
from workbench.domain.text import count_text
from workbench.history import codec
from workbench.history.search import indexing
from workbench.history.tables import (
    chat_draft,
    conversation,
    evaluation_cell,
    event,
    measurement,
    message,
    prompt_text,
    run,
    run_text,
    session_state,
    tag,
    token_data,
    vote,
    vote_pair,
)
from workbench.history.tokens.token_data import forget_scored

COVERED = {
    "run": "deleted",
    "event": "deleted with the run",
    "run_text": "deleted with the run",
    "token_data": "deleted with the run",
    "prompt_text": "deleted where no other run sent it",
    "conversation": "deleted",
    "message": "deleted with the conversation",
    "chat_draft": "deleted with the conversation",
    "tag": "deleted with what it is of",
    "evaluation_cell": "keeps score and verdict; the results of its checks are emptied",
    "measurement": "tokens of their texts are deleted, and what was made after the first of judged "
    "runs: it may be of their text",
    "vote_pair": "keeps the vote; the texts of the runs are emptied",
    "vote": "its note is emptied",
    "session_state": "deleted where it has one of the texts",
    "template_text": "kept: versions of prompt files, which are documents of their own",
    "prompt_place": "kept: places of prompt files",
    "template_version": "kept: versions of prompt files",
    "draft": "kept: unsaved prompt files",
    "profile": "kept: system prompts that the user named",
    "evaluation": "kept: the set as it was, a document of its own",
    "held_out_look": "kept: digests alone",
    "model_speed": "kept: figures alone",
    "indexed_text": "brought up to date: ids alone",
    "index_pending": "brought up to date: ids alone",
    "index_progress": "kept: figures alone",
    "source_collection": "kept until the collection is removed: documents of the user",
    "source_file": "kept with its collection",
    "source_chunk": "kept with its collection",
    "source_vectors": "kept with its collection",
}
"""What happens to each table that has text; a test fails where a table is missing here."""

_STEP_SECONDS = 0.2
_VARIABLES = 400
_LEAST_CHARACTERS = 8
"""A shorter text does not identify what is kept between sessions."""
_MINUTE = 60.0


def find_deleted(connection: Connection) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The ids of runs and conversations that were deleted and can still be restored."""
    found = connection.execute(select(run.c.id).where(run.c.deleted_at.is_not(None))).scalars()
    chats = connection.execute(
        select(conversation.c.id).where(conversation.c.deleted_at.is_not(None))
    ).scalars()
    return tuple(found), tuple(chats)


def prepare(
    connection: Connection, run_ids: Sequence[int], conversation_ids: Sequence[int]
) -> ErasePreview:
    """What deleting runs and conversations for good comprises.

    Raises:
        UsageError: a run is at work.
    """
    chats = tuple(_rows(connection, conversation, conversation_ids, conversation.c.created_at))
    answers = set(_runs_of(connection, [chat[0] for chat in chats]))
    wanted = answers | set(run_ids)
    held = _held(connection, wanted, {chat[0] for chat in chats})
    found = list(_rows(connection, run, sorted(wanted - held), run.c.started_at, run.c.status))
    working = [row[0] for row in found if row[2] == "running"]
    if working:
        named = ", ".join(str(each) for each in working[:5])
        raise UsageError(f"{count_text(len(working), 'run')} are at work ({named}): stop them.")
    return ErasePreview(
        erasure=Erasure(
            runs=tuple((row[0], row[1] or 0.0) for row in found),
            conversations=tuple((chat[0], chat[1] or 0.0) for chat in chats),
        ),
        messages=sum(
            connection.execute(select(func.count()).select_from(message).where(part)).scalar_one()
            for part in _parts(message.c.conversation_id, [chat[0] for chat in chats])
        ),
        held=tuple(sorted(held & set(run_ids))),
    )


def erase(connection: Connection, wanted: Erasure) -> EraseReport:
    """Delete what of an erasure is in this database, with all that was made of it.

    The indexes are not up to date before :func:`finish_indexes`.
    """
    chats = [
        row[0]
        for row in _rows(
            connection,
            conversation,
            [each for each, _ in wanted.conversations],
            conversation.c.created_at,
        )
        if (row[0], row[1] or 0.0) in set(wanted.conversations)
    ]
    known = set(wanted.runs)
    listed = [each for each, _ in wanted.runs]
    runs = {
        row[0]
        for row in _rows(connection, run, listed, run.c.started_at)
        if (row[0], row[1] or 0.0) in known
    } | set(_runs_of(connection, chats))
    found = sorted(runs - _held(connection, runs, set(chats)))
    texts = _texts(connection, found, chats)
    forget_scored(connection, found, _messages_of(connection, chats))
    messages = _erase_conversations(connection, chats)
    _empty_what_outlives(connection, found)
    prompts = _prompts_of(connection, found)
    for table in (token_data, event, run_text):
        for part in _parts(table.c.run_id, found):
            connection.execute(delete(table).where(part))
    _erase_tags(connection, "run", found)
    for part in _parts(run.c.id, found):
        connection.execute(delete(run).where(part))
    _erase_unused(connection, prompts)
    _erase_states(connection, texts)
    return EraseReport(runs=len(found), conversations=len(chats), messages=messages)


def finish_indexes(connection: Connection) -> None:
    """Take the words of deleted texts out of the full-text index: seconds in a long history."""
    indexer = indexing.Indexer()
    while indexing.state(connection).pending:
        indexer.step(connection, _STEP_SECONDS)
    indexing.optimize(connection)


def _erase_conversations(connection: Connection, chats: Sequence[int]) -> int:
    count = 0
    for part in _parts(message.c.conversation_id, chats):
        count += connection.execute(delete(message).where(part)).rowcount
    for part in _parts(chat_draft.c.conversation_id, chats):
        connection.execute(delete(chat_draft).where(part))
    _erase_tags(connection, "conversation", chats)
    for part in _parts(conversation.c.id, chats):
        connection.execute(delete(conversation).where(part))
    return count


def _empty_what_outlives(connection: Connection, runs: Sequence[int]) -> None:
    """Cells, votes and measurements of runs: figures and verdicts stay, texts do not."""
    began = min(
        (row[1] for row in _rows(connection, run, runs, run.c.started_at) if row[1] is not None),
        default=None,
    )
    judged = False
    for part in _parts(evaluation_cell.c.run_id, runs):
        changed = connection.execute(
            update(evaluation_cell).where(part).values(run_id=None, details="{}")
        )
        judged = changed.rowcount > 0 or judged
    for side, key in (("a_text", vote_pair.c.a_run), ("b_text", vote_pair.c.b_run)):
        for part in _parts(key, runs):
            pairs = select(vote_pair.c.id).where(part)
            notes = update(vote).where(vote.c.pair_id.in_(pairs)).values(note="")
            judged = connection.execute(notes).rowcount > 0 or judged
            connection.execute(update(vote_pair).where(part).values({side: ""}))
    if judged and began is not None:
        connection.execute(delete(measurement).where(measurement.c.at >= began - _MINUTE))


def _erase_tags(connection: Connection, kind: str, ids: Sequence[int]) -> None:
    for part in _parts(tag.c.item_id, ids):
        connection.execute(delete(tag).where(tag.c.kind == kind, part))


def _prompts_of(connection: Connection, runs: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for part in _parts(event.c.run_id, runs):
        rows = connection.execute(select(event.c.prompts).where(part, event.c.prompts.is_not(None)))
        for (packed,) in rows:
            found.update(codec.decode_ids(packed))
    return found


def _erase_unused(connection: Connection, prompts: set[int]) -> None:
    """Delete messages of prompts that no call that is left has sent."""
    left = set(prompts)
    if left:
        rows = connection.execution_options(stream_results=True).execute(
            select(event.c.prompts).where(event.c.type == "call_started")
        )
        for (packed,) in rows:
            if packed is not None and left:
                left.difference_update(codec.decode_ids(packed))
    for part in _parts(prompt_text.c.id, sorted(left)):
        connection.execute(delete(prompt_text).where(part))


def _texts(connection: Connection, runs: Sequence[int], chats: Sequence[int]) -> set[str]:
    """What was written in them, by which a copy in the session is found."""
    found: set[str] = set()
    for part in _parts(message.c.conversation_id, chats):
        for row in connection.execute(
            select(message.c.text, message.c.system, message.c.reasoning).where(part)
        ):
            found.update(each for each in row if each)
    for part in _parts(run.c.id, runs):
        for output, spec in connection.execute(select(run.c.output, run.c.spec).where(part)):
            found.add(output or "")
            found.update(_values(spec))
    return {each.strip() for each in found if len(each.strip()) >= _LEAST_CHARACTERS}


def _values(spec: str) -> Iterator[str]:
    try:
        prompt = codec.decode_spec(spec).prompt
    except codec.UNREADABLE:
        return
    if isinstance(prompt, TemplatePrompt):
        yield from (each for each in prompt.variables.values() if isinstance(each, str))


def _erase_states(connection: Connection, texts: Iterable[str]) -> None:
    """Forget what is kept between sessions where it has one of the texts."""
    encoded = [codec.to_json(text)[1:-1] for text in texts]
    for key, value in connection.execute(select(session_state.c.key, session_state.c.value)).all():
        if any(text in value for text in encoded):
            connection.execute(delete(session_state).where(session_state.c.key == key))


def _messages_of(connection: Connection, chats: Sequence[int]) -> Iterator[int]:
    for part in _parts(message.c.conversation_id, chats):
        yield from connection.execute(select(message.c.id).where(part)).scalars()


def _runs_of(connection: Connection, chats: Sequence[int]) -> Iterator[int]:
    for part in _parts(message.c.conversation_id, chats):
        statement = select(message.c.run_id).where(part, message.c.run_id.is_not(None))
        yield from connection.execute(statement).scalars()


def _held(connection: Connection, runs: Iterable[int], chats: set[int]) -> set[int]:
    """Those of the runs that are answers in other conversations."""
    found: set[int] = set()
    for part in _parts(message.c.run_id, sorted(runs)):
        statement = select(message.c.run_id, message.c.conversation_id).where(part)
        found.update(row[0] for row in connection.execute(statement) if row[1] not in chats)
    return found


def _rows(
    connection: Connection, table: Table, ids: Sequence[int], *columns: ColumnElement[Any]
) -> Iterator[Any]:
    for part in _parts(table.c.id, ids):
        yield from connection.execute(select(table.c.id, *columns).where(part)).all()


def _parts(column: ColumnElement[Any], ids: Sequence[int]) -> Iterator[ColumnElement[bool]]:
    """Conditions that together mean these ids, none longer than a statement may be."""
    for start in range(0, len(ids), _VARIABLES):
        yield column.in_(ids[start : start + _VARIABLES])
