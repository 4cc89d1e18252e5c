"""The tables, as SQLAlchemy Core describes them. Migrations create them; a test compares the two.

Every table keeps SQLite's rowid, so that a damaged file can be read row by row. Columns that lists
show come first, large ones last: SQLite then reads a list without touching overflow pages.

Times are Unix seconds, UTC. Ids order rows, never times: clocks jump.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)

from workbench.history.stored_types import (
    StoredBytes,
    StoredInteger,
    StoredNumber,
    StoredText,
    StoredTime,
)

SCHEMA_VERSION = 9
"""The newest revision's number; kept in ``PRAGMA user_version``."""

metadata = MetaData()


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


template_text = Table(
    "template_text",
    metadata,
    _id(),
    Column("sha256", StoredText, nullable=False, unique=True),
    Column("text", StoredText, nullable=False),
    sqlite_autoincrement=True,
)
"""A prompt file's whole text, stored once however many versions and prompts have it."""

prompt_place = Table(
    "prompt_place",
    metadata,
    _id(),
    Column("prompt_id", StoredInteger, nullable=False),
    Column("path", StoredText, nullable=False),
    Column("at", StoredTime, nullable=False),
    Index("prompt_place_path", "path"),
    Index("prompt_place_prompt", "prompt_id"),
    sqlite_autoincrement=True,
)
"""From ``at`` on, the prompt is at ``path``: a rename adds a row. A prompt's id is that of its
first row; its place now is its last."""

template_version = Table(
    "template_version",
    metadata,
    _id(),
    Column("prompt_id", StoredInteger, nullable=False),
    Column("number", StoredInteger, nullable=False),
    Column("text_id", ForeignKey("template_text.id"), nullable=False),
    Column("created_at", StoredTime, nullable=False),
    Column("restored_at", StoredTime),
    Column("origin", StoredText, nullable=False),
    Column("name", StoredText, nullable=False, server_default=""),
    Column("note", StoredText, nullable=False, server_default=""),
    UniqueConstraint("prompt_id", "number", name="template_version_number"),
    UniqueConstraint("prompt_id", "text_id", name="template_version_text"),
    sqlite_autoincrement=True,
)
"""The texts that a prompt has had, numbered from 1; the same text again is the same version."""

run = Table(
    "run",
    metadata,
    _id(),
    Column("status", StoredText, nullable=False),
    Column("strategy", StoredText, nullable=False),
    Column("model", StoredText, nullable=False),
    Column("title", StoredText, nullable=False),
    Column("group_key", StoredText, nullable=False, server_default=""),
    Column("started_at", StoredTime, nullable=False),
    Column("seconds", StoredNumber, nullable=False, server_default="0"),
    Column("call_count", StoredInteger, nullable=False, server_default="0"),
    Column("prompt_tokens", StoredInteger, nullable=False, server_default="0"),
    Column("evaluated_tokens", StoredInteger, nullable=False, server_default="0"),
    Column("completion_tokens", StoredInteger, nullable=False, server_default="0"),
    Column("finish_reason", StoredText, nullable=False, server_default=""),
    Column("limit_name", StoredText, nullable=False, server_default=""),
    Column("deleted_at", StoredTime),
    Column("owner_pid", StoredInteger, nullable=False),
    Column("owner_started", StoredNumber, nullable=False),
    Column("template_id", ForeignKey("template_version.id")),
    Column("digest", StoredText, nullable=False),
    Column("error", StoredText),
    Column("answer", StoredText),
    Column("output", StoredText, nullable=False, server_default=""),
    Column("manifest", StoredText, nullable=False, server_default="{}"),
    Column("spec", StoredText, nullable=False),
    Column("expected", StoredText),
    Column("is_right", StoredInteger),
    Index("run_strategy", "strategy"),
    Index("run_model", "model"),
    Index("run_status", "status"),
    Index("run_started", "started_at"),
    Index("run_right", "is_right", sqlite_where=text("is_right IS NOT NULL")),
    Index("run_compared", "id", sqlite_where=text("group_key <> ''")),
    Index("run_group", "group_key"),
    Index("run_digest", "digest"),
    Index("run_template", "template_id", "deleted_at"),
    Index("run_running", "status", sqlite_where=text("status = 'running'")),
    sqlite_autoincrement=True,
)
"""``owner_pid`` and ``owner_started`` (its creation time) separate a live run from one whose
program was killed. ``error`` is a WorkbenchError in wire form, as JSON. ``is_right`` is 1 where the
answer is ``expected``, 0 where it differs, NULL where it was not judged."""

prompt_text = Table(
    "prompt_text",
    metadata,
    _id(),
    Column("sha256", StoredBytes, nullable=False, unique=True),
    Column("payload", StoredBytes, nullable=False),
    sqlite_autoincrement=True,
)
"""One message of a prompt with the origins of its text, stored once however often it is sent."""

