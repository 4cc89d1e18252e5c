"""The Evaluate workspace: a set is opened, run, edited, and found again."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS, ask, unnamed
from workbench.engine.simulated import SimulatedEngine
from workbench.ui.evaluate.panel import EvaluatePanel
from workbench.ui.kit.question import Question


def run(panel: EvaluatePanel, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel.run_bar.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: has_ended(panel), timeout=WAIT_MS)


def has_ended(panel: EvaluatePanel) -> bool:
    result = panel.model.result
    return not panel.model.running and result is not None and result.evaluation_id > 0


def passed(panel: EvaluatePanel) -> dict[str, int | None]:
    if panel.model.result is None:
        return {}
    return {each.name: each.passed for each in panel.model.result.variants}


def test_a_set_is_run_and_listed_with_what_came_out(panel: EvaluatePanel, qtbot: QtBot):
    assert panel.run_bar.strong.text().startswith("6 calls")
    run(panel, qtbot)
    assert passed(panel) == {"plain": 3, "loud": 2}
    assert panel.model.progress.answered == 6
    qtbot.waitUntil(
        lambda: (
            [
                each.summary.finished_cells
                for each in panel.listed.listing.evaluations
                if each.summary is not None
            ]
            == [6]
        ),
        timeout=WAIT_MS,
    )
    assert unnamed(panel) == []


def test_an_evaluation_whose_files_are_gone_opens_from_the_history(
    panel: EvaluatePanel, folder: Path, qtbot: QtBot
):
    run(panel, qtbot)
    assert panel.model.result is not None
    kept = panel.model.result.evaluation_id
    (folder / "letters.yaml").unlink()
    panel.model.close()
    panel.handle({"evaluation_id": kept})
    qtbot.waitUntil(lambda: panel.model.result is not None, timeout=WAIT_MS)
    assert passed(panel) == {"plain": 3, "loud": 2}
    assert panel.save_session()["evaluation_id"] == kept


def test_an_edit_is_kept_as_a_draft_undone_and_saved(
    panel: EvaluatePanel, folder: Path, qtbot: QtBot
):
    model, path = panel.model, str(folder / "letters.yaml")
    assert model.set is not None
    model.edit(msgspec.structs.replace(model.set, repeats=2))
    qtbot.waitUntil(
        lambda: model.estimate is not None and model.estimate.cells == 12, timeout=WAIT_MS
    )
    draft = ask(panel.bridge, lambda core: core.evaluation_files.draft(path))
    assert draft.repeats == 2
    model.undo()
    assert model.set == model.saved
    model.redo()
    model.save()
    qtbot.waitUntil(lambda: not model.is_changed, timeout=WAIT_MS)
    assert ask(panel.bridge, lambda core: core.evaluations.read(path)).repeats == 2
    assert ask(panel.bridge, lambda core: core.evaluation_files.draft(path)) is None


def test_a_broken_set_shows_its_line_and_opens_once_it_is_mended(
    panel: EvaluatePanel, folder: Path, qtbot: QtBot
):
    file = folder / "letters.yaml"
    good = file.read_text()
    file.write_text(good + "repeats: none\n")
    panel.opening.open_path(str(file))
    qtbot.waitUntil(lambda: panel.model.problem is not None, timeout=WAIT_MS)
    problem = panel.model.problem
    assert problem is not None
    assert problem.line == len(good.splitlines()) + 1
    qtbot.waitUntil(lambda: "repeats: none" in panel.broken.lines.text(), timeout=WAIT_MS)
    file.write_text(good)
    qtbot.mouseClick(panel.broken.again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.model.estimate is not None, timeout=WAIT_MS)
    assert panel.stack.currentWidget() is panel.view("setup")


def test_a_new_evaluation_compares_the_prompt_in_design_with_what_was_typed(
    panel: EvaluatePanel, folder: Path, qtbot: QtBot
):
    path = str(folder / "count.prompty")
    panel.follow({"path": path, "text": "Count {{ word }}!"})
    panel.starting.start("design")
    qtbot.waitUntil(
        lambda: panel.model.set is not None and panel.model.path.endswith("count.eval.yaml"),
        timeout=WAIT_MS,
    )
    assert panel.model.set is not None
    assert [each.text for each in panel.model.set.variants] == ["", "Count {{ word }}!"]
    assert panel.model.is_changed


def test_code_of_answers_is_run_once_the_user_allows_it(
    panel: EvaluatePanel, folder: Path, engine: SimulatedEngine, qtbot: QtBot
):
    engine.rule = lambda _prompt: ["def add(a, b):\n    return a + b"]
    (folder / "code.yaml").write_text(
        "rows: [{word: add, expected: ['add(1, 2) == 3']}]\n"
        "variants: [{name: plain, prompt: count.prompty}]\nchecks: [python_tests]\n"
    )
    panel.handle({"set": str(folder / "code.yaml")})
    qtbot.waitUntil(panel.run_bar.code.isVisible, timeout=WAIT_MS)
    run(panel, qtbot)
    assert panel.model.result.variants[0].excluded == 1
    panel.run_bar.code.click()
    question = panel.window().findChild(Question)
    question.buttons[0].click()
    qtbot.waitUntil(lambda: passed(panel) == {"plain": 1}, timeout=WAIT_MS)
    qtbot.waitUntil(panel.run_bar.code.isHidden, timeout=WAIT_MS)
