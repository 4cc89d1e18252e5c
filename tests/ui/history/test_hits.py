"""Searching in History as the user does: words, kinds, days, the way to a message, two runs."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS, Going, ask
from workbench.domain.evaluation.cells import CellId, KeptCell
from workbench.domain.evaluation.results import EvaluationSummary
from workbench.service import Workbench
from workbench.ui.bridge import Bridge
from workbench.ui.history.hits.hits_model import HitRow
from workbench.ui.history.panel import HistoryPanel
from workbench.ui.panels import Context

from .test_history_panel import found, make_run, spec


@pytest.fixture
def panel(bridge: Bridge, context: Context, qtbot: QtBot) -> HistoryPanel:
    made = HistoryPanel(context)
    qtbot.addWidget(made)
    made.resize(1376, 800)
    made.show()
    made.shown()
    qtbot.waitUntil(lambda: bool(made._choices.strategies), timeout=WAIT_MS)
    return made


def add_chat(bridge: Bridge) -> tuple[int, int]:
    """A conversation with two versions of an answer; gives it and the one that is not shown."""

    async def work(core: Workbench) -> tuple[int, int]:
        from workbench.history.chats import message_tree  # noqa: PLC0415

        chat = (await core.chats.create("Tone of the mails")).conversation_id
        add = message_tree.add_message
        asked = await core._core.store.write(add, chat, None, "user", "Write it.")
        other = await core._core.store.write(
            add, chat, asked.message_id, "assistant", "A zebra came late"
        )
        await core._core.store.write(add, chat, asked.message_id, "assistant", "Another text")
        return chat, other.message_id

    return ask(bridge, work)


def search(panel: HistoryPanel, words: str, count: int, qtbot: QtBot) -> None:
    panel.search.setText(words)
    qtbot.waitUntil(lambda: len(found(panel)) == count, timeout=WAIT_MS)


def row_of(panel: HistoryPanel, kind: str) -> int:
    rows = panel.hits.model.rows
    return next(at for at, row in enumerate(rows) if row.hit is not None and row.hit.kind == kind)


def test_a_hit_in_another_version_leads_to_its_branch_with_its_word(
    panel: HistoryPanel, bridge: Bridge, going: Going, qtbot: QtBot
) -> None:
    run_id = make_run(bridge, spec("cot", "zebra"))
    chat, message = add_chat(bridge)
    search(panel, "zeb", 2, qtbot)
    assert set(found(panel)) == {("run", run_id), ("message", chat)}
    hits = panel.hits
    assert hits.kinds["run"].text() == "Runs 1"
    assert hits.kinds["chat"].text() == "Chats 1"
    assert not hits.kinds["version"].isVisible()
    row = row_of(panel, "message")
    shown: HitRow = hits.model.rows[row]
    assert shown.facts == "chat · version 1 of 2 · on another branch"
    assert shown.day.startswith("Today, ")
    hits.list.setCurrentIndex(hits.model.index(row))
    assert panel.right.hit_view.isVisible()
    assert panel.right.hit_view.text.text == "A zebra came late"
    qtbot.keyClick(hits.list, Qt.Key.Key_Return)
    place = {"conversation_id": chat, "message_id": message, "words": "zebra"}
    assert going.places[-1] == ("chat", place)
    hits.kinds["run"].click()
    qtbot.waitUntil(lambda: found(panel) == [("run", run_id)], timeout=WAIT_MS)


def test_two_runs_are_compared_and_one_is_reproduced(
    panel: HistoryPanel, bridge: Bridge, qtbot: QtBot
) -> None:
    first, second = (make_run(bridge, spec("direct", count)) for count in ("12", "zebra 13"))
    search(panel, "sticks", 3, qtbot)  # the version of their prompt has it too
    panel.hits.kinds["run"].click()
    qtbot.waitUntil(lambda: len(found(panel)) == 2, timeout=WAIT_MS)
    panel.hits.list.take_focus()
    qtbot.keyClick(panel.hits.list, Qt.Key.Key_Space)
    qtbot.keyClick(panel.hits.list, Qt.Key.Key_Down)
    qtbot.keyClick(panel.hits.list, Qt.Key.Key_Space)
    pair_view = panel.right.pair_view
    qtbot.waitUntil(lambda: pair_view.pair is not None, timeout=WAIT_MS)
    assert pair_view.isVisible()
    pair = pair_view.pair
    assert pair is not None
    assert (pair.left_id, pair.right_id) == (second, first)
    changed = {fact.name: (fact.left, fact.right) for fact in pair.facts if not fact.is_same}
    assert changed["Input count"] == ("zebra 13", "12")
    assert pair_view.prompt.added == pair_view.prompt.removed == 1
    pair_view.swap.click()
    qtbot.waitUntil(
        lambda: pair_view.pair is not None and pair_view.pair.left_id == first, timeout=WAIT_MS
    )
    pair_view.close_pair.click()
    assert not pair_view.isVisible()
    panel.right.open_run(first)
    qtbot.waitUntil(panel.view.reproduce.isVisible, timeout=WAIT_MS)
    panel.view.reproduce.click()
    qtbot.waitUntil(lambda: "was reproduced" in panel.notice.message, timeout=WAIT_MS)
    assert panel.notice.message.endswith(": identical.")
    assert pair_view.pair is not None
    assert pair_view.pair.left_id == first


def test_tags_are_given_and_filtered_by(panel: HistoryPanel, bridge: Bridge, qtbot: QtBot) -> None:
    first, _ = (make_run(bridge, spec("direct", count)) for count in ("12", "13"))
    panel.right.open_run(first)
    qtbot.waitUntil(panel.view.labels.isVisible, timeout=WAIT_MS)
    panel.view.labels.click()
    form = panel.right.labels.form
    qtbot.waitUntil(form.save.isEnabled, timeout=WAIT_MS)
    form.tags.setText("support, Late ,support")
    form.pinned.setChecked(True)
    with qtbot.waitSignal(form.saved, timeout=WAIT_MS):
        form.save.click()
    qtbot.waitUntil(lambda: panel._choices.tags == ("Late", "support"), timeout=WAIT_MS)
    labels = ask(bridge, lambda core: core.history.labels("run", first))
    assert (labels.tags, labels.pinned) == (("support", "Late"), True)
    panel.filters.set_filter("tag", "late", "late")
    qtbot.waitUntil(lambda: found(panel) == [("run", first)], timeout=WAIT_MS)
    assert panel.hits.isVisible()
    panel.filters.clear()
    qtbot.waitUntil(panel.table.isVisible, timeout=WAIT_MS)


def keep_scores(bridge: Bridge, scores: dict[int, float]) -> None:
    """An evaluation whose cells are these runs."""

    async def work(core: Workbench) -> bool:
        from workbench.history.evaluation import evaluations  # noqa: PLC0415

        summary = EvaluationSummary(digest="d", name="Set", path="", status="met", cell_count=1)
        cells = [
            KeptCell(id=CellId("v", str(run)), key="k", state="done", run_id=run, score=score)
            for run, score in scores.items()
        ]
        await core._core.store.write(evaluations.keep, summary, "{}", "{}", cells)
        return True

    assert ask(bridge, work)


def test_runs_are_filtered_by_their_scores(
    panel: HistoryPanel, bridge: Bridge, qtbot: QtBot
) -> None:
    first, second = (make_run(bridge, spec("direct", count)) for count in ("12", "13"))
    panel.filters._fill_menu()
    assert "Score" not in [entry.text() for entry in panel.filters.menu.actions()]
    keep_scores(bridge, {first: 0.25, second: 1.0})
    panel.shown()
    qtbot.waitUntil(lambda: panel._choices.has_score, timeout=WAIT_MS)
    panel.filters._fill_menu()
    (below,) = (each for each in panel.filters.menu.actions() if each.text() == "Score")
    entries = {each.text(): each for each in below.menu().actions()}
    entries["Score below 0.5"].trigger()
    qtbot.waitUntil(lambda: found(panel) == [("run", first)], timeout=WAIT_MS)
    assert [chip.text().strip() for chip in panel.filters.chips] == ["Score below 0.5"]
    row: HitRow = panel.hits.model.rows[row_of(panel, "run")]
    assert row.facts.endswith("score 0.25")
    entries["Score 1"].trigger()
    qtbot.waitUntil(lambda: found(panel) == [("run", second)], timeout=WAIT_MS)
    assert [chip.text().strip() for chip in panel.filters.chips] == ["Score 1"]
    panel.filters.restore(panel.filters.state())
    wanted = panel.filters.search_filter()
    assert (wanted.score_from, wanted.score_below) == (1.0, None)
    panel.filters.chips[0].click()
    qtbot.waitUntil(panel.table.isVisible, timeout=WAIT_MS)


def test_statistics(panel: HistoryPanel, bridge: Bridge, qtbot: QtBot) -> None:
    make_run(bridge, spec("direct"))
    panel.list_side.statistics.click()
    figures = panel.right.figures
    qtbot.waitUntil(lambda: figures.figures is not None, timeout=WAIT_MS)
    assert figures.isVisible()
    assert figures.sums.text().startswith("1 run, 0 conversations with 0 messages.")
    figures.closed.emit()
    assert not figures.isVisible()
