"""The Analysis page: what is shown, what a click asks for, what is exported."""

from __future__ import annotations

from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage

from tests.evaluation.test_analysis import cases, result
from tests.ui.conftest import WAIT_MS, ask
from tests.ui.evaluate.conftest import PROMPT, SET, counting
from tests.ui.evaluate.results.conftest import run_to_end
from workbench.domain.evaluation.evaluation_set import Columns
from workbench.engine.simulated import SimulatedEngine
from workbench.ui.evaluate.analysis.view import AnalysisView
from workbench.ui.evaluate.view_model import EvaluationModel
from workbench.ui.theme import theme


class Other(QObject):
    """No other evaluation is compared with."""

    changed = Signal()
    earlier = None


class Open(QObject):
    """An evaluation that is open, as the page sees it."""

    opened = Signal()
    result_changed = Signal()

    def __init__(self):
        super().__init__()
        self.comparing = Other()
        self.show(result())

    def show(self, found):
        ticket = SimpleNamespace(inputs=[SimpleNamespace(name="ticket")])
        self.result = found
        self.evaluation = SimpleNamespace(
            set=SimpleNamespace(columns=Columns()), cases=cases(), variants=[ticket]
        )
        self.result_changed.emit()


@pytest.fixture
def model(qapp):
    return Open()


@pytest.fixture
def view(context, model, qtbot):
    made = AnalysisView(context, model)
    qtbot.addWidget(made)
    made.resize(1170, 840)
    made.show()
    qtbot.waitUntil(lambda: made.analysis is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: made.quality.chart is not None, timeout=WAIT_MS)
    return made


@pytest.fixture
def engine() -> SimulatedEngine:
    """Counts letters, and is wrong about one word when it is loud."""
    return SimulatedEngine(counting)


@pytest.fixture
def engine_of_letters(context, paths, qtbot) -> EvaluationModel:
    """A small evaluation with two checks, run to its end."""
    paths.create()
    (paths.prompts / "count.prompty").write_text(PROMPT)
    file = paths.prompts / "letters.yaml"
    file.write_text(
        SET.replace("checks: [exact]", "checks: [exact, length: {name: short, threshold: 1}]")
    )
    made = EvaluationModel(context.bridge)
    made.open_path(str(file))
    qtbot.waitUntil(lambda: made.estimate is not None, timeout=WAIT_MS)
    run_to_end(made, qtbot)
    return made


@pytest.fixture
def wanted(view):
    found: list[list[str]] = []
    view.show_rows_wanted.connect(found.append)
    return found


def test_the_page_shows_cost_differences_tags_and_a_sentence(view):
    chart = view.quality.chart
    assert view.quality.sides.currentWidget() is chart
    assert "sc: 86 % [79, 91] at 605 tokens an answer" in chart.accessibleDescription()
    assert view.sentence.text().startswith("sc writes 18 times the tokens of v7")
    view.quality.cost.choose("calls")
    assert view.sentence.text().startswith("sc makes 5 times the calls of v7")
    shown = [each.variant for each in view.differences.list.differences.rows]
    assert shown == ["sc", "v7", "small"]
    assert view.grouping.currentText() == "kind"
    assert [line.value for line in view.tags.tags.lines][-2:] == ["off topic", "all"]
    assert view.calibration.isHidden()
    assert view.summary.text() == "140 rows"


def test_a_mark_shows_the_rows_that_its_variant_did_not_pass(view, wanted, qtbot):
    chart = view.quality.chart
    _item, at = chart._labels[1]
    box = chart.plotItem.getViewBox()
    place = chart.mapFromScene(box.mapViewToScene(at))
    qtbot.mouseClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: bool(wanted), timeout=WAIT_MS)
    assert wanted == [[f"c{place}" for place in range(117, 140)]]
    labels = [label.sceneBoundingRect() for label, _ in chart._labels]
    pairs = [(a, b) for n, a in enumerate(labels) for b in labels[n + 1 :]]
    assert not any(a.intersects(b) for a, b in pairs)
    theme().choose("light")
    assert len(chart._labels) == 4


def test_gained_and_lost_show_their_rows_by_pointer_and_key(view, wanted, qtbot):
    found = view.differences.list
    box = found.visualRect(found.differences.index(1))
    right = QPoint(box.right() - 40, box.center().y())
    qtbot.mouseClick(found.viewport(), Qt.MouseButton.LeftButton, pos=right)
    assert wanted == [[f"c{place}" for place in range(104, 117)]]
    qtbot.mouseClick(found.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, right.y()))
    assert len(wanted) == 1
    found.setCurrentIndex(found.differences.index(2))
    qtbot.keyClick(found, Qt.Key.Key_Return)
    assert wanted[1] == [f"c{place}" for place in range(86, 104)]


