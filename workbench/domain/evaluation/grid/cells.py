"""A cell of the grid: one variant on one case over all repeats, as one glyph and a short text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from workbench.domain.evaluation.cells import Cell
from workbench.domain.evaluation.metric_input import text_of
from workbench.domain.evaluation.results import CaseScore
from workbench.domain.evaluation.scores import FormatFailure, Score

CellKind = Literal[
    "lost",
    "gained",
    "wrong",
    "right",
    "format",
    "error",
    "measured",
    "excluded",
    "running",
    "waiting",
]
"""Verdict and change against the baseline in one; ``measured`` has a score and no verdict."""
KIND_WORDS: dict[CellKind, str] = {
    "lost": "lost",
    "gained": "gained",
    "wrong": "wrong",
    "right": "right",
    "format": "format failure",
    "error": "error",
    "measured": "measured",
    "excluded": "excluded",
    "running": "running",
    "waiting": "waiting",
}
_SHOWN = 80
_SEARCHED = 400


class GridCell(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a cell shows.

    ``text`` is the answer, or why there is none; ``done`` of ``repeats`` passed, or are finished
    while it is running. ``passed`` is None where there is no verdict. ``is_lost`` is also set for
    a format failure where the baseline was right.
    """

    kind: CellKind
    text: str = ""
    done: int = 0
    repeats: int = 1
    score: float | None = None
    passed: bool | None = None
    is_cached: bool = False
    is_lost: bool = False

    @property
    def count(self) -> str:
        """The repeats that passed, or the score where checks only measure; "" for neither."""
        if self.kind == "measured":
            return "" if self.score is None else f"{self.score:.2f}"
        if self.kind in ("lost", "gained", "wrong", "right", "format"):
            return f"{self.done}/{self.repeats}"
        return ""

    @property
    def shown(self) -> str:
        """The text in the cell."""
        if self.kind == "running":
            return f"{self.done} of {self.repeats}"
        return "\u2013" if self.kind == "waiting" else self.text

    @property
    def spoken(self) -> str:
        """The cell in words, for screen readers."""
        parts = [KIND_WORDS[self.kind]]
        if self.is_lost and self.kind != "lost":
            parts.append("lost")
        if self.kind != "waiting":
            parts.append(self.shown)
        if self.count:
            unit = "score" if self.kind == "measured" else "right"
            parts.append(f"{self.count.replace('/', ' of ')} {unit}")
        if self.is_cached:
            parts.append("from cache")
        return ", ".join(each for each in parts if each)


WAITING = GridCell(kind="waiting")


def grid_cell(cells: Sequence[Cell], score: CaseScore | None, before: bool | None) -> GridCell:
    """The cell of a variant and a case.

    Args:
        cells: its repeats as they are now; none where the row is a duplicate.
        score: what the checks found, which may be older than the cells.
        before: whether the baseline passes the case, None where it has no verdict or there is none.
    """
    repeats = len(cells)
    finished = cached = 0
    is_at_work = False
    for each in cells:
        if each.state == "failed":
            return GridCell(kind="error", text=one_line(each.error), repeats=repeats)
        cached += each.state == "cached"
        finished += each.state in ("cached", "done")
        is_at_work = is_at_work or each.state == "running"
    if score is None or finished < repeats or not _is_current(score, cells):
        if not finished and not is_at_work:
            return GridCell(kind="waiting", repeats=repeats)
        return GridCell(kind="running", done=finished, repeats=repeats)
    if score.state == "errored":
        return GridCell(kind="error", text=one_line(score.reason), repeats=repeats)
    if score.state == "excluded":
        return GridCell(kind="excluded", text=one_line(score.reason), repeats=repeats)
    is_lost = score.passed is False and before is True
    kind: CellKind = "measured"
    if score.is_format_failure and score.passed is not True:
        kind = "format"
    elif score.passed is not None:
        same: CellKind = "right" if score.passed else "wrong"
        changed: CellKind = "gained" if score.passed else "lost"
        kind = same if before is None or before == score.passed else changed
    return GridCell(
        kind=kind,
        text=one_line(score.reason) if kind == "format" else answer_of(score),
        done=score.passed_repeats,
        repeats=repeats,
        score=score.score,
        passed=score.passed,
        is_cached=cached == repeats,
        is_lost=is_lost,
    )


def _is_current(score: CaseScore, cells: Sequence[Cell]) -> bool:
    """Whether a score is of the runs that the cells show now."""
    if score.state == "unfinished" or len(score.cells) != len(cells):
        return not cells and score.state == "excluded"
    for scored, cell in zip(score.cells, cells, strict=True):
        if scored.cell is not cell and scored.cell.run_id != cell.run_id:
            return False
    return True


def answer_of(score: CaseScore) -> str:
    """The answer that decided: of the first repeat whose verdict is that of the case."""
    if not score.cells:
        return ""
    decisive = score.cells[deciding_repeat(score)]
    cell = decisive.cell
    if cell.answer:
        return one_line(cell.answer)
    if decisive.result is not None:
        for leaf in decisive.result.leaves():
            if isinstance(leaf.result, Score | FormatFailure):
                found = leaf.result.detail.get("extracted")
                if found not in (None, ""):
                    return one_line(text_of(found))
    return one_line(cell.output)


def deciding_repeat(score: CaseScore) -> int:
    """The number from 0 of the first repeat that has the verdict of the case, else the first."""
    for place, each in enumerate(score.cells):
        if each.result is not None and each.result.passed == score.passed:
            return place
    return 0


def one_line(text: str) -> str:
    """The beginning of a text as one line."""
    return " ".join(text[:_SEARCHED].split())[:_SHOWN]
