"""Alembic revisions; :mod:`workbench.history.schema` runs them without a configuration file."""
