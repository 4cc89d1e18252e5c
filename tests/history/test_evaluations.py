"""Evaluations in the history: kept in place of the same one, cells found by key, looks counted."""

from __future__ import annotations

import msgspec

from workbench.domain.evaluation.cells import CellId, KeptCell
from workbench.domain.evaluation.results import EvaluationSummary
from workbench.history.evaluation import evaluations
from workbench.history.runs import run_list
from workbench.history.store import HistoryStore

from . import samples

SUMMARY = EvaluationSummary(digest="d", name="Set", path="/s.yaml", status="met", cell_count=2)


def cell(repeat: int, **more: object) -> KeptCell:
    return KeptCell(id=CellId("plain", "one", repeat), key="k", state="done", **more)  # type: ignore[arg-type]


async def test_the_same_evaluation_is_kept_once(store: HistoryStore) -> None:
    cells = [cell(0, score=0.5, passed=False, details={"checks": []}), cell(1)]
    first = await store.write(evaluations.keep, SUMMARY, "{}", "{}", cells)
    changed = msgspec.structs.replace(SUMMARY, status="not_met")
    again = await store.write(evaluations.keep, changed, "{}", "{}", cells[:1])
    assert again == first
    (found,) = await store.read(evaluations.list_evaluations)
    assert (found.evaluation_id, found.status, found.name) == (first, "not_met", "Set")
    assert await store.read(evaluations.load_cells, first) == (cells[0],)


async def test_finished_runs_are_found_by_their_keys(store: HistoryStore) -> None:
    run_id = await samples.done_run(store)
    key = samples.template_spec().digest()
    many = [str(number) for number in range(1_200)]
    (found,) = await store.read(evaluations.find_finished, (*many, key))
    assert (found.run_id, found.key, found.answer) == (run_id, key, "Paris it is")
    await store.write(run_list.hide, [run_id])
    assert await store.read(evaluations.find_finished, (key,)) == ()


async def test_looks_at_the_same_cases_are_counted(store: HistoryStore) -> None:
    first = await store.write(evaluations.keep, SUMMARY, "{}", "{}", [])
    counts = [
        await store.write(evaluations.count_look, cases, first) for cases in ("a", "a", "b", "a")
    ]
    assert counts == [1, 2, 1, 3]
