"""Lists of runs: which there are, narrowed and folded, newest first; what is hidden and judged."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, select, text, update

from workbench.domain.errors import WorkbenchError
from workbench.domain.runs.comparison import is_right
from workbench.domain.searching import SearchFilter
from workbench.domain.text import replace_surrogates
from workbench.domain.views import RunFilter, RunSummary
from workbench.history import codec, versions
from workbench.history.search import finding
from workbench.history.tables import run, template_version

_NEWEST = 2**62
_VARIABLES = 500
"""Most values of one IN list; old SQLite libraries take 999 in a statement."""

_SUMMARY = (
    run.c.id,
    run.c.status,
    run.c.strategy,
    run.c.model,
    run.c.title,
    run.c.answer,
    run.c.started_at,
    run.c.seconds,
    run.c.call_count,
    run.c.completion_tokens,
    run.c.group_key,
    run.c.error,
    run.c.is_right,
)


_FOUND_RUNS = "text_search CROSS JOIN indexed_text ON indexed_text.id = text_search.rowid"
"""In this order, so that reading the index ends where the page is full."""

_newer = run.alias("newer")
_IS_NEWEST_OF_GROUP = (run.c.group_key == "") | (
    run.c.id
    == select(func.max(_newer.c.id))
    .where(_newer.c.group_key == run.c.group_key, _newer.c.deleted_at.is_(None))
    .scalar_subquery()
)
_MEMBERS = case(
    (run.c.group_key == "", 1),  # most runs: all of them would be counted for each
    else_=select(func.count())
    .where(_newer.c.group_key == run.c.group_key, _newer.c.deleted_at.is_(None))
    .scalar_subquery(),
)


def list_runs(
    connection: Connection,
    before_id: int | None = None,
    limit: int = 256,
    wanted: RunFilter = RunFilter(),  # noqa: B008 - frozen
    *,
    fold: bool = False,
) -> tuple[RunSummary, ...]:
    """Runs that are not deleted, newest first.

    Args:
        connection: in a transaction.
        before_id: continues a list after this run.
        limit: most rows.
        wanted: which runs.
        fold: show a comparison as one row, its newest run, where the filter asks for nothing that
            only single runs have.
    """
    before = _NEWEST if before_id is None else before_id
    conditions = [run.c.deleted_at.is_(None), *_conditions(connection, wanted)]
    columns: list[Any] = list(_SUMMARY)
    if fold and wanted.is_folding:
        conditions.append(_IS_NEWEST_OF_GROUP)
        columns.append(_MEMBERS.label("members"))
    tags = SearchFilter(strategy=wanted.strategy, model=wanted.model, is_right=wanted.is_right)
    query = finding.run_query(wanted.text, tags)
    statement: Select[Any]
    if query is None:
        statement = select(*columns).where(run.c.id < before).order_by(run.c.id.desc())
    else:  # the index gives its rows newest first, so reading stops at the limit
        statement = (
            select(*columns)
            .select_from(text(_FOUND_RUNS))
            .join(run, text("run.id = indexed_text.item_id"))
            .where(text("text_search MATCH :query AND text_search.rowid < :before"))
            .params(query=query, before=_key_of(connection, before_id))
            .order_by(text("text_search.rowid DESC"))
        )
    rows = connection.execute(statement.where(*conditions).limit(limit))
    return tuple(_summary(row) for row in rows)


def _key_of(connection: Connection, run_id: int | None) -> int:
    """Where the index has a run: those that are found before it have a lower key."""
    if run_id is None:
        return _NEWEST
    found: int | None = connection.execute(
        text(
            "SELECT id FROM indexed_text WHERE source = 'run' AND part = 0 "
            "AND item_id <= :run_id ORDER BY item_id DESC LIMIT 1"
        ),
        {"run_id": run_id},
    ).scalar()
    return found or 0


def _conditions(connection: Connection, wanted: RunFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.strategy:
        found.append(run.c.strategy == wanted.strategy)
    if wanted.model:
        found.append(run.c.model == wanted.model)
    if wanted.group:
        found.append(run.c.group_key == wanted.group)
    if wanted.version:
        found.append(run.c.template_id == wanted.version)
    if wanted.prompt:
        prompt_id = versions.prompt_at(connection, wanted.prompt)
        of_prompt = select(template_version.c.id).where(template_version.c.prompt_id == prompt_id)
        found.append(run.c.template_id.in_(of_prompt))
    if wanted.since:  # ids rise with time, so the list stops where the day began
        # "+ 0" has it read by the times; SQLite would else look through the ids from the first on.
        first = connection.execute(
            select(func.min(run.c.id + 0)).where(run.c.started_at >= wanted.since)
        ).scalar()
        found.append(run.c.id >= (_NEWEST if first is None else first))
    if wanted.compared:
        found.append(text("run.group_key <> ''"))  # type: ignore[arg-type]
    if wanted.is_right is not None:
        found.append(run.c.is_right == int(wanted.is_right))
    if wanted.without_cancelled:
        found.append(run.c.status != "cancelled")
    return found


def models(connection: Connection) -> tuple[str, ...]:
    """The models of all runs, as runs name them."""
    names = connection.execute(select(run.c.model).distinct().order_by(run.c.model)).scalars()
    return tuple(name for name in names if name)


def find_done(connection: Connection, digest: str, limit: int = 8) -> tuple[RunSummary, ...]:
    """Finished runs whose specs have that digest, newest first; deleted ones are passed over."""
    statement = (
        select(*_SUMMARY)
        .where(run.c.digest == digest, run.c.status == "done", run.c.deleted_at.is_(None))
        .order_by(run.c.id.desc())
        .limit(limit)
    )
    return tuple(_summary(row) for row in connection.execute(statement))


def earlier_alike(connection: Connection, run_id: int) -> tuple[int, bool] | None:
    """The newest finished run before this one of the same spec, and whether its output is the same.

    None where there is none or this one has not finished.
    """
    this = connection.execute(
        select(run.c.digest, run.c.output, run.c.status).where(run.c.id == run_id)
    ).first()
    if this is None or this.status != "done":
        return None
    earlier = connection.execute(
        select(run.c.id, run.c.output)
        .where(run.c.digest == this.digest, run.c.id < run_id, run.c.status == "done")
        .where(run.c.deleted_at.is_(None))
        .order_by(run.c.id.desc())
        .limit(1)
    ).first()
    return None if earlier is None else (earlier.id, earlier.output == this.output)


def _summary(row: Any) -> RunSummary:
    return RunSummary(
        run_id=row.id,
        status=row.status,
        strategy=row.strategy,
        model=row.model,
        title=row.title,
        answer=row.answer,
        started_at=row.started_at,
        seconds=row.seconds,
        calls=row.call_count,
        completion_tokens=row.completion_tokens,
        group=row.group_key,
        error=_sentence(row.error),
        is_right=None if row.is_right is None else bool(row.is_right),
        members=getattr(row, "members", 1) if row.group_key else 1,
    )


def _sentence(error: str | None) -> str:
    if not error:
        return ""
    try:
        return str(WorkbenchError.from_wire(codec.from_json(error, {})))
    except (TypeError, ValueError, AttributeError):  # damaged, or of another version
        return "The run failed."


def expect(
    connection: Connection, expected: str, run_ids: Sequence[int] = (), group: str = ""
) -> None:
    """Keep the right answer of runs, or of a comparison, and judge those that have ended."""
    found = list(run_ids)
    if group:
        found += connection.execute(select(run.c.id).where(run.c.group_key == group)).scalars()
    kept = replace_surrogates(expected).strip() or None
    for part in _parts(found):
        connection.execute(update(run).where(part).values(expected=kept))
    judge(connection, found)


def expected_of(connection: Connection, run_ids: Sequence[int]) -> dict[int, str]:
    """The right answers of runs; a run without one is left out."""
    return {
        row.id: row.expected
        for part in _parts(run_ids)
        for row in connection.execute(select(run.c.id, run.c.expected).where(part))
        if row.expected
    }


def _parts(run_ids: Sequence[int]) -> Iterator[ColumnElement[bool]]:
    """Conditions that together mean these runs, none longer than a statement may be."""
    for start in range(0, len(run_ids), _VARIABLES):
        yield run.c.id.in_(run_ids[start : start + _VARIABLES])


def judge(connection: Connection, run_ids: Sequence[int]) -> None:
    """Keep whether the answers of runs are the expected ones."""
    for part in _parts(run_ids):
        rows = connection.execute(
            select(run.c.id, run.c.status, run.c.answer, run.c.expected, run.c.is_right).where(part)
        ).all()
        for row in rows:
            right = is_right(row.answer, row.expected or "") if row.status == "done" else None
            if right != (None if row.is_right is None else bool(row.is_right)):
                value = None if right is None else int(right)
                connection.execute(update(run).where(run.c.id == row.id).values(is_right=value))


def hide(
    connection: Connection, run_ids: Sequence[int], groups: Sequence[str] = ()
) -> tuple[int, ...]:
    """Take runs, and whole comparisons, out of lists and search.

    Returns:
        The ids of all of them; :func:`show` brings them back.
    """
    found = list(run_ids)
    for group in groups:
        members = select(run.c.id).where(run.c.group_key == group, run.c.deleted_at.is_(None))
        found += connection.execute(members).scalars()
    _set_deleted(connection, found, time.time())
    return tuple(dict.fromkeys(found))


def show(connection: Connection, run_ids: Sequence[int]) -> None:
    """Bring hidden runs back."""
    _set_deleted(connection, run_ids, None)


def _set_deleted(connection: Connection, run_ids: Sequence[int], at: float | None) -> None:
    for part in _parts(run_ids):
        connection.execute(update(run).where(part).values(deleted_at=at))
