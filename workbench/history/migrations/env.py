"""What Alembic runs: the revisions, on the connection and inside the transaction it is given."""

from __future__ import annotations

from alembic import context

from workbench.history.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
