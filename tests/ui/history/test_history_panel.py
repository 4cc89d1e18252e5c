"""History, as the user uses it: real widgets, a real core, made-up answers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS, Going, ask, unnamed
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.engine.simulated import Failure, SimulatedEngine
from workbench.service import Workbench
from workbench.ui.bridge import Bridge
from workbench.ui.history.panel import HistoryPanel
from workbench.ui.panels import Context

GROUP = "a-group"


def spec(strategy: str, count: str = "12", group: str = "") -> RunSpec:
    source = "user:\nHow many are {{ count }} sticks? Finish with Answer:"
    return RunSpec(
        prompt=TemplatePrompt("/tmp/sticks.prompty", source, {"count": count}),
        strategy=strategy,
        sampling=Sampling(max_tokens=60),
        seed=7,
        group=group,
    )


def make_run(bridge: Bridge, made_from: RunSpec) -> int:
    async def work(core: Workbench) -> int:
        run_id = await core.runs.start(made_from)
        await core.runs.wait(run_id)
        return run_id

    return int(ask(bridge, work))


@pytest.fixture
def runs(bridge: Bridge) -> dict[str, int]:
    """A run of each kind."""
    made = {name: make_run(bridge, spec(name)) for name in ("direct", "tree_of_thought")}
    made["cot"] = make_run(bridge, spec("cot", "zebra", GROUP))
    made["self_consistency"] = make_run(bridge, spec("self_consistency", group=GROUP))
    return made


@pytest.fixture
def panel(runs: dict[str, int], context: Context, qtbot: QtBot) -> HistoryPanel:
    made = HistoryPanel(context)
    qtbot.addWidget(made)
    made.resize(1376, 800)
    made.show()
    made.shown()
    qtbot.waitUntil(made.view.isVisible, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: bool(made._choices.strategies), timeout=WAIT_MS)
    return made


def open_run(panel: HistoryPanel, run_id: int, qtbot: QtBot) -> None:
    panel.handle({"run_id": run_id})
    qtbot.waitUntil(lambda: shown_id(panel) == run_id, timeout=WAIT_MS)


def shown_id(panel: HistoryPanel) -> int:
    state = panel.opened.state
    return state.run_id if state is not None else 0


def listed(panel: HistoryPanel) -> list[int]:
    return [run.run_id for run in panel.runs.rows]


def found(panel: HistoryPanel) -> list[tuple[str, int]]:
    return [(hit.kind, hit.id) for hit in panel.hits.model.hits]


def test_the_newest_run_is_on_top_and_open(panel: HistoryPanel, runs: dict[str, int]) -> None:
    assert listed(panel) == [runs["self_consistency"], runs["tree_of_thought"], runs["direct"]]
    assert shown_id(panel) == runs["self_consistency"]
    assert panel.table.current_id == runs["self_consistency"]
    row = [panel.runs.cell(1, index).text for index in range(panel.runs.columnCount())]
    assert row[2:4] == ["sticks", "Self-consistency"]
    assert row[5] == "17"
    assert row[8] == "Done"


def test_an_opened_run_shows_what_was_sent_and_what_came_back(
    panel: HistoryPanel, runs: dict[str, int], qtbot: QtBot
) -> None:
    open_run(panel, runs["direct"], qtbot)
    view = panel.view
    assert view.title.text() == f"Direct · run {runs['direct']:,}"
    assert "[user]\nHow many are 12 sticks?" in view.prompt.text
    assert view.card.answer == "17"
    facts = dict(view._facts)
    assert facts["count"] == "12"
    assert facts["Sampling"].endswith("60 tokens · seed 7")
    assert facts["Model"].endswith("pretend.gguf")
    detail = view.calls.text.text
    assert "[user]\nHow many are 12 sticks?" in detail
    assert detail.endswith("[output, stop]\nTwelve and five.\n\nAnswer: 17")


def test_nodes_and_calls_of_a_search(
    panel: HistoryPanel, runs: dict[str, int], qtbot: QtBot
) -> None:
    open_run(panel, runs["tree_of_thought"], qtbot)
    rows = panel.view.calls.model.rows
    thought = next(row for row in rows if row.key == "node 0.0")
    assert (thought.depth, thought.text, thought.note) == (1, "Take twelve.", "sure 20")
    pruned = next(row for row in rows if row.pruned)
    assert pruned.note.startswith("pruned: ")
    call = next(index for index, row in enumerate(rows) if row.key.startswith("0.0/value"))
    panel.view.calls.list.setCurrentIndex(panel.view.calls.model.index(call))
    assert panel.view.calls.text.text.endswith("The step helps.\nsure")
    assert panel.view.sections[4].isVisible()


def test_another_run_is_shown_from_its_beginning(
    panel: HistoryPanel, runs: dict[str, int], qtbot: QtBot
) -> None:
    panel.resize(1200, 500)
    bar = panel.view._scroll.verticalScrollBar()
    open_run(panel, runs["tree_of_thought"], qtbot)
    qtbot.waitUntil(lambda: bar.maximum() > 300, timeout=WAIT_MS)
    bar.setValue(300)
    panel.view.show_run()
    assert bar.value() == 300
    open_run(panel, runs["direct"], qtbot)
    assert bar.value() == 0


def test_search_and_filter(panel: HistoryPanel, runs: dict[str, int], qtbot: QtBot) -> None:
    qtbot.keyClicks(panel.search, "zebra")
    qtbot.waitUntil(lambda: found(panel) == [("run", runs["cot"])], timeout=WAIT_MS)
    assert not panel.table.isVisible()
    panel.search.setText("nowhere to be found")
    qtbot.waitUntil(panel.hits.nothing.isVisible, timeout=WAIT_MS)
    panel.hits.nothing.button.click()
    qtbot.waitUntil(panel.table.isVisible, timeout=WAIT_MS)
    assert len(listed(panel)) == 3
    panel.filters.set_filter("strategy", "direct")
    qtbot.waitUntil(lambda: listed(panel) == [runs["direct"]], timeout=WAIT_MS)
    assert [chip.text() for chip in panel.filters.chips] == [" Direct"]
    panel.filters.chips[0].click()
    panel.filters.set_filter("compared", "yes")
    qtbot.waitUntil(lambda: listed(panel) == [runs["self_consistency"]], timeout=WAIT_MS)


@pytest.mark.parametrize("key", [Qt.Key.Key_Down, Qt.Key.Key_Return])
def test_a_key_leads_from_the_words_to_what_was_found(
    panel: HistoryPanel, runs: dict[str, int], qtbot: QtBot, key: Qt.Key
) -> None:
    open_run(panel, runs["direct"], qtbot)
    panel.search.setFocus()
    qtbot.keyClicks(panel.search, "zebra")
    qtbot.waitUntil(lambda: found(panel) == [("run", runs["cot"])], timeout=WAIT_MS)
    qtbot.keyClick(panel.search, key)
    assert panel.hits.list.hasFocus()
    qtbot.waitUntil(lambda: panel.opened.run_id == runs["cot"], timeout=WAIT_MS)


def test_f6_goes_from_the_list_to_what_is_opened_and_back(
    panel: HistoryPanel, runs: dict[str, int], qtbot: QtBot
) -> None:
    open_run(panel, runs["direct"], qtbot)
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow, timeout=WAIT_MS)
    actions = {each.id: each for each in panel.actions_table()}
    panel.table.setFocus()
    actions["history.parts.next"].run()
    assert panel.right.isAncestorOf(QApplication.focusWidget() or panel)
    actions["history.parts.before"].run()
    assert panel.table.hasFocus()


def test_the_opened_run_stays_when_the_words_that_found_it_go(
    panel: HistoryPanel, runs: dict[str, int], bridge: Bridge, qtbot: QtBot
) -> None:
    newest = make_run(bridge, spec("direct"))  # has a row above those that go
    panel.search.setText("zebra")
    qtbot.waitUntil(lambda: found(panel) == [("run", runs["cot"])], timeout=WAIT_MS)
    panel.hits.list.take_focus()
    qtbot.waitUntil(lambda: shown_id(panel) == runs["cot"], timeout=WAIT_MS)
    panel.search.clear()  # its comparison is one row
    qtbot.waitUntil(lambda: len(listed(panel)) == 4, timeout=WAIT_MS)
    assert listed(panel)[0] == newest
    assert panel.opened.run_id == runs["cot"]
    qtbot.waitUntil(lambda: panel.table.current_id is None, timeout=WAIT_MS)


def test_several_runs_and_a_comparison_are_deleted_and_come_back(
    panel: HistoryPanel, runs: dict[str, int], qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: len(listed(panel)) == 3, timeout=WAIT_MS)
    panel.table.selectAll()
    assert panel.table.selected() == ((runs["tree_of_thought"], runs["direct"]), (GROUP,))
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(panel.list_side.no_runs.isVisible, timeout=WAIT_MS)
    assert panel.notice.message == "4 runs are deleted."
    panel.notice.remedy.click()
    qtbot.waitUntil(lambda: len(listed(panel)) == 3, timeout=WAIT_MS)
    panel.table.choose(runs["self_consistency"])
    qtbot.keyClick(panel.table, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: panel.runs.row_of(runs["cot"]) >= 0, timeout=WAIT_MS)
    qtbot.keyClick(panel.table, Qt.Key.Key_Left)
    assert panel.runs.row_of(runs["cot"]) < 0


def test_only_the_runs_of_a_version_of_a_prompt(
    panel: HistoryPanel, runs: dict[str, int], qtbot: QtBot
) -> None:
    edited = RunSpec(
        prompt=TemplatePrompt("/tmp/sticks.prompty", "How many? {{ count }}", {"count": "1"}),
        sampling=Sampling(max_tokens=60),
        seed=7,
    )
    run_id = make_run(panel.bridge, edited)
    versions = ask(panel.bridge, lambda core: core.versions.all("/tmp/sticks.prompty"))
    version = next(each for each in versions if each.last_run_id == run_id)
    request = {"version": version.version_id, "version_title": "sticks, version 2"}
    panel.handle({"run_id": run_id, **request})
    qtbot.waitUntil(lambda: listed(panel) == [run_id], timeout=WAIT_MS)
    (chip,) = panel.filters.chips
    assert chip.text().strip() == "sticks, version 2"
    chip.click()
    qtbot.waitUntil(lambda: len(listed(panel)) == 4, timeout=WAIT_MS)
    assert panel.filters.chips == []


def test_delete_can_be_undone(panel: HistoryPanel, runs: dict[str, int], qtbot: QtBot) -> None:
    tree = runs["tree_of_thought"]
    qtbot.keyClick(panel.search, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    open_run(panel, tree, qtbot)
    assert panel.table.selected() == ((tree,), ()), "Ctrl adds no run to those that are deleted"
    panel.table.setFocus()
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: tree not in listed(panel), timeout=WAIT_MS)
    assert panel.notice.message == f"Run {tree:,} is deleted."
    qtbot.waitUntil(lambda: shown_id(panel) == runs["direct"], timeout=WAIT_MS)
    panel.notice.remedy.click()
    qtbot.waitUntil(lambda: tree in listed(panel), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: shown_id(panel) == tree, timeout=WAIT_MS)
    assert listed(panel) == [runs["self_consistency"], tree, runs["direct"]]


def test_run_again_makes_a_new_run_of_the_same_spec(
    panel: HistoryPanel, runs: dict[str, int], bridge: Bridge, qtbot: QtBot
) -> None:
    open_run(panel, runs["direct"], qtbot)
    qtbot.mouseClick(panel.view.again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: shown_id(panel) > max(runs.values()), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: panel.view.state.text() == "Done", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: listed(panel)[0] == shown_id(panel), timeout=WAIT_MS)
    first, second = (
        ask(bridge, lambda core, run_id=run_id: core.runs.spec(run_id))
        for run_id in (runs["direct"], shown_id(panel))
    )
    assert first == second


def test_a_repetition_that_differs_names_the_mode_in_which_it_would_not(
    panel: HistoryPanel, runs: dict[str, int], engine: SimulatedEngine, qtbot: QtBot
) -> None:
    open_run(panel, runs["direct"], qtbot)
    engine.rule = lambda _prompt: ["Answer: 99"]
    qtbot.mouseClick(panel.view.again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: shown_id(panel) > max(runs.values()), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "different output" in panel.view.banner.message, timeout=WAIT_MS)
    assert panel.view.banner.message.endswith("In the mode Strict it would be the same.")


def test_runs_of_others_appear(
    panel: HistoryPanel, runs: dict[str, int], bridge: Bridge, qtbot: QtBot
) -> None:
    panel.table.verticalScrollBar().setValue(0)
    made = make_run(bridge, spec("direct", "five"))
    qtbot.waitUntil(lambda: listed(panel)[0] == made, timeout=WAIT_MS)
    assert panel.table.current_id == runs["self_consistency"]


def test_a_failed_run_says_why(
    panel: HistoryPanel, engine: SimulatedEngine, bridge: Bridge, qtbot: QtBot
) -> None:
    engine.fail(Failure("die", 2))
    run_id = make_run(bridge, spec("direct"))
    open_run(panel, run_id, qtbot)
    assert panel.view.state.text() == "Failed"
    assert panel.view.banner.message == "The simulated engine crashed, as it was set to."
    assert "Twelve" in panel.view.sections[1].text.text  # type: ignore[attr-defined]


def test_a_run_that_is_not_there_is_said(panel: HistoryPanel, qtbot: QtBot) -> None:
    panel.handle({"run_id": 999_999})
    qtbot.waitUntil(lambda: "no run 999999" in panel.notice.message, timeout=WAIT_MS)
    assert panel.nothing_open.isVisible()
    assert not panel.view.isVisible()


def test_a_running_run_is_shown_as_it_goes_on(
    panel: HistoryPanel, bridge: Bridge, qtbot: QtBot
) -> None:
    run_id = int(ask(bridge, lambda core: core.runs.start(spec("tree_of_thought"))))
    open_run(panel, run_id, qtbot)
    qtbot.waitUntil(lambda: panel.view.state.text() == "Done", timeout=WAIT_MS)
    assert panel.view.card.answer == "17"


def test_from_a_run_to_its_prompt_and_its_comparison(
    panel: HistoryPanel, runs: dict[str, int], going: Going, qtbot: QtBot
) -> None:
    open_run(panel, runs["direct"], qtbot)
    assert not panel.view.compare.isVisible()
    open_run(panel, runs["cot"], qtbot)
    panel.view.design.click()
    panel.view.compare.click()
    assert going.places == [
        (
            "design",
            {
                "path": "/tmp/sticks.prompty",
                "source": spec("cot").prompt.source,  # type: ignore[union-attr]
                "run_id": runs["cot"],
            },
        ),
        ("compare", {"group": GROUP}),
    ]


def test_a_run_as_markdown(panel: HistoryPanel, runs: dict[str, int], qtbot: QtBot) -> None:
    open_run(panel, runs["self_consistency"], qtbot)
    panel.view.copy.click()
    text = QApplication.clipboard().text()
    assert text.startswith(f"# Run {runs['self_consistency']}: self_consistency")
    assert "- 17: 4\n- No answer: 1" in text
    assert text.count("**output") == 5
    assert "seed 7" in text


def test_what_was_open_is_found_again(
    panel: HistoryPanel, runs: dict[str, int], context: Context, qtbot: QtBot
) -> None:
    open_run(panel, runs["direct"], qtbot)
    other = HistoryPanel(context)
    qtbot.addWidget(other)
    other.restore_session(panel.save_session())
    other.shown()
    qtbot.waitUntil(lambda: shown_id(other) == runs["direct"], timeout=WAIT_MS)
    other.restore_session({"sizes": "no", "run_id": "no"})


def test_everything_has_a_name_at_both_sizes(
    panel: HistoryPanel, runs: dict[str, int], qtbot: QtBot
) -> None:
    open_run(panel, runs["tree_of_thought"], qtbot)
    assert unnamed(panel) == []
    panel.resize(1036, 632)
    QApplication.processEvents()
    assert unnamed(panel) == []
    assert panel.table.width() >= 400
    assert panel.view.width() >= 400
    hidden = [index for index in range(9) if panel.table.isColumnHidden(index)]
    assert 2 not in hidden
    assert 8 not in hidden


def test_an_empty_history_has_one_thing_to_do(
    runs: dict[str, int], context: Context, going: Going, bridge: Bridge, qtbot: QtBot
) -> None:
    async def sweep(core: Workbench) -> bool:
        for run in await core.history.list_runs():
            await core.history.delete_runs([run.run_id])
        return True

    ask(bridge, sweep)
    panel = HistoryPanel(context)
    qtbot.addWidget(panel)
    panel.show()
    panel.shown()
    qtbot.waitUntil(panel.list_side.no_runs.isVisible, timeout=WAIT_MS)
    panel.list_side.no_runs.button.click()
    assert going.places == [("compare", {})]


def test_a_run_of_a_folded_comparison_that_is_opened_from_elsewhere_is_marked(
    panel: HistoryPanel, runs: dict[str, int], qtbot: QtBot
) -> None:
    assert not panel.runs.is_unfolded(panel.runs.row_of(runs["self_consistency"]))
    open_run(panel, runs["cot"], qtbot)
    qtbot.waitUntil(lambda: panel.table.current_id == runs["cot"], timeout=WAIT_MS)
    row = panel.table.currentIndex().row()
    assert panel.runs.entries[row].kind == "member"
    folder = next(at for at, each in enumerate(panel.runs.entries) if each.is_folder)
    panel.runs.toggle(folder)
    panel.runs.refresh()
    qtbot.wait(50)
    assert not panel.runs.is_unfolded(folder), "what the user folds stays folded"


def test_an_answer_is_taken_out_by_another_rule(
    panel: HistoryPanel, runs: dict[str, int], qtbot: QtBot
) -> None:
    panel.runs.toggle(panel.runs.row_of(runs["self_consistency"]))
    open_run(panel, runs["cot"], qtbot)
    calls = panel.view.metrics.values["Calls"].text()
    panel.view.card.edit.click()
    assert panel.view.extraction is not None
    form = panel.view.extraction.form
    form.kind.choose("last_line")
    qtbot.waitUntil(form.apply.isEnabled, timeout=WAIT_MS)
    assert form.found.text() == "17 → Answer: 17"
    form.apply.click()
    qtbot.waitUntil(lambda: panel.view.card.answer == "Answer: 17", timeout=WAIT_MS)
    assert panel.view.card.rule.text() == "last line, applied later"
    assert panel.view.metrics.values["Calls"].text() == calls
    qtbot.waitUntil(
        lambda: any(
            each.run and each.run.run_id == runs["cot"] and each.run.answer == "Answer: 17"
            for each in panel.runs.entries
        ),
        timeout=WAIT_MS,
    )


def test_a_search_opens_in_the_tree_and_another_run_does_not(
    panel: HistoryPanel, runs: dict[str, int], qtbot: QtBot, going: Going
) -> None:
    open_run(panel, runs["direct"], qtbot)
    assert not panel.view.tree.isVisible()
    open_run(panel, runs["tree_of_thought"], qtbot)
    panel.view.tree.click()
    assert going.places[-1] == ("tree", {"run_id": runs["tree_of_thought"]})


def test_a_run_is_judged_by_its_expected_answer_and_so_is_the_same_run_again(
    panel: HistoryPanel, runs: dict[str, int], bridge: Bridge, qtbot: QtBot
) -> None:
    async def expect(core: Workbench) -> bool:
        await core.history.expect("something else", [runs["direct"]])
        return True

    ask(bridge, expect)
    open_run(panel, runs["direct"], qtbot)
    assert panel.view.card.verdict.text() == "Expected something else"
    assert panel.view.card.verdict.isVisibleTo(panel)
    panel.view.again.click()
    qtbot.waitUntil(lambda: shown_id(panel) > max(runs.values()), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: panel.view.card.verdict.isVisibleTo(panel), timeout=WAIT_MS)
    assert panel.opened.expected == "something else"
    open_run(panel, runs["cot"], qtbot)
    assert not panel.view.card.verdict.isVisibleTo(panel)
