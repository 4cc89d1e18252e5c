"""The grid of results: filters, keys, order, baseline, the case at the right, other evaluations."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS, Going, ask, unnamed
from tests.ui.evaluate.results.conftest import cases, run_to_end
from workbench.domain.evaluation.cells import CellId
from workbench.domain.evaluation.grid.choice import CASE, RowsWanted, SortKey
from workbench.ui.evaluate.panel import EvaluatePanel
from workbench.ui.evaluate.results.view import ResultsView
from workbench.ui.evaluate.view_model import EvaluationModel
from workbench.ui.panels import Context

SHIFT = Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


def current(view: ResultsView) -> tuple[str, str]:
    found = view.grid.current
    assert found is not None
    return view.results.table.rows[found[0]].id, found[1]


def press(view: ResultsView, qtbot: QtBot, *keys: Qt.Key) -> None:
    for key in keys:
        qtbot.keyClick(view.grid.table, key)


def press_head(
    view: ResultsView, qtbot: QtBot, name: str, x: int = 20, shift: bool = False
) -> None:
    """Click on the header of a variant, ``x`` pixels from its left (negative: from its right)."""
    head, section = view.grid.table.horizontalHeader(), view.grid.model.column_of(name)
    left = head.sectionViewportPosition(section)
    place = QPoint(left + x if x > 0 else left + head.sectionSize(section) + x, 14)
    held = SHIFT if shift else Qt.KeyboardModifier.NoModifier
    qtbot.mouseClick(head.viewport(), LEFT, held, place)


def test_it_opens_on_changed_rows_with_regressions_first(view: ResultsView) -> None:
    model = view.grid.model
    groups = [model.group(line) for line in range(model.rowCount())]
    assert [group and (group.kind, group.count) for group in groups] == [
        ("lost", 2),
        None,
        None,
        ("gained", 1),
        None,
    ]
    spoken = model.index(1, model.column_of("loud")).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "loud: lost, It has 0, 0 of 1 right"
    chips = {name: chip.accessibleName() for name, chip in view.filters.chips.items()}
    assert chips["changed"] == "Changed, 3 rows"
    assert chips["format"] == "Format, 1 rows"
    assert chips["errors"] == "Errors, 1 rows"
    assert [head.verdict_text for head in model.heads] == [
        "baseline",
        "1 gained, 2 lost: too few for a verdict",
    ]
    assert view.grid.selected() == [(1, model.column_of("loud"))]
    assert unnamed(view) == []


def test_keys_walk_the_grid(view: ResultsView, qtbot: QtBot) -> None:
    assert current(view) == ("lost", "loud")
    press(view, qtbot, Qt.Key.Key_J, Qt.Key.Key_H)
    assert current(view) == ("unread", "plain")
    press(view, qtbot, Qt.Key.Key_J, Qt.Key.Key_J)
    assert current(view) == ("gained", "plain")
    press(view, qtbot, Qt.Key.Key_L, Qt.Key.Key_F)
    assert current(view) == ("lost", "loud")
    press(view, qtbot, Qt.Key.Key_F)
    assert current(view) == ("unread", "loud")
    press(view, qtbot, Qt.Key.Key_Space)
    assert view.drawer.isHidden()
    press(view, qtbot, Qt.Key.Key_Return)
    assert not view.drawer.isHidden()
    press(view, qtbot, Qt.Key.Key_K, Qt.Key.Key_K, Qt.Key.Key_Return)  # folds the first group
    qtbot.waitUntil(lambda: cases(view) == ["gained"], timeout=WAIT_MS)


def test_filters_tags_and_words_choose_rows(view: ResultsView, qtbot: QtBot) -> None:
    qtbot.mouseClick(view.filters.chips["all"], LEFT)
    qtbot.waitUntil(lambda: len(cases(view)) == 5, timeout=WAIT_MS)
    view.results.want(msgspec.structs.replace(view.results.wanted, tags=("long",), order="set"))
    qtbot.waitUntil(lambda: cases(view) == ["lost", "gained"], timeout=WAIT_MS)
    press(view, qtbot, Qt.Key.Key_Slash)
    qtbot.keyClicks(view.filters.search, "eleven")
    qtbot.waitUntil(lambda: cases(view) == ["gained"], timeout=WAIT_MS)
    qtbot.keyClicks(view.filters.search, "x")
    qtbot.waitUntil(lambda: view.stack.currentWidget() is view.nothing, timeout=WAIT_MS)
    qtbot.mouseClick(view.nothing.button, LEFT)
    qtbot.waitUntil(lambda: len(cases(view)) == 5, timeout=WAIT_MS)


def test_heads_sort_by_several_columns_and_pin_the_baseline(
    view: ResultsView, model: EvaluationModel, qtbot: QtBot
) -> None:
    press_head(view, qtbot, "plain")
    assert view.results.wanted.of == "plain"
    press_head(view, qtbot, "loud", shift=True)
    press_head(view, qtbot, "plain", shift=True)
    assert view.results.wanted.keys == (SortKey("loud"), SortKey("plain"))
    qtbot.waitUntil(lambda: cases(view) == ["lost", "unread", "gained"], timeout=WAIT_MS)
    view.results.sort_by(CASE, also=False)
    qtbot.waitUntil(lambda: cases(view) == ["gained", "lost", "unread"], timeout=WAIT_MS)
    press_head(view, qtbot, "loud", x=-14)
    assert model.set is not None
    assert model.set.baseline == "loud"
    qtbot.waitUntil(lambda: view.results.table.baseline == "loud", timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: (
            [head.verdict_text for head in view.grid.model.heads]
            == ["2 gained, 1 lost: too few for a verdict", "baseline"]
        ),
        timeout=WAIT_MS,
    )


def test_the_case_at_the_right(view: ResultsView, going: Going, qtbot: QtBot) -> None:
    drawer = view.drawer
    view.show_case("lost", "loud")
    qtbot.waitUntil(lambda: drawer.subtitle.text() == "lost · long · odd", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(drawer.text.changes) == 3, timeout=WAIT_MS)
    words = [each.text() for each in drawer.inputs.body.findChildren(QLabel)]
    assert words[-5:] == ["word", "three", "", "expected", "5"]
    checks = [each.text() for each in drawer.checks.body.findChildren(QLabel)]
    assert "lost" in checks
    press(view, qtbot, Qt.Key.Key_D)
    assert drawer.text.changes == ()
    drawer.open_run()
    evaluation = view.results.evaluation
    assert evaluation is not None
    run_id = evaluation.cells[CellId("loud", "lost")].run_id
    assert going.places == [("history", {"run_id": run_id})]
    qtbot.mouseClick(drawer.forth, LEFT)
    qtbot.waitUntil(lambda: drawer.place == 3, timeout=WAIT_MS)


def test_selected_cells_are_copied_and_run(
    view: ResultsView, model: EvaluationModel, qtbot: QtBot
) -> None:
    view.show_all()
    qtbot.waitUntil(lambda: len(cases(view)) == 5, timeout=WAIT_MS)
    assert view.grid.show_case("lost", "plain")
    view.grid.table.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right):
        qtbot.keyClick(view.grid.table, key, SHIFT)
    view.copy()
    assert QGuiApplication.clipboard().text() == (
        "Case\tplain\tloud\nlost\tIt has 5\tIt has 0\nunread\tIt has 5\t“Many” is not a number."
    )
    assert not view.can_run_selected()
    assert view.grid.show_case("empty", "loud")
    assert view.selected_cells() == [CellId("loud", "empty")]


def test_cells_at_work_are_shown_as_they_arrive(
    view: ResultsView, model: EvaluationModel, qtbot: QtBot
) -> None:
    evaluation, place = model.evaluation, CellId("loud", "lost")
    assert evaluation is not None
    cell = evaluation.cells[place]
    evaluation.cells[place] = msgspec.structs.replace(cell, state="running", run_id=0)
    model.cells_changed.emit([place])
    line = view.grid.model.line_of(view.results.place_of("lost"))
    assert view.grid.model.text(line, view.grid.model.column_of("loud")) == "0 of 1"


def test_another_evaluation_takes_the_place_of_the_baseline(
    view: ResultsView, model: EvaluationModel, qtbot: QtBot
) -> None:
    assert model.set is not None
    assert model.result is not None
    first = model.result.evaluation_id
    quiet = msgspec.structs.replace(model.set.variants[1], text="Quiet {{ word }}")
    model.edit(msgspec.structs.replace(model.set, variants=(model.set.variants[0], quiet)))
    run_to_end(model, qtbot)
    assert model.result.evaluation_id != first
    others = ask(view.results._bridge, lambda core: core.evaluations.all())
    earlier = next(each for each in others if each.evaluation_id == first)
    model.comparing.compare_with(earlier)
    qtbot.waitUntil(lambda: not view.earlier.isHidden(), timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: (
            [head.verdict_text for head in view.grid.model.heads]
            == [
                "0 gained, 0 lost: too few for a verdict",
                "2 gained, 0 lost: too few for a verdict",
            ]
        ),
        timeout=WAIT_MS,
    )
    kinds = {row.id: row.cells[1].kind for row in view.results.table.rows}
    assert kinds["lost"] == kinds["unread"] == "gained"
    qtbot.mouseClick(view.earlier.end, LEFT)
    qtbot.waitUntil(lambda: view.results.heads[0].is_baseline, timeout=WAIT_MS)


def test_filters_and_order_are_found_again(
    context: Context, model: EvaluationModel, qtbot: QtBot
) -> None:
    first, second = EvaluatePanel(context), EvaluatePanel(context)
    for panel in (first, second):
        qtbot.addWidget(panel)
        panel.resize(1376, 800)
        panel.show()
    first.handle({"set": model.path, "view": "results"})
    qtbot.waitUntil(lambda: "results" in first.views, timeout=WAIT_MS)
    wanted = RowsWanted(show="failures", order="columns", keys=(SortKey("loud"), SortKey(CASE)))
    shown = first.views["results"]
    assert isinstance(shown, ResultsView)
    qtbot.waitUntil(lambda: bool(shown.results.table.scores), timeout=WAIT_MS)
    shown.results.want(wanted)
    second.restore_session(first.save_session())
    qtbot.waitUntil(lambda: "results" in second.views, timeout=WAIT_MS)
    again = second.views["results"]
    assert isinstance(again, ResultsView)
    qtbot.waitUntil(lambda: cases(again) == ["lost", "unread", "gained"], timeout=WAIT_MS)
    assert again.results.wanted == msgspec.structs.replace(wanted, of="loud")
