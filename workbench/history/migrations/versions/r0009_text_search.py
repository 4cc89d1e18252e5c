"""One full-text index of all texts, filled in steps once the program is open.

Only new tables: no row is read or written here, so that this takes no longer in a long history.
The two indexes of before go, with the triggers that kept them; new triggers only note what changed.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0009"
down_revision = "0008"

_OLD = {"run_search": "run_text", "message_search": "message"}

_TABLES = """
CREATE TABLE indexed_text (
    id INTEGER NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    item_id INTEGER NOT NULL,
    part INTEGER NOT NULL,
    CONSTRAINT indexed_text_key UNIQUE (source, item_id, part)
);
CREATE TABLE index_pending (
    id INTEGER NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    item_id INTEGER NOT NULL,
    CONSTRAINT index_pending_key UNIQUE (source, item_id)
);
CREATE TABLE index_progress (
    source TEXT NOT NULL PRIMARY KEY,
    next_id INTEGER NOT NULL,
    first_id INTEGER NOT NULL
);
INSERT INTO index_progress (source, next_id, first_id)
    SELECT 'conversation', coalesce(max(id), 0), coalesce(max(id), 0) FROM conversation
    UNION ALL SELECT 'version', coalesce(max(id), 0), coalesce(max(id), 0) FROM template_version
    UNION ALL SELECT 'evaluation', coalesce(max(id), 0), coalesce(max(id), 0) FROM evaluation
    UNION ALL SELECT 'message', coalesce(max(id), 0), coalesce(max(id), 0) FROM message
    UNION ALL SELECT 'run', coalesce(max(id), 0), coalesce(max(id), 0) FROM run
"""

_INTO = "INSERT INTO index_pending (source, item_id)"
_NOT_NOTED = "NOT EXISTS (SELECT 1 FROM index_pending WHERE source = '{source}' AND item_id = {id})"


def _one(source: str, item: str, when: str = "") -> str:
    """Note one item, unless it is noted.

    OR IGNORE would not do: in a trigger the conflict clause of the statement that fires it counts,
    and an upsert has another (https://www.sqlite.org/lang_createtrigger.html).
    """
    only = f"{when} AND " if when else ""
    only += _NOT_NOTED.format(source=source, id=item)
    return f"{_INTO} SELECT '{source}', {item} WHERE {only};"


def _messages(where: str) -> str:
    """Note messages, unless they are noted."""
    only = f"{where} AND {_NOT_NOTED.format(source='message', id='message.id')}"
    return f"{_INTO} SELECT 'message', message.id FROM message WHERE {only};"  # noqa: S608 - our own names


def _run(row: str) -> str:
    return _one("run", f"{row}.run_id", f"{row}.run_id IS NOT NULL")


def _chat(item: str) -> str:
    return f"{_one('conversation', item)} {_messages(f'conversation_id = {item}')}"


def _answers(run: str) -> str:
    return f"{_one('run', run)} {_messages(f'run_id = {run}')}"


def _tagged(row: str) -> str:
    item = f"{row}.item_id"
    return " ".join(
        (
            _one("run", item, f"{row}.kind = 'run'"),
            _one("conversation", item, f"{row}.kind = 'conversation'"),
            _messages(f"{row}.kind = 'conversation' AND conversation_id = {item}"),
        )
    )


_TRIGGERS = {
    "message_insert AFTER INSERT ON message":
        f"{_one('message', 'new.id')} {_run('new')}",
    "message_update AFTER UPDATE OF text, reasoning, system, role, hidden, author, created_at, "
    "deleted_at, run_id, conversation_id ON message":
        f"{_one('message', 'new.id')} {_run('new')} {_run('old')}",
    "message_delete AFTER DELETE ON message":
        f"{_one('message', 'old.id')} {_run('old')}",
    "conversation_insert AFTER INSERT ON conversation":
        _one("conversation", "new.id"),
    "conversation_update AFTER UPDATE OF title, folder, deleted_at ON conversation "
    "WHEN old.title IS NOT new.title OR old.folder IS NOT new.folder "
    "OR old.deleted_at IS NOT new.deleted_at":
        _chat("new.id"),
    "conversation_delete AFTER DELETE ON conversation":
        _one("conversation", "old.id"),
    "run_update AFTER UPDATE OF title, model, strategy, is_right, deleted_at ON run "
    "WHEN old.title IS NOT new.title OR old.model IS NOT new.model "
    "OR old.strategy IS NOT new.strategy OR old.is_right IS NOT new.is_right "
    "OR old.deleted_at IS NOT new.deleted_at":
        _answers("new.id"),
    "run_text_insert AFTER INSERT ON run_text": _one("run", "new.run_id"),
    "run_text_update AFTER UPDATE OF title, prompt, output ON run_text":
        _one("run", "new.run_id"),
    "run_text_delete AFTER DELETE ON run_text": _one("run", "old.run_id"),
    "version_insert AFTER INSERT ON template_version": _one("version", "new.id"),
    "version_update AFTER UPDATE OF name, note, text_id ON template_version":
        _one("version", "new.id"),
    "version_delete AFTER DELETE ON template_version": _one("version", "old.id"),
    "evaluation_insert AFTER INSERT ON evaluation": _one("evaluation", "new.id"),
    "evaluation_update AFTER UPDATE OF name, definition ON evaluation "
    "WHEN old.definition IS NOT new.definition OR old.name IS NOT new.name":
        _one("evaluation", "new.id"),
    "evaluation_delete AFTER DELETE ON evaluation": _one("evaluation", "old.id"),
    "tag_insert AFTER INSERT ON tag": _tagged("new"),
    "tag_delete AFTER DELETE ON tag": _tagged("old"),
    "doubt_insert AFTER INSERT ON token_data": _answers("new.run_id"),
    "doubt_update AFTER UPDATE OF doubt ON token_data": _answers("new.run_id"),
    "doubt_delete AFTER DELETE ON token_data": _answers("old.run_id"),
}  # fmt: skip


def upgrade() -> None:
    """Drop the old indexes; make the new one, empty, and what keeps it up to date."""
    for index, table in _OLD.items():
        for change in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER {table}_{change}")
        op.execute(f"DROP TABLE {index}")
    for statement in _TABLES.split(";\n"):
        op.execute(statement)
    library = op.get_bind().execute(text("SELECT sqlite_version()")).scalar_one()
    # Older libraries cannot delete from an index that keeps no texts.
    new = tuple(int(part) for part in library.split(".")) >= (3, 43)
    form = "content='', contentless_delete=1, " if new else ""
    op.execute(
        f"CREATE VIRTUAL TABLE text_search USING fts5(body, title, tags, {form}"
        "tokenize='unicode61 remove_diacritics 2', prefix='2 3 4')"
    )
    for head, body in _TRIGGERS.items():
        op.execute(f"CREATE TRIGGER index_{head} BEGIN {body} END")