event = Table(
    "event",
    metadata,
    _id(),
    Column("run_id", ForeignKey("run.id"), nullable=False),
    Column("seq", StoredInteger, nullable=False),
    Column("at", StoredNumber, nullable=False),
    Column("type", StoredText, nullable=False),
    Column("payload", StoredBytes, nullable=False),
    Column("prompts", StoredBytes),
    UniqueConstraint("run_id", "seq", name="event_key"),
)
"""``payload`` is the event in msgpack; a call's messages are replaced by ``prompts``, a msgpack
list of ids in ``prompt_text``."""

run_text = Table(
    "run_text",
    metadata,
    Column("run_id", ForeignKey("run.id"), primary_key=True),
    Column("title", StoredText, nullable=False),
    Column("prompt", StoredText, nullable=False, server_default=""),
    Column("output", StoredText, nullable=False, server_default=""),
)
"""What a search looks at: the prompt as first sent, and every text the model gave."""

conversation = Table(
    "conversation",
    metadata,
    _id(),
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
    _id(),
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

tag = Table(
    "tag",
    metadata,
    _id(),
    Column("kind", StoredText, nullable=False),
    Column("item_id", StoredInteger, nullable=False),
    Column("name", StoredText, nullable=False),
    UniqueConstraint("kind", "item_id", "name", name="tag_key"),
    Index("tag_name", "name"),
    sqlite_autoincrement=True,
)
"""``kind`` is "run" or "conversation"."""

profile = Table(
    "profile",
    metadata,
    _id(),
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

token_data = Table(
    "token_data",
    metadata,
    _id(),
    Column("run_id", ForeignKey("run.id"), nullable=False),
    Column("call", StoredInteger, nullable=False),
    Column("sample", StoredInteger, nullable=False),
    Column("tokenizer", StoredText, nullable=False),
    Column("token_count", StoredInteger, nullable=False),
    Column("alternative_count", StoredInteger, nullable=False, server_default="0"),
    Column("doubt", StoredNumber),
    Column("chosen", StoredBytes, nullable=False),
    Column("alternatives", StoredBytes),
    UniqueConstraint("run_id", "call", "sample", name="token_data_key"),
    Index("token_data_doubt", "doubt"),
    sqlite_autoincrement=True,
)
"""The tokens of one sample of a call, by columns and packed: ``chosen`` has their ids, lengths and
log-probabilities, ``alternatives`` what else could have come, ``alternative_count`` at each place.
``tokenizer`` is the digest of the vocabulary that the ids are of; ``doubt`` says how unsure the
answer was, so that a history can be filtered by it."""

chat_draft = Table(
    "chat_draft",
    metadata,
    Column("conversation_id", Integer, primary_key=True),
    Column("saved_at", StoredTime, nullable=False),
    Column("payload", StoredText, nullable=False),
)
"""What is written and not sent, as JSON; conversation 0 is the one that has not begun."""

draft = Table(
    "draft",
    metadata,
    Column("path", StoredText, primary_key=True),
    Column("base_sha256", StoredText, nullable=False),
    Column("saved_at", StoredTime, nullable=False),
    Column("variables", StoredText, nullable=False),
    Column("text", StoredText, nullable=False),
)

session_state = Table(
    "session_state",
    metadata,
    Column("key", StoredText, primary_key=True),
    Column("value", StoredText, nullable=False),
)

model_speed = Table(
    "model_speed",
    metadata,
    Column("model_path", StoredText, primary_key=True),
    Column("threads", StoredInteger, primary_key=True),
    Column("prompt_per_second", StoredNumber, nullable=False),
    Column("generation_per_second", StoredNumber, nullable=False),
    Column("measured_at", StoredTime, nullable=False),
)

evaluation = Table(
    "evaluation",
    metadata,
    _id(),
    Column("digest", StoredText, nullable=False, unique=True),
    Column("name", StoredText, nullable=False),
    Column("path", StoredText, nullable=False),
    Column("created_at", StoredTime, nullable=False),
    Column("updated_at", StoredTime, nullable=False),
    Column("status", StoredText, nullable=False),
    Column("cell_count", StoredInteger, nullable=False),
    Column("result", StoredText, nullable=False, server_default="{}"),
    Column("definition", StoredText, nullable=False),
    Index("evaluation_updated", "updated_at"),
    sqlite_autoincrement=True,
)
"""One evaluation of a set as it was: ``digest`` is of the set, its cases and its variants, so the
same is gone on with and a changed one is new. ``definition`` is the set and ``result`` what came
out last, both as JSON."""

evaluation_cell = Table(
    "evaluation_cell",
    metadata,
    _id(),
    Column("evaluation_id", ForeignKey("evaluation.id"), nullable=False),
    Column("variant", StoredText, nullable=False),
    Column("case_id", StoredText, nullable=False),
    Column("repeat", StoredInteger, nullable=False),
    Column("state", StoredText, nullable=False),
    Column("run_id", ForeignKey("run.id")),
    Column("score", StoredNumber),
    Column("passed", StoredInteger),
    Column("run_key", StoredText, nullable=False),
    Column("details", StoredText, nullable=False, server_default="{}"),
    UniqueConstraint("evaluation_id", "variant", "case_id", "repeat", name="evaluation_cell_place"),
    Index("evaluation_cell_run", "run_id"),
)
"""``run_key`` is the digest of the run's spec: a run with that digest is the cell's, in whichever
evaluation it was made. ``details`` are the results of its checks, as JSON."""

held_out_look = Table(
    "held_out_look",
    metadata,
    _id(),
    Column("cases", StoredText, nullable=False),
    Column("at", StoredTime, nullable=False),
    Column("evaluation_id", ForeignKey("evaluation.id"), nullable=False),
    Index("held_out_look_cases", "cases"),
)
"""Each time that scores of held-out cases were shown; ``cases`` is the digest of their ids."""

measurement = Table(
    "measurement",
    metadata,
    _id(),
    Column("key", StoredText, nullable=False, unique=True),
    Column("kind", StoredText, nullable=False),
    Column("model", StoredText, nullable=False),
    Column("at", StoredTime, nullable=False),
    Column("payload", StoredBytes, nullable=False),
    Index("measurement_kind", "kind"),
)
"""What a model found of a text: likelihoods, labels, vectors, self-tests. ``key`` is the digest of
all that decides it (model file, prompt, text), so that nothing is measured twice; ``payload`` is
the answer in msgpack."""

vote_pair = Table(
    "vote_pair",
    metadata,
    _id(),
    Column("case_id", StoredText, nullable=False),
    Column("a_key", StoredText, nullable=False),
    Column("a_digest", StoredText, nullable=False),
    Column("a_variant", StoredText, nullable=False),
    Column("a_run", StoredInteger, nullable=False),
    Column("b_key", StoredText, nullable=False),
    Column("b_digest", StoredText, nullable=False),
    Column("b_variant", StoredText, nullable=False),
    Column("b_run", StoredInteger, nullable=False),
    Column("seed", StoredInteger, nullable=False),
    Column("created_at", StoredTime, nullable=False),
    Column("set_name", StoredText, nullable=False, server_default=""),
    Column("set_path", StoredText, nullable=False, server_default=""),
    Column("a_text", StoredText, nullable=False),
    Column("b_text", StoredText, nullable=False),
    Index("vote_pair_a", "a_key"),
    Index("vote_pair_b", "b_key"),
    sqlite_autoincrement=True,
)
"""Two answers that were voted on: ``a`` was at the left. Their texts are here and the runs are no
foreign keys, so that a vote outlives them. ``a_key`` is the digest of a run's spec, ``a_digest``
that of its text."""

vote = Table(
    "vote",
    metadata,
    _id(),
    Column("pair_id", ForeignKey("vote_pair.id"), nullable=False),
    Column("at", StoredTime, nullable=False),
    Column("choice", StoredText, nullable=False),
    Column("seconds", StoredNumber, nullable=False, server_default="0"),
    Column("undoes", StoredInteger, nullable=False, server_default="0"),
    Column("reasons", StoredText, nullable=False, server_default="[]"),
    Column("note", StoredText, nullable=False, server_default=""),
    Index("vote_of_pair", "pair_id"),
    sqlite_autoincrement=True,
)
"""What was voted, only ever added to: the last row of a pair is its vote, the others are its
history. ``choice`` "" takes it back; ``undoes`` is the row that was undone by this one."""

indexed_text = Table(
    "indexed_text",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", StoredText, nullable=False),
    Column("item_id", StoredInteger, nullable=False),
    Column("part", StoredInteger, nullable=False),
    UniqueConstraint("source", "item_id", "part", name="indexed_text_key"),
)
"""What the rows of the full-text index are: ``id`` is the row there, about the second that the text
is from, ``source`` the table that has it and ``part`` which text of the row ``item_id`` it is."""

index_pending = Table(
    "index_pending",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", StoredText, nullable=False),
    Column("item_id", StoredInteger, nullable=False),
    UniqueConstraint("source", "item_id", name="index_pending_key"),
)
"""Rows that changed and are to be indexed again; triggers write it in the same transaction."""

index_progress = Table(
    "index_progress",
    metadata,
    Column("source", StoredText, primary_key=True),
    Column("next_id", StoredInteger, nullable=False),
    Column("first_id", StoredInteger, nullable=False),
)
"""How far an older history is indexed: newest first, ``next_id`` and those below are to come."""

MADE_AGAIN = frozenset({indexed_text.name, index_pending.name, index_progress.name})
"""Tables that are made of the others, and not copied from a damaged file."""
