"""Run on: all sample sets or rows, a table that grows, and the share that was right."""

from __future__ import annotations

import json

import msgspec
import pytest

from tests.ui.conftest import WAIT_MS, unnamed
from workbench.domain.prompts.cases import KeptCases
from workbench.ui.design.panel import DesignPanel
from workbench.ui.design.run.batch_pane import BatchPane

SOURCE = """---
inputs:
  word: string
sample:
  word: sticks
  expected: "17"
---
user:
Count the {{ word }}. End with "Answer:" and the number.
"""
SETS = "boxes:\n  word: boxes\n  expected: '5'\nnothing:\n  word: ''\n"


@pytest.fixture
def prompt(write_prompt):
    file = write_prompt("count.prompty", SOURCE)
    file.with_suffix(".samples.yaml").write_text(SETS)
    return file


@pytest.fixture
def panel(open_design, prompt) -> DesignPanel:
    return open_design(prompt)


@pytest.fixture
def pane(panel, qtbot) -> BatchPane:
    panel.run_bar.run_on.click()
    found = panel.side.pane("batch")
    assert isinstance(found, BatchPane)
    qtbot.waitUntil(lambda: len(found.model.cases) == 3, timeout=WAIT_MS)
    return found


def table(pane: BatchPane) -> list[tuple[str, ...]]:
    rows = pane.table.rows
    return [
        tuple(str(rows.index(at, column).data()) for column in range(3))
        for at in range(rows.rowCount())
    ]


def run(pane: BatchPane, qtbot) -> None:
    pane.start.click()
    qtbot.waitUntil(lambda: pane.model.batch is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not pane.model.running, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "%" in pane.share.text() or not pane.model.batch.summary.judged,
                    timeout=WAIT_MS)  # fmt: skip


def test_all_sample_sets_give_a_row_each_and_the_share_that_was_right(pane, panel, qtbot):
    assert pane.start.accessibleName() == "Run on 3 sample sets"
    assert pane.start.property("kind") == "primary"
    assert panel.run_bar.run.property("kind") == "default"
    run(pane, qtbot)
    assert table(pane) == [
        ("sample", "17", "Right"),
        ("boxes", "17", "Wrong"),
        ("nothing", "word is empty.", "Not run"),
    ]
    assert pane.share.text() == "1 of 2 right: 50 % (95 % interval 9 to 91 %)"
    assert "1 failed or not run" in pane.sums.text()
    assert panel.running.results.run is None
    assert unnamed(pane) == []


def test_a_row_opens_its_result_with_its_inputs(pane, panel, qtbot):
    run(pane, qtbot)
    pane.table.clicked.emit(pane.table.rows.index(1, 0))
    assert panel.side.current == "result"
    run_id = pane.model.batch.results[1].run_id
    qtbot.waitUntil(
        lambda: panel.result.model is not None and panel.result.model.run_id == run_id,
        timeout=WAIT_MS,
    )
    assert panel.model.current.values["word"] == "boxes"
    assert panel.work.inputs.expected.text() == "5"
    qtbot.waitUntil(lambda: panel.result.card.verdict.text() == "Expected 5", timeout=WAIT_MS)
    assert not panel.result.made_with.isVisibleTo(panel)
    panel.side.show_side("batch")
    assert len(table(pane)) == 3


def test_the_table_is_there_again_at_the_next_start(pane, panel, prompt, open_design, qtbot):
    run(pane, qtbot)
    rows, share = table(pane), pane.share.text()
    run_ids = [each.run_id for each in pane.model.batch.results]
    later = open_design(prompt)
    later.run_bar.run_on.click()
    again = later.side.pane("batch")
    assert isinstance(again, BatchPane)
    qtbot.waitUntil(lambda: table(again) == rows, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: again.share.text() == share, timeout=WAIT_MS)
    again.table.clicked.emit(again.table.rows.index(1, 0))
    qtbot.waitUntil(
        lambda: later.result.model is not None and later.result.model.run_id == run_ids[1],
        timeout=WAIT_MS,
    )
    assert later.model.current.values["word"] == "boxes"


