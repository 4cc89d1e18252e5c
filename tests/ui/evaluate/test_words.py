"""What the list and the run bar say."""

from __future__ import annotations

import datetime as dt

import pytest

from workbench.domain.evaluation.cells import Cell, CellId, SweepEstimate
from workbench.domain.evaluation.listing import ListedEvaluation
from workbench.domain.evaluation.results import EvaluationSummary
from workbench.ui.evaluate.progress import Progress
from workbench.ui.evaluate.words import estimate_text, state_of, until_text


def listed(**changes: object) -> ListedEvaluation:
    values = {"digest": "d", "name": "n", "path": "/p", "status": "met", "cell_count": 600}
    return ListedEvaluation(
        path="/p",
        name="n",
        is_file=True,
        summary=EvaluationSummary(**(values | changes)),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"finished_cells": 212}, "Paused · 212 of 600"),
        ({"finished_cells": 600, "verdicts": ("better",) * 3}, "Done · 3 better"),
        ({"finished_cells": 600, "verdicts": ("better", "worse")}, "Done · 1 worse"),
        ({"finished_cells": 600, "verdicts": ("not_enough_rows",)}, "Done · not enough rows"),
        ({}, "Done"),
    ],
)
def test_the_list_says_how_far_an_evaluation_is(changes: dict[str, object], words: str):
    assert state_of(listed(**changes), None).words == words


def test_one_that_was_never_run_says_so():
    assert (
        state_of(ListedEvaluation(path="/p", name="n", is_file=True), None).words == "Not run yet"
    )


def test_progress_counts_cells_as_they_change():
    ids = [CellId("v", str(number)) for number in range(4)]
    cells = {place: Cell(id=place, key="k") for place in ids}
    cells[ids[0]] = Cell(id=ids[0], key="k", state="cached")
    progress = Progress(cells)
    progress.begin([ids[1], ids[2]])
    cells[ids[1]] = Cell(id=ids[1], key="k", state="done")
    cells[ids[2]] = Cell(id=ids[2], key="k", state="failed")
    progress.update([ids[1]])
    assert (progress.answered, progress.total, progress.left) == (2, 4, 1)
    progress.update([ids[2]])
    assert (progress.failed, progress.left, progress.retriable()) == (1, 0, [ids[2]])
    assert state_of(listed(), progress).words == "2 of 2 answers"


def test_an_estimate_and_its_end():
    judged = SweepEstimate(cells=9, cached=9, to_run=0, calls=0, new_tokens=0, questions=1)
    there = "Every answer is there already · 1 question to judges and metrics"
    assert estimate_text(judged) == there
    estimate = SweepEstimate(cells=9, cached=0, to_run=9, calls=3920, new_tokens=9, seconds=600)
    assert estimate_text(estimate) == "3,920 calls · at most 9 new tokens · 10 min"
    now = dt.datetime(2026, 7, 1, 23, 55).astimezone()
    assert until_text(60, now) == "23:56"
    assert until_text(600, now) == "Thu 00:05"
