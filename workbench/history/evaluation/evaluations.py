"""SQL of evaluations: runs found by their keys, what was measured, and looks at held-out cases."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from workbench.domain.evaluation.cells import CellId, KeptCell
from workbench.domain.evaluation.evaluation_set import Split
from workbench.domain.evaluation.results import EvaluationSummary
from workbench.domain.evaluation.verdict import VerdictKind
from workbench.domain.text import replace_surrogates
from workbench.history import codec
from workbench.history.tables import evaluation, evaluation_cell, held_out_look, run

_VARIABLES = 500
"""Most values of one IN list; old SQLite libraries take 999 in a statement."""


class FinishedRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a cell shows of a run that is done, without reading its events."""

    run_id: int
    key: str
    answer: str | None
    output: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    call_count: int
    started_at: float
    finish_reason: str
    limit: str
    manifest: dict[str, Any]


def find_finished(connection: Connection, keys: Sequence[str]) -> tuple[FinishedRun, ...]:
    """Finished runs whose specs have one of these digests, newest first; deleted ones are left out.

    Of one digest there can be several.
    """
    found: list[FinishedRun] = []
    for start in range(0, len(keys), _VARIABLES):
        part = keys[start : start + _VARIABLES]
        rows = connection.execute(
            select(run)
            .where(run.c.digest.in_(part), run.c.status == "done", run.c.deleted_at.is_(None))
            .order_by(run.c.id.desc())
        )
        found += [_finished(row) for row in rows]
    return tuple(found)


def _finished(row: Any) -> FinishedRun:
    return FinishedRun(
        run_id=row.id,
        key=row.digest,
        answer=row.answer,
        output=row.output,
        prompt_tokens=row.prompt_tokens,
        completion_tokens=row.completion_tokens,
        seconds=row.seconds,
        call_count=row.call_count,
        started_at=row.started_at,
        finish_reason=row.finish_reason,
        limit=row.limit_name,
        manifest=codec.from_json(row.manifest, {}),
    )


def keep(
    connection: Connection,
    summary: EvaluationSummary,
    definition: str,
    result: str,
    cells: Iterable[KeptCell],
) -> int:
    """Keep an evaluation and its cells in place of what was kept of the same one.

    Args:
        connection: in a transaction.
        summary: what lists show; its id does not matter.
        definition: the set, as JSON.
        result: what came out, as JSON.
        cells: all of them.

    Returns:
        The evaluation's id.
    """
    now = time.time()
    row = {
        "name": replace_surrogates(summary.name),
        "path": replace_surrogates(summary.path),
        "updated_at": now,
        "status": summary.status,
        "cell_count": summary.cell_count,
        "result": replace_surrogates(result),
        "definition": replace_surrogates(definition),
    }
    statement = insert(evaluation).values(digest=summary.digest, created_at=now, **row)
    evaluation_id: int = connection.execute(
        statement.on_conflict_do_update(index_elements=[evaluation.c.digest], set_=row).returning(
            evaluation.c.id
        )
    ).scalar_one()
    _keep_cells(connection, evaluation_id, [_row_of(evaluation_id, cell) for cell in cells])
    return evaluation_id


def _keep_cells(connection: Connection, evaluation_id: int, rows: list[dict[str, Any]]) -> None:
    """Write the cells that changed; all of them where others are there, or in another order.

    A run whose cell is written is indexed again: an evaluation is kept after each score.
    """
    of_it = evaluation_cell.c.evaluation_id == evaluation_id
    old = connection.execute(
        select(evaluation_cell).where(of_it).order_by(evaluation_cell.c.id)
    ).mappings()
    before = [dict(row) for row in old]
    if [_place(row) for row in before] != [_place(row) for row in rows]:
        connection.execute(delete(evaluation_cell).where(of_it))
        if rows:
            connection.execute(insert(evaluation_cell), rows)
        return
    for was, row in zip(before, rows, strict=True):
        changed = {name: value for name, value in row.items() if was[name] != value}
        if changed:
            cell = evaluation_cell.c.id == was["id"]
            connection.execute(update(evaluation_cell).where(cell).values(**changed))


