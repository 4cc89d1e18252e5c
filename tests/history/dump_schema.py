"""Writes the fixture of the present schema: ``python -m tests.history.dump_schema``.

Run once when a revision is published; later revisions are tested against what it wrote.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from workbench.domain.chat import ChatDraft
from workbench.domain.prompts.prompt import Draft
from workbench.history import session
from workbench.history.chats import conversations, message_tree
from workbench.history.file.driver import APPLICATION_ID, load_driver
from workbench.history.runs import run_list
from workbench.history.store import HistoryStore
from workbench.history.tables import MADE_AGAIN, SCHEMA_VERSION

from . import samples

FOLDER = Path(__file__).parent / "schemas"


async def fill(path: Path) -> None:
    """A run, a conversation and what is not saved yet, as the test expects them."""
    store = HistoryStore(path)
    await store.open()
    await store.write(run_list.expect, "Paris it is", [await samples.done_run(store)])
    await store.save_draft(Draft(path="/prompts/greet.prompty", text="Hello", base_sha256="0"))
    await store.save_chat_draft(0, ChatDraft(text="not sent"))
    chat = (await store.write(conversations.insert_conversation, "chat")).conversation_id
    await store.write(message_tree.add_message, chat, None, "user", "a capital question")
    await store.write(session.set_state, "window", {"tabs": []})
    await store.close()


def statements(connection: Any) -> Iterator[str]:
    """SQL that makes the database again; the search indexes fill themselves by their triggers."""
    objects = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL "
        "AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%\\_search\\_%' ESCAPE '\\'"
    ).fetchall()
    for _, _, sql in objects:
        yield f"{sql};"
    for kind, name, sql in objects:
        made = name in MADE_AGAIN or sql.upper().startswith("CREATE VIRTUAL")
        if kind == "table" and not made:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
            quoted = " || ', ' || ".join(f'quote("{column}")' for column in columns)
            for (values,) in connection.execute(f"SELECT {quoted} FROM {name} ORDER BY rowid"):
                yield f"INSERT INTO {name} VALUES ({values});"
    yield f"PRAGMA application_id = {APPLICATION_ID};"
    yield f"PRAGMA user_version = {SCHEMA_VERSION};"


def main() -> None:
    """Write ``schemas/<number>.sql``."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.db"
        asyncio.run(fill(path))
        with closing(load_driver().connect(str(path))) as connection:
            dumped = "\n".join(statements(connection))
    target = FOLDER / f"{SCHEMA_VERSION:04}.sql"
    target.write_text(dumped + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