def test_what_was_not_over_at_the_end_is_cancelled_at_the_next_start(pane, panel, prompt, qtbot):
    run(pane, qtbot)
    model = pane.model
    batch = model.batch
    batch.results[1] = msgspec.structs.replace(batch.results[1], status="running", right=None)
    kept = KeptCases(spec=batch.spec, source=batch.source, results=batch.results)
    model._batches.clear()
    model._on_kept(str(prompt), msgspec.to_builtins(kept))
    assert [each.status for each in model.batch.results] == ["done", "cancelled", "skipped"]
    model._batches.clear()
    model._on_kept(str(prompt), {"spec": "of another program"})
    assert model.batch is None


def test_rows_of_a_file_are_run_up_to_the_number_that_is_wanted(pane, qtbot, tmp_path):
    data = tmp_path / "words.jsonl"
    rows = [{"word": f"w{n}", "answer": 17} for n in range(30)]
    data.write_text("\n".join(json.dumps(row) for row in rows))
    pane.open_path(str(data))
    qtbot.waitUntil(lambda: len(pane.model.cases) == 20, timeout=WAIT_MS)
    pane.most.setValue(5)
    qtbot.waitUntil(lambda: len(pane.model.cases) == 5, timeout=WAIT_MS)
    assert pane.start.accessibleName() == "Run on 5 rows"
    run(pane, qtbot)
    assert pane.model.batch.summary.over == 5


def test_cancel_keeps_the_rows_that_are_there(pane, panel, qtbot, tmp_path):
    data = tmp_path / "words.jsonl"
    data.write_text("\n".join(json.dumps({"word": f"w{n}", "answer": 17}) for n in range(400)))
    pane.most.setValue(400)
    pane.open_path(str(data))
    qtbot.waitUntil(lambda: len(pane.model.cases) == 400, timeout=WAIT_MS)
    pane.start.click()
    qtbot.waitUntil(
        lambda: pane.model.batch is not None and pane.model.batch.summary.over > 2, timeout=WAIT_MS
    )
    assert panel.at_work().startswith("“Run on” is running: ")
    panel.running.press()
    assert panel.running.results.run is None
    pane.stop.click()
    assert not pane.model.running
    assert panel.at_work() == ""
    summary = pane.model.batch.summary
    assert summary.judged > 2
    assert "Waiting" not in {verdict for _, _, verdict in table(pane)}
    assert pane.start.isVisibleTo(pane)


def test_answers_to_an_older_text_say_so(pane, panel, qtbot):
    run(pane, qtbot)
    panel.work.editor.insertPlainText("x")
    qtbot.waitUntil(lambda: pane.made_with.isVisibleTo(pane), timeout=WAIT_MS)
    assert pane.made_with.text() == "Answers to an older text"


def test_the_expected_answer_is_typed_judged_and_found_again(panel, qtbot, open_design, prompt):
    panel.running.start()
    qtbot.waitUntil(lambda: panel.result.card.verdict.text() == "Correct", timeout=WAIT_MS)
    field = panel.work.inputs.expected
    assert field.isVisibleTo(panel)
    field.clear()
    field.textEdited.emit("")
    qtbot.waitUntil(lambda: not panel.result.card.verdict.isVisibleTo(panel), timeout=WAIT_MS)
    qtbot.keyClicks(field, "18")
    qtbot.waitUntil(lambda: panel.result.card.verdict.text() == "Expected 18", timeout=WAIT_MS)
    kept: list[dict] = []

    def is_kept() -> bool:
        panel.bridge.call(lambda core: core.session.get(f"sample set of {prompt}"), kept.append)
        return any(each and each.get("expected") == "18" for each in kept)

    qtbot.waitUntil(is_kept, timeout=WAIT_MS)
    later = open_design(prompt)
    qtbot.waitUntil(lambda: later.work.inputs.expected.text() == "18", timeout=WAIT_MS)


def test_the_tab_goes_when_it_is_closed(pane, panel):
    assert panel.side.bar.count() == 7
    pane.close_button.click()
    assert panel.side.bar.count() == 6
    assert panel.side.current == "rendered"
