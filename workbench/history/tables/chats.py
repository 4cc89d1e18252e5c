"""Conversations, the tree of their messages, profiles and drafts."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, text

from workbench.history.stored_types import StoredInteger, StoredText, StoredTime
from workbench.history.tables.base import metadata, row_id

conversation = Table(
    "conversation",
    metadata,
    row_id(),
    Column("title", StoredText, nullable=False),
    Column("created_at", StoredTime, nullable=False),
    Column("updated_at", StoredTime, nullable=False),
    Column("leaf_id", StoredInteger),
    Column("deleted_at", StoredTime),
    Column("options", StoredText, nullable=False, server_default="{}"),
    Column("folder", StoredText, nullable=False, server_default=""),
    Column("pinned_at", StoredTime),
    Column("source", StoredText, nullable=False, server_default=""),
    Column("source_id", StoredText),
    Column("source_digest", StoredText),
    Column("forked_from", StoredInteger),
    Index("conversation_updated", "updated_at"),
    Index(
        "conversation_source", "source", "source_id", unique=True, sqlite_where=text("source <> ''")
    ),
    sqlite_autoincrement=True,
)
"""``leaf_id`` is the last message of the shown branch (no foreign key: the two would be a ring).
``options`` is JSON: how its answers are made (``ChatOptions``). ``folder`` is a path with "/",
"" at the top. ``source`` is the program that an imported one is from, ``source_id`` its id there
and ``source_digest`` that of what was read, so that the same import again changes nothing.
``forked_from`` is the message of another conversation that it was begun at."""

message = Table(
    "message",
    metadata,
    row_id(),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False),
    Column("parent_id", ForeignKey("message.id")),
    Column("role", StoredText, nullable=False),
    Column("created_at", StoredTime, nullable=False),
    Column("run_id", ForeignKey("run.id")),
    Column("text", StoredText, nullable=False),
    Column("deleted_at", StoredTime),
    Column("last_leaf_id", StoredInteger),
    Column("thought_tokens", StoredInteger),
    Column("system", StoredText),
    Column("reasoning", StoredText),
    Column("kind", StoredText, nullable=False, server_default=""),
    Column("hidden", StoredInteger, nullable=False, server_default="0"),
    Column("author", StoredText, nullable=False, server_default=""),
    Column("label", StoredText, nullable=False, server_default=""),
    Column("pinned_at", StoredTime),
    Column("edited_from", StoredInteger),
    Column("copied_from", StoredInteger),
    Column("deleted_with", StoredInteger),
    Column("foreign_id", StoredText),
    Column("attachments", StoredText, nullable=False, server_default="[]"),
    Column("raw", StoredText),
    Index("message_conversation", "conversation_id"),
    Index("message_parent", "parent_id"),
    Index("message_run", "run_id"),
    sqlite_autoincrement=True,
)
"""A tree by ``parent_id``. The text of an answer is filled in when its run has ended, and so are
its ``thought_tokens`` (null: not known). ``last_leaf_id`` is the end of the branch that was shown
through the message when another version took its place. ``system`` is the system prompt from this
message on, null where it is the one before. A deleted message stays in the tree, unseen;
``deleted_with`` is the message whose deletion took it along, so that they come back together.

``kind`` is "" for a plain message, else "summary" (of the messages before it, which are not sent),
"tool_call" or "tool_result" (shown closed). ``hidden`` messages are neither shown nor sent.
``reasoning`` is what was thought before the answer, where it is known apart from the text.
``author`` is the model of an answer without a run. ``edited_from`` is the version that was edited,
``copied_from`` the message that it is a copy of. ``attachments`` is a JSON list; ``raw`` is what an
import could not understand, as JSON; ``foreign_id`` its id in the program it is from."""

profile = Table(
    "profile",
    metadata,
    row_id(),
    Column("name", StoredText, nullable=False),
    Column("created_at", StoredTime, nullable=False),
    Column("deleted_at", StoredTime),
    Column("system", StoredText, nullable=False, server_default=""),
    Column("note", StoredText, nullable=False, server_default=""),
    Column("greetings", StoredText, nullable=False, server_default="[]"),
    Column("source", StoredText, nullable=False, server_default="{}"),
    sqlite_autoincrement=True,
)
"""A named system prompt for conversations. ``note`` goes after the last message of the user.
``greetings`` is a JSON list of first messages of the assistant. ``source`` is the character card
that it was read from, whole, as JSON."""

chat_draft = Table(
    "chat_draft",
    metadata,
    Column("conversation_id", Integer, primary_key=True),
    Column("saved_at", StoredTime, nullable=False),
    Column("payload", StoredText, nullable=False),
)
"""What is written and not sent, as JSON; conversation 0 is the one that has not begun."""
