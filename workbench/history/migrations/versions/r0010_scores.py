"""Runs are found by their scores in evaluations: a change of a cell has its run indexed again.

No text is read or written here: the runs of older evaluations are only noted, and indexed in steps
once the program is open.
"""

from __future__ import annotations

from alembic import op

# Statements are put together from the names of our own tables.
# ruff: noqa: S608

revision = "0010"
down_revision = "0009"

_INTO = "INSERT INTO index_pending (source, item_id)"


def _noted(run: str) -> str:
    """Note a run and the messages that it wrote, unless they are noted.

    OR IGNORE would not do: in a trigger the conflict clause of the statement that fires it counts.
    """
    return (
        f"{_INTO} SELECT 'run', {run} WHERE {run} IS NOT NULL AND NOT EXISTS "
        f"(SELECT 1 FROM index_pending WHERE source = 'run' AND item_id = {run}); "
        f"{_INTO} SELECT 'message', message.id FROM message WHERE run_id = {run} AND NOT EXISTS "
        "(SELECT 1 FROM index_pending WHERE source = 'message' AND item_id = message.id);"
    )


_TRIGGERS = {
    "score_insert AFTER INSERT ON evaluation_cell WHEN new.score IS NOT NULL": _noted("new.run_id"),
    "score_update AFTER UPDATE OF score, run_id ON evaluation_cell "
    "WHEN old.score IS NOT new.score OR old.run_id IS NOT new.run_id":
        f"{_noted('new.run_id')} {_noted('old.run_id')}",
    "score_delete AFTER DELETE ON evaluation_cell WHEN old.score IS NOT NULL": _noted("old.run_id"),
}  # fmt: skip

_OF_OLDER = f"""{_INTO}
SELECT DISTINCT 'run', run_id FROM evaluation_cell AS c
WHERE run_id IS NOT NULL AND score IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM index_pending AS p WHERE p.source = 'run' AND p.item_id = c.run_id)"""


def upgrade() -> None:
    """Make the triggers, and note the runs that have a score."""
    for head, body in _TRIGGERS.items():
        op.execute(f"CREATE TRIGGER index_{head} BEGIN {body} END")
    op.execute(_OF_OLDER)