def _place(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["variant"], row["case_id"], row["repeat"]


def _row_of(evaluation_id: int, cell: KeptCell) -> dict[str, Any]:
    return {
        "evaluation_id": evaluation_id,
        "variant": replace_surrogates(cell.id.variant),
        "case_id": replace_surrogates(cell.id.case),
        "repeat": cell.id.repeat,
        "state": cell.state,
        "run_id": cell.run_id or None,
        "score": cell.score,
        "passed": None if cell.passed is None else int(cell.passed),
        "run_key": cell.key,
        "details": codec.to_json(cell.details),
    }


def list_evaluations(connection: Connection, limit: int = 256) -> tuple[EvaluationSummary, ...]:
    """Evaluations, last worked on first."""
    rows = connection.execute(
        select(evaluation).order_by(evaluation.c.updated_at.desc()).limit(limit)
    )
    return tuple(
        EvaluationSummary(
            evaluation_id=row.id,
            digest=row.digest,
            name=row.name,
            path=row.path,
            status=row.status,
            cell_count=row.cell_count,
            created_at=row.created_at,
            updated_at=row.updated_at,
            **_found(row.result),
        )
        for row in rows
    )


class _KeptVerdict(msgspec.Struct):
    kind: VerdictKind


class _KeptComparison(msgspec.Struct):
    verdict: _KeptVerdict


class _KeptResult(msgspec.Struct):
    """What a list shows of a result."""

    split: Split = "tune"
    finished_cells: int | None = None
    comparisons: tuple[_KeptComparison, ...] = ()


def _found(result: str) -> dict[str, Any]:
    try:
        kept = msgspec.json.decode(result, type=_KeptResult)
    except codec.UNREADABLE:  # damaged: the evaluation can still be opened
        return {}
    return {
        "split": kept.split,
        "finished_cells": kept.finished_cells,
        "verdicts": tuple(each.verdict.kind for each in kept.comparisons),
    }


def load_definition(connection: Connection, evaluation_id: int) -> str | None:
    """The set of an evaluation, as JSON; None where there is no such evaluation."""
    found: str | None = connection.execute(
        select(evaluation.c.definition).where(evaluation.c.id == evaluation_id)
    ).scalar_one_or_none()
    return found


def find_id(connection: Connection, digest: str) -> int:
    """The id of what was kept of an evaluation, 0 for nothing."""
    found: int | None = connection.execute(
        select(evaluation.c.id).where(evaluation.c.digest == digest)
    ).scalar_one_or_none()
    return found or 0


def count_looks(connection: Connection, cases: str) -> int:
    """How often scores of held-out cases were shown; ``cases`` is the digest of their ids."""
    count: int = connection.execute(
        select(func.count()).select_from(held_out_look).where(held_out_look.c.cases == cases)
    ).scalar_one()
    return count


def load_cells(connection: Connection, evaluation_id: int) -> tuple[KeptCell, ...]:
    """The cells of an evaluation as they were last kept, in their order."""
    rows = connection.execute(
        select(evaluation_cell)
        .where(evaluation_cell.c.evaluation_id == evaluation_id)
        .order_by(evaluation_cell.c.id)
    )
    return tuple(
        KeptCell(
            id=CellId(row.variant, row.case_id, row.repeat),
            key=row.run_key,
            state=row.state,
            run_id=row.run_id or 0,
            score=row.score,
            passed=None if row.passed is None else bool(row.passed),
            details=codec.from_json(row.details, {}),
        )
        for row in rows
    )


def count_look(connection: Connection, cases: str, evaluation_id: int) -> int:
    """Note that scores of held-out cases are shown, and say how often they were by now.

    Args:
        connection: in a transaction.
        cases: the digest of the cases' ids.
        evaluation_id: which evaluation shows them.
    """
    connection.execute(
        insert(held_out_look),
        {"cases": cases, "at": time.time(), "evaluation_id": evaluation_id},
    )
    return count_looks(connection, cases)
