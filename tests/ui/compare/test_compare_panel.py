"""Compare, as the user uses it: real widgets, a real core, made-up answers."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from tests.ui.compare.driving import column_of, run, wait
from tests.ui.conftest import WAIT_MS, Going, unnamed
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import TemplatePrompt
from workbench.engine.simulated import Failure, SimulatedEngine
from workbench.ui.actions import ActionTable
from workbench.ui.bridge import Bridge
from workbench.ui.compare.panel import ComparePanel
from workbench.ui.panels import Context


def test_the_same_question_runs_by_four_strategies(panel: ComparePanel, qtbot: QtBot) -> None:
    run(panel, qtbot)
    assert [view.banner.message for view in panel.views] == [""] * 4
    assert [view.state.text() for view in panel.views] == ["Done"] * 4
    assert [view.card.answer for view in panel.views] == ["17"] * 4
    specs = [view.model.spec for view in panel.views]
    assert len({spec.group for spec in specs if spec}) == 1
    assert len({spec.seed for spec in specs if spec}) == 1
    assert all(spec and spec.seed for spec in specs)


def test_figures_of_a_column(panel: ComparePanel, qtbot: QtBot) -> None:
    run(panel, qtbot)
    view = column_of(panel, "self_consistency")
    state = view.model.state
    assert state is not None
    assert view.metrics.values["Calls"].text() == "5"
    assert view.metrics.values["Tokens"].text() == f"{state.completion_tokens:,}"
    assert view.metrics.values["Time"].text().endswith(" s")


def test_votes_show_no_answer_and_no_tie_where_there_is_none(
    panel: ComparePanel, qtbot: QtBot
) -> None:
    run(panel, qtbot)
    view = column_of(panel, "self_consistency")
    votes, paths = view.sections[2], view.sections[3]
    assert votes.isVisible()
    assert votes.note.text() == "4 of 5 agree"
    assert votes.bars.accessibleDescription() == "17: 4, No answer: 1"  # type: ignore[attr-defined]
    assert votes.tie.text() == ""  # type: ignore[attr-defined]
    assert view.card.rule.text() == "4 of 5 votes, first “Answer:” line"
    listed = paths.paths  # type: ignore[attr-defined]
    assert listed.model.rowCount() == 5
    listed.list.setCurrentIndex(listed.model.index(2))
    assert listed.text.text == "I do not know."


def test_the_search_is_walked_by_keyboard(panel: ComparePanel, qtbot: QtBot) -> None:
    run(panel, qtbot)
    search = column_of(panel, "tree_of_thought").sections[4]
    tree = search.tree  # type: ignore[attr-defined]
    nodes = column_of(panel, "tree_of_thought").model.shown.state.nodes.values()
    dropped = sum(node.status == "pruned" for node in nodes)
    assert search.note.text() == f"{len(nodes)} nodes, {dropped} pruned"
    qtbot.keyClick(tree, Qt.Key.Key_Right)
    qtbot.keyClick(tree, Qt.Key.Key_Right)
    assert tree.current == "0.0"
    assert "Take twelve" in tree.accessibleDescription()
    assert "sure 20" in search.current.text()  # type: ignore[attr-defined]
    qtbot.keyClick(tree, Qt.Key.Key_Down)
    assert tree.current == "0.1"
    qtbot.keyClick(tree, Qt.Key.Key_Left)
    assert tree.current == "0"
    assert tree.node_at(tree.place_of("0.0")) == "0.0"


def test_text_is_appended_not_set_again(panel: ComparePanel, qtbot: QtBot) -> None:
    view = column_of(panel, "direct").sections[1].text  # type: ignore[attr-defined]
    cleared: list[int] = []
    view.document().contentsChange.connect(lambda _at, removed, _added: cleared.append(removed))
    run(panel, qtbot)
    assert view.text.endswith("Answer: 17")
    assert sum(cleared) <= 1


def test_an_error_stands_in_its_column(
    panel: ComparePanel, engine: SimulatedEngine, qtbot: QtBot
) -> None:
    for view in panel.views[1:]:
        view.menu.remove.trigger()
    engine.fail(Failure("die", 2))
    run(panel, qtbot)
    view = panel.views[0]
    assert view.state.text() == "Failed"
    assert view.banner.message == "The simulated engine crashed, as it was set to."
    view.banner.remedy.click()
    wait(panel, qtbot)
    assert view.state.text() == "Done"
    assert view.banner.message == ""


def test_a_prompt_that_cannot_be_rendered_says_so(panel: ComparePanel, qtbot: QtBot) -> None:
    panel.handle({"path": "/tmp/other.prompty", "text": "user:\n{{ missing }}", "variables": {}})
    qtbot.waitUntil(lambda: "missing" in panel.question.question.text(), timeout=WAIT_MS)
    run(panel, qtbot)
    assert {view.state.text() for view in panel.views} == {"Failed"}
    assert all("missing" in view.banner.message for view in panel.views)


def test_variables_change_the_question(panel: ComparePanel, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel.question.variables_button, Qt.MouseButton.LeftButton)
    field = panel.question.variables.fields["count"]
    assert isinstance(field, QLineEdit | QPlainTextEdit)
    field.clear()
    qtbot.keyClicks(field, "30")
    qtbot.waitUntil(lambda: "30 sticks" in panel.question.question.text(), timeout=WAIT_MS)
    run(panel, qtbot)
    spec = panel.views[0].model.spec
    assert spec is not None
    assert isinstance(spec.prompt, TemplatePrompt)
    assert spec.prompt.variables == {"count": "30"}


def test_equal_tokens_is_a_budget_of_each_column(panel: ComparePanel, qtbot: QtBot) -> None:
    panel.bar.equal.click()
    panel.bar.budget.setValue(20)
    run(panel, qtbot)
    for view in panel.views:
        assert view.model.spec is not None
        assert view.model.spec.budget.max_tokens == 20
        assert view.metrics.budget.text() == "/ 20"
        assert view.model.state is not None
        assert view.model.state.generated_tokens <= 20
    assert "token budget" in column_of(panel, "self_consistency").card.note.text()


def test_columns_have_their_own_strategy_and_parameters(panel: ComparePanel, qtbot: QtBot) -> None:
    panel.bar.add.click()
    view = panel.views[-1]
    view.strategy.choose("self_consistency")
    assert view.model.info.id == "self_consistency"
    paths = view.form.editors["paths"]
    paths.setValue(3)  # type: ignore[attr-defined]
    assert "Paths 3" in view.description.text()
    assert column_of(panel, "self_consistency") is not view
    run(panel, qtbot)
    assert view.metrics.values["Calls"].text() == "3"


def test_a_column_runs_again_in_the_same_group(panel: ComparePanel, qtbot: QtBot) -> None:
    run(panel, qtbot)
    view = panel.views[0]
    first = (view.model.run_id, view.model.spec)
    view.again.click()
    wait(panel, qtbot)
    assert view.model.run_id != first[0]
    assert view.model.spec == first[1]


def test_what_was_typed_and_chosen_is_found_again(
    panel: ComparePanel, context: Context, qtbot: QtBot
) -> None:
    panel.views[0].menu.remove.trigger()
    panel.model.set_sampling(Sampling(temperature=0.25, max_tokens=99), 11, "strict")
    panel.model.set_budget(True, 777)
    saved = panel.save_session()
    other = ComparePanel(context)
    qtbot.addWidget(other)
    other.restore_session(saved)
    other.shown()
    qtbot.waitUntil(lambda: "12 sticks" in other.model.question, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(other.views) == 3, timeout=WAIT_MS)
    assert other.save_session() == saved
    assert [view.model.info.id for view in other.views] == [
        "cot",
        "self_consistency",
        "tree_of_thought",
    ]
    other.restore_session({"columns": "nonsense"})
    assert len(other.views) == 3


def test_a_stored_comparison_is_opened_again(
    panel: ComparePanel, context: Context, qtbot: QtBot
) -> None:
    panel.views[3].menu.remove.trigger()
    run(panel, qtbot)
    panel.views[1].again.click()
    wait(panel, qtbot)
    wanted = [view.model.run_id for view in panel.views]
    other = ComparePanel(context)
    qtbot.addWidget(other)
    other.shown()
    qtbot.waitUntil(lambda: len(other.views) == 4, timeout=WAIT_MS)
    other.handle({"group": panel.model.group})
    qtbot.waitUntil(lambda: len(other.views) == 3, timeout=WAIT_MS)
    assert [view.model.run_id for view in other.views] == wanted
    assert [view.card.answer for view in other.views] == ["17"] * 3
    qtbot.waitUntil(lambda: "12 sticks" in other.model.question, timeout=WAIT_MS)


def test_a_run_opens_in_history_and_its_answer_is_copied(
    panel: ComparePanel, going: Going, qtbot: QtBot
) -> None:
    run(panel, qtbot)
    view = panel.views[0]
    view.menu.open_history.trigger()
    assert going.places == [("history", {"run_id": view.model.run_id})]
    qtbot.mouseClick(view.card.copy, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == "17"


def test_without_columns_there_is_one_thing_to_do(panel: ComparePanel) -> None:
    for view in tuple(panel.views):
        view.menu.remove.trigger()
    assert panel.empty.isVisible()
    panel.empty.button.click()
    assert len(panel.views) == 1
    assert not panel.empty.isVisible()


def test_everything_has_a_name_and_four_columns_fit(panel: ComparePanel, qtbot: QtBot) -> None:
    panel.question.variables_button.click()
    run(panel, qtbot)
    assert unnamed(panel) == []
    bar = panel.board.area.horizontalScrollBar()
    assert bar.maximum() == 0
    panel.resize(1036, 632)
    QApplication.processEvents()
    assert all(view.width() >= 250 for view in panel.views)


def test_run_and_stop_by_keyboard(panel: ComparePanel, bridge: Bridge, qtbot: QtBot) -> None:
    table = ActionTable(panel)
    table.add(panel.actions_table(), owner=panel)
    panel.activateWindow()
    panel.bar.add.setFocus()
    qtbot.keyClick(panel.bar.add, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: panel.model.running, timeout=WAIT_MS)
    wait(panel, qtbot)
    assert [view.card.answer for view in panel.views] == ["17"] * 4
