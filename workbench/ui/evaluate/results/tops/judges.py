"""A judge in the grid: a column with what it found of each variant, grey until it may rank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter

from workbench.domain.evaluation.checks import Check, CheckResult
from workbench.domain.evaluation.grid.rows import Scores
from workbench.domain.evaluation.results import CaseScore, EvaluationResult, VariantResult
from workbench.ui.kit.row_delegate import draw_icon, draw_text
from workbench.ui.theme import color, font

_NONE = "\u2013"
_BETWEEN = " · "
_PADDING, _ICON = 8, 14
_NAME, _LINE, _MODEL, _VALUE = 20, 17, 15, 24
_WRAPPED = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft


class JudgeHead(NamedTuple):
    """A check that a model judges.

    Args:
        title: of the check.
        models: the judges.
        ranks: whether it may decide anything.
        sentence: what is missing until it does, or how well it agrees.
        means: its mean of each variant, None where there is none.
    """

    title: str
    models: tuple[str, ...]
    ranks: bool
    sentence: str
    means: tuple[tuple[str, float | None], ...]

    @property
    def state(self) -> str:
        """Whether it decides anything, in a few words."""
        return "ranks" if self.ranks else "does not rank yet"

    @property
    def means_text(self) -> str:
        """The mean of each variant, in the order of the set."""
        return _BETWEEN.join(_number(mean) for _, mean in self.means)

    @property
    def spoken(self) -> str:
        """All of it in words."""
        means = [f"{name} {_number(mean)}" for name, mean in self.means if mean is not None]
        parts = [self.title, *self.models, *means, self.sentence]
        return ", ".join(each for each in parts if each)

    def found(self, scores: Scores, case: str) -> list[tuple[str, float | None]]:
        """What it found of each variant's answer to a case, over the repeats."""
        return [
            (name, judged_mean(scores.get(name, {}).get(case), self.title))
            for name, _ in self.means
        ]

    def text(self, scores: Scores, case: str) -> str:
        """The cell: a number for each variant, in the order of the set."""
        found = self.found(scores, case)
        if all(value is None for _, value in found):
            return _NONE
        return _BETWEEN.join(_number(value) for _, value in found)

    def tip(self, scores: Scores, case: str) -> str:
        """The cell with the names of the variants, and what is missing until it ranks."""
        lines = [f"{name}: {_number(value)}" for name, value in self.found(scores, case)]
        return "\n".join((*lines, self.sentence))


def judge_heads(result: EvaluationResult | None) -> tuple[JudgeHead, ...]:
    """The judges of a result, in the order of its checks."""
    if result is None:
        return ()
    return tuple(
        JudgeHead(
            title=each.check,
            models=each.models,
            ranks=each.may_rank,
            sentence=each.sentence,
            means=tuple(
                (
                    variant.name,
                    next((c.value for c in variant.checks if c.name == each.check), None),
                )
                for variant in result.variants
            ),
        )
        for each in result.judges
    )


def _mean(variant: VariantResult, title: str) -> float | None:
    """Of a check over all outputs of a variant."""
    return next((each.value for each in variant.checks if each.name == title), None)


def judged_mean(score: CaseScore | None, title: str) -> float | None:
    """The mean score that a check gave over the repeats of a case, None where it gave none."""
    values = [
        leaf.score
        for cell in (score.cells if score is not None else ())
        if cell.result is not None
        for leaf in cell.result.leaves()
        if leaf.score is not None and _title(leaf) == title
    ]
    return sum(values) / len(values) if values else None


def missing_of(found: CheckResult, judges: Sequence[JudgeHead]) -> str:
    """What is missing until a check ranks, "" where it does."""
    if found.ranks:
        return ""
    return next((each.sentence for each in judges if each.title == _title(found)), "")


def _title(found: CheckResult) -> str:
    """What reports call a check."""
    check = found.check
    if not isinstance(check, Check):
        return ""
    return check.name or f"{'not-' if check.negate else ''}{check.metric}"


def _number(value: float | None) -> str:
    return _NONE if value is None else f"{value:.2f}"


def paint_judge(painter: QPainter, box: QRect, judge: JudgeHead, head: int) -> None:
    """Paint the header of a judge: name, state, models, means, what is missing.

    Args:
        painter: of the header.
        box: head and summary.
        judge: of the column.
        head: its height without the summary.
    """
    strong, weak = ("text", "text-2") if judge.ranks else ("text-3", "text-3")
    room = box.adjusted(_PADDING, 6, -_PADDING, -4)
    line = QRect(room.left(), room.top(), room.width(), _NAME)
    draw_icon(painter, "target", weak, _ICON, line.left(), line)
    line.setLeft(line.left() + _ICON + 8)
    draw_text(painter, line, judge.title, "body-strong", strong)
    line = QRect(room.left(), room.top() + _NAME, room.width(), _LINE)
    draw_text(painter, line, judge.state, "small", weak)
    line = QRect(room.left(), line.bottom() + 1, room.width(), _MODEL)
    draw_text(painter, line, ", ".join(judge.models), "micro", "text-3")
    line = QRect(room.left(), box.top() + head + 6, room.width(), _VALUE)
    draw_text(painter, line, judge.means_text, "body-strong", strong)
    rest = QRect(room.left(), line.bottom() + 1, room.width(), room.bottom() - line.bottom())
    painter.save()
    painter.setFont(font("micro"))
    painter.setPen(color(weak))
    painter.setClipRect(rest)
    painter.drawText(rest, _WRAPPED, judge.sentence)
    painter.restore()