def test_the_chart_is_also_a_table_in_which_enter_does_what_a_click_does(view, wanted):
    view.quality.as_table.toggle()
    table = view.quality.table
    assert view.quality.sides.currentWidget() is table
    texts = table.texts
    assert [texts.index(0, column).data() for column in range(6)][:2] == ["v6", "74 %"]
    table.activated.emit(texts.index(3, 2))
    assert wanted == [[f"c{place}" for place in range(86, 140)]]
    view.tags.activated.emit(view.tags.tags.index(3, 0))
    assert wanted[1] == [f"c{place}" for place in range(124, 140)]


def test_another_result_is_analysed_and_none_shows_nothing(view, model, qtbot):
    model.show(result(right={"v6": 70, "v7": 117}))
    qtbot.waitUntil(lambda: len(view.analysis.variants) == 2, timeout=WAIT_MS)
    model.show(None)
    qtbot.waitUntil(lambda: view.analysis is None, timeout=WAIT_MS)
    assert not view.empty.isHidden()
    assert not view.export.isEnabled()


def test_everything_is_exported_and_copied(view, tmp_path, qtbot, going):
    kinds = view.export.kinds
    assert kinds == ("csv", "jsonl", "markdown", "html", "junit", "png", "svg")
    titles = [each.title for each in view.actions_table()]
    assert titles[:2] == ["Export: Charts as PNG", "Export: Charts as SVG"]
    for kind in kinds:
        view.export.export_to(str(tmp_path / f"out.{kind}"), kind)
    qtbot.waitUntil(lambda: len(going.notices) == len(kinds), timeout=WAIT_MS)
    assert {each.name for each in tmp_path.glob("out.*")} == {f"out.{kind}" for kind in kinds}
    image = QImage(str(tmp_path / "out.png"))
    assert image.size() == view.charts.size() * 2
    svg = ET.parse(tmp_path / "out.svg").getroot()
    assert svg.tag.endswith("svg")
    assert "18 times" in "".join(svg.itertext())
    texts = [each for each in svg.iter() if each.tag.endswith("text") and (each.text or "").strip()]
    assert texts
    assert all(float(each.get("textLength", 0)) > 0 for each in texts)
    assert "Quality against tokens" in (tmp_path / "out.html").read_text()
    view.export.copy_tables()
    board = QGuiApplication.clipboard()
    qtbot.waitUntil(lambda: "## By kind" in board.text(), timeout=WAIT_MS)
    assert "<h2>By kind</h2>" in board.mimeData().html()
    view.export.export_to(str(tmp_path / "gone" / "out.csv"), "csv")
    qtbot.waitUntil(lambda: "cannot be written" in going.notices[-1], timeout=WAIT_MS)


def test_one_check_is_chosen_and_another_evaluation_takes_the_place_of_the_baseline(
    context, engine_of_letters, qtbot
):
    model = engine_of_letters
    view = AnalysisView(context, model)
    qtbot.addWidget(view)
    view.resize(1170, 840)
    view.show()
    qtbot.waitUntil(lambda: view.analysis is not None, timeout=WAIT_MS)
    assert [view.check.itemText(n) for n in range(view.check.count())] == [
        "Score of all checks", "exact", "short",
    ]  # fmt: skip
    values = {each.name: each.passed for each in view.analysis.variants}
    assert values == {"plain": 3, "loud": 2}
    view.check.choose("short")
    qtbot.waitUntil(lambda: view.analysis.variants[1].passed == 3, timeout=WAIT_MS)
    view.check.choose("")
    others = ask(context.bridge, lambda core: core.evaluations.all())
    model.comparing.compare_with(others[0])
    qtbot.waitUntil(lambda: not view.earlier.isHidden(), timeout=WAIT_MS)
    assert view.differences.title.text() == "Difference to the other"
    rows = view.differences.list.differences.rows
    assert {each.variant: (each.verdict.gained, each.verdict.lost) for each in rows} == {
        "plain": (0, 0),
        "loud": (0, 0),
    }
    view.earlier.end.click()
    assert view.differences.title.text() == "Difference to the baseline"
