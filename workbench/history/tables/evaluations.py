"""Evaluations, what models measured, and votes."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from workbench.history.stored_types import (
    StoredBytes,
    StoredInteger,
    StoredNumber,
    StoredText,
    StoredTime,
)
from workbench.history.tables.base import metadata, row_id

evaluation = Table(
    "evaluation",
    metadata,
    row_id(),
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
    row_id(),
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
    row_id(),
    Column("cases", StoredText, nullable=False),
    Column("at", StoredTime, nullable=False),
    Column("evaluation_id", ForeignKey("evaluation.id"), nullable=False),
    Index("held_out_look_cases", "cases"),
)
"""Each time that scores of held-out cases were shown; ``cases`` is the digest of their ids."""

measurement = Table(
    "measurement",
    metadata,
    row_id(),
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
    row_id(),
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
    row_id(),
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
