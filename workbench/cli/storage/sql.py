"""``workbench history sql``: questions in SQL, read-only."""

from __future__ import annotations

import csv
import json
import sys

import click

from workbench.cli.history import history
from workbench.cli.main import with_workbench
from workbench.cli.options import as_json
from workbench.cli.terminal import print_table, texts
from workbench.domain.errors import UsageError
from workbench.settings import Paths


@history.command()
@click.argument("statement")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV with a line of names.")
@click.option(
    "--limit", type=click.IntRange(1, 1_000_000), default=1000, show_default=True, help="Most rows."
)
@click.option(
    "--seconds",
    type=click.FloatRange(0.1, 3600),
    default=10.0,
    show_default=True,
    help="How long it may take.",
)
@as_json
@click.pass_obj
def sql(
    paths: Paths, statement: str, as_csv: bool, limit: int, seconds: float, as_json: bool
) -> int:
    """Ask the history in SQL, for reading alone; STATEMENT is one SELECT.

    docs/schema.md describes the tables. What is packed in a column is printed as JSON.
    """
    if as_csv and as_json:
        raise UsageError("Choose --csv or --json.")
    found = with_workbench(paths, lambda core: core.storage.query(statement, limit, seconds))
    if as_json:
        rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
        click.echo(json.dumps(rows, ensure_ascii=False))
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(found.columns)
        writer.writerows(found.rows)
    else:
        shown = [["" if cell is None else str(cell) for cell in row] for row in found.rows]
        print_table(texts(*found.columns), shown)
    if found.is_cut:
        click.echo(f"There are more than {limit:,} rows: add --limit.", err=True)
    return 0
