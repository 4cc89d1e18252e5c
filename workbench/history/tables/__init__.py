"""The tables, as SQLAlchemy Core describes them. Migrations create them; a test compares the two.

base.py: what all tables share, and the number of the newest revision
prompts.py: prompts: where they were, and every text they had
runs.py: runs, their events and texts, and the tokens of their samples
chats.py: conversations, the tree of their messages, profiles and drafts
tags.py: tags of runs and conversations
evaluations.py: evaluations, what models measured, and votes
session.py: what is kept between sessions
search.py: what the full-text index is made of
sources.py: documents of the user's own: collections, files, chunks, vectors
"""

from __future__ import annotations

from workbench.history.tables import (
    chats,
    evaluations,
    prompts,
    runs,
    search,
    session,
    sources,
    tags,
)
from workbench.history.tables.base import SCHEMA_VERSION, metadata
from workbench.history.tables.chats import chat_draft, conversation, message, profile
from workbench.history.tables.evaluations import (
    evaluation,
    evaluation_cell,
    held_out_look,
    measurement,
    vote,
    vote_pair,
)
from workbench.history.tables.prompts import prompt_place, template_text, template_version
from workbench.history.tables.runs import event, prompt_text, run, run_text, token_data
from workbench.history.tables.search import MADE_AGAIN, index_pending, index_progress, indexed_text
from workbench.history.tables.session import draft, model_speed, session_state
from workbench.history.tables.sources import (
    source_chunk,
    source_collection,
    source_file,
    source_vectors,
)
from workbench.history.tables.tags import tag

MODULES = (prompts, runs, chats, tags, evaluations, session, search, sources)
"""Those that have tables: what is written under a table there is its description."""

__all__ = [
    "MADE_AGAIN",
    "MODULES",
    "SCHEMA_VERSION",
    "chat_draft",
    "conversation",
    "draft",
    "evaluation",
    "evaluation_cell",
    "event",
    "held_out_look",
    "index_pending",
    "index_progress",
    "indexed_text",
    "measurement",
    "message",
    "metadata",
    "model_speed",
    "profile",
    "prompt_place",
    "prompt_text",
    "run",
    "run_text",
    "session_state",
    "source_chunk",
    "source_collection",
    "source_file",
    "source_vectors",
    "tag",
    "template_text",
    "template_version",
    "token_data",
    "vote",
    "vote_pair",
]
