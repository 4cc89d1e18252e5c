"""The Analysis page without a window: axes, places of labels, sentences."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF

from workbench import ui
from workbench.domain.evaluation.analysis import (
    AnalysedVariant,
    Analysis,
    CostPlot,
    CostPoint,
    TagCell,
    cost_text,
)
from workbench.domain.evaluation.estimates import Bounds
from workbench.ui.evaluate.analysis.differences import in_two
from workbench.ui.evaluate.analysis.quality import description_of, legend_of, qualities_of
from workbench.ui.evaluate.analysis.scales import cost_axis, place_labels, points_axis, share_axis
from workbench.ui.evaluate.analysis.tag_table import cell_words


def test_one_file_alone_imports_the_chart_library():
    imports = re.compile(r"^\s*(import|from) pyqtgraph", re.MULTILINE)
    files = Path(ui.__file__).parent.rglob("*.py")
    found = [each.name for each in files if imports.search(each.read_text("utf-8"))]
    assert found == ["charts.py"]


def test_axes_hold_all_values_at_round_ticks():
    quality = share_axis([0.53, 0.906])
    assert (round(quality.low, 6), round(quality.high, 6)) == (0.5, 1.0)
    assert [round(each, 6) for each in quality.ticks] == [0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    full = share_axis([1.0, 1.0])
    assert (full.low, full.high) == (pytest.approx(0.95), pytest.approx(1.0))
    tokens = cost_axis([31, 605])
    assert (tokens.is_log, tokens.ticks) == (True, (30, 100, 300, 1000))
    near = cost_axis([31, 34])
    assert (near.is_log, near.low, near.ticks) == (False, 0, (0, 10, 20, 30, 40))
    assert cost_axis([0, 0]).high > 0
    assert [round(each, 6) for each in points_axis(0.18).ticks] == [-0.2, -0.1, 0, 0.1, 0.2]


@pytest.mark.parametrize("spread", [3.0, 12.0, 60.0])
def test_labels_cover_neither_each_other_nor_marks(spread):
    marks = [QPointF(100 + spread * (n % 3), 100 + spread * (n // 3)) for n in range(6)]
    area = QRectF(0, 0, 560, 320)
    found = place_labels(marks, [QSizeF(130, 18)] * 6, area, [])
    assert all(area.contains(each) for each in found)
    assert not any(one.intersects(other) for one, other in itertools.combinations(found, 2))
    assert not any(each.contains(mark) for each in found for mark in marks)


def test_labels_keep_clear_of_intervals_where_they_can():
    bar = QRectF(118, 60, 8, 80)
    mark = QPointF(100, 100)
    (place,) = place_labels([mark], [QSizeF(60, 18)], QRectF(0, 0, 300, 200), [bar])
    assert not place.intersects(bar)
    (wide,) = place_labels([mark], [QSizeF(400, 18)], QRectF(0, 0, 300, 200), [])
    assert wide.top() >= 0


def test_a_verdict_is_broken_before_its_interval():
    assert in_two("better by 9 points [3, 15], 140 rows") == [
        "better by 9 points", "[3, 15], 140 rows"
    ]  # fmt: skip
    assert in_two("not enough rows: about 410 needed") == ["not enough rows:", "about 410 needed"]
    assert in_two("baseline") == ["baseline"]


PLOT = CostPlot(
    cost="tokens",
    points=(
        CostPoint(variant="v7", quality=0.84, cost=34, quality_interval=Bounds(0.76, 0.89)),
        CostPoint(variant="cot", quality=0.79, cost=121, beaten_by=("v7",)),
    ),
    left_out=("late",),
)


def test_a_plot_is_also_words():
    assert legend_of(PLOT) == (
        "Filled: nothing else is both cheaper and better. Hollow: v7 is. late has no score yet."
    )
    assert description_of(PLOT, {"v7": "84 %", "cot": "79 %"}) == (
        "v7: 84 % [76, 89] at 34 tokens an answer, on the front; "
        "cot: 79 % at 121 tokens an answer, beaten by v7."
    )
    assert [cost_text("seconds", 1.254), cost_text("tokens", 604.6)] == ["1.25 s", "605"]


def test_few_rows_have_counts_for_a_share():
    few = AnalysedVariant(name="few", scored=17, passed=15, value=15 / 17)
    many = AnalysedVariant(name="many", scored=140, passed=117, value=117 / 140)
    measured = AnalysedVariant(name="measured", scored=9, value=0.4)
    given = Analysis(
        name="", baseline="", target=0.05, repeats=1, rows=140, is_pass_fail=True,
        variants=(few, many, measured, AnalysedVariant(name="none")),
    )  # fmt: skip
    assert qualities_of(given) == {"few": "15 of 17", "many": "84 %", "measured": "40 %"}


def test_a_cell_of_few_rows_is_counts():
    few = TagCell(scored=16, passed=15, value=15 / 16)
    assert cell_words(few, strong=False) == "15 of 16"
    many = TagCell(scored=34, passed=28, value=28 / 34, interval=Bounds(0.66, 0.92))
    assert cell_words(many, strong=True) == "82 % [66, 92], 28 of 34, differs from the baseline"
    assert cell_words(TagCell(scored=0), strong=False) == "no score"
    assert cell_words(TagCell(scored=7, value=0.4), strong=False) == "7 rows"
