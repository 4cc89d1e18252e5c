"""Votes in the window: blind until the vote, pair after pair, revised, undone, exported."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS, Going, ask, unnamed
from workbench.domain.evaluation.evaluation_set import EvaluationOptions
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.service.evaluation.evaluation import Evaluation
from workbench.ui.bridge import Bridge
from workbench.ui.evaluate.view_model import EvaluationModel
from workbench.ui.evaluate.votes.export_dialog import ExportDialog
from workbench.ui.evaluate.votes.view import VotesView
from workbench.ui.panels import Context

SET = """
name: Reply tone
rows: [{word: one}, {word: two}, {word: six}]
variants:
  - {name: warm, text: "user:\\nDear {{ word }}"}
  - {name: short, text: "user:\\nHi {{ word }}"}
checks: [exact: one]
"""


@pytest.fixture
def engine() -> SimulatedEngine:
    """An engine whose answers show which draft they are of, to the test."""
    return SimulatedEngine(lambda text: [" ".join(re.findall("Dear|Hi|one|two|six", text))])


@pytest.fixture
def view(context: Context, bridge: Bridge, tmp_path: Path, qtbot: QtBot) -> VotesView:
    """The view on an evaluation of three cases whose answers are all there."""
    file = tmp_path / "set.yaml"
    file.write_text(SET)

    async def run(core: Workbench) -> Evaluation:
        given = await core.evaluations.read(str(file))
        model = EvaluationOptions(model=str(tmp_path / "pretend.gguf"))
        evaluation = await core.evaluations.open(given, model)
        await core.evaluations.run(evaluation, lambda _cell: None)
        return evaluation

    model = EvaluationModel(bridge)
    model.evaluation = ask(bridge, run)
    made = VotesView(context, model)
    qtbot.addWidget(made)
    made.resize(1160, 800)
    made.show()
    qtbot.waitUntil(lambda: made.model.pair is not None, timeout=WAIT_MS)
    return made


def votes_of(view: VotesView) -> int:
    """How many votes are read."""
    return view.model.round.counted if view.model.round is not None else 0


def vote(view: VotesView, choice: str, qtbot: QtBot) -> None:
    """Press a key of the ballot, and wait for the next pair."""
    before = votes_of(view)
    view.ballot.keys[choice].click()  # type: ignore[index]
    done = lambda: votes_of(view) == before + 1 and not view.model.is_saving  # noqa: E731
    qtbot.waitUntil(done, timeout=WAIT_MS)


def side_of(view: VotesView, variant: str) -> str:
    """At which side a draft is shown now."""
    assert view.model.pair is not None
    return "a" if view.model.pair.a.variant == variant else "b"


def test_nothing_names_a_side_before_the_vote_and_the_names_come_after(
    view: VotesView, qtbot: QtBot
) -> None:
    shown = [each.text() for each in view.findChildren(QLabel) if each.isVisible()]
    assert not [text for text in shown if "warm" in text or "short" in text]
    texts = {view.pair.a.text.text.split()[0], view.pair.b.text.text.split()[0]}
    assert texts == {"Dear", "Hi"}
    assert unnamed(view) == []
    vote(view, "a", qtbot)
    view.model.step(-1)
    assert {view.pair.a.name.text(), view.pair.b.name.text()} == {"warm", "short"}
    assert view.ballot.keys["a"].isChecked()
    view.model.go_on()
    assert view.pair.b.name.text() == ""
    view.head.blind.click()
    assert view.pair.b.name.text() in ("warm", "short")


def test_reasons_and_note_are_of_one_vote_and_another_key_changes_it(
    view: VotesView, qtbot: QtBot
) -> None:
    view.ballot.chips["tone"].click()
    qtbot.keyClicks(view.ballot.note, "Both ok")
    vote(view, "tie", qtbot)
    assert (view.model.reasons, view.ballot.note.text()) == (frozenset(), "")
    view.model.step(-1)
    assert view.ballot.chips["tone"].isChecked()
    assert view.ballot.note.text() == "Both ok"
    view.ballot.keys["both_bad"].click()
    qtbot.waitUntil(
        lambda: view.model.vote is not None and view.model.vote.choice == "both_bad",
        timeout=WAIT_MS,
    )
    assert view.model.vote is not None
    assert (view.model.vote.changes, view.model.vote.note) == (1, "Both ok")
    qtbot.waitUntil(lambda: bool(view.model.board and view.model.board.both_bad), timeout=WAIT_MS)
    assert view.board.bad.text() == "Once both were bad"


def test_undo_shows_the_pair_again_and_skip_asks_it_at_the_end(
    view: VotesView, qtbot: QtBot
) -> None:
    first = view.model.pair
    assert first is not None
    vote(view, "b", qtbot)
    view.footer.undo.click()
    qtbot.waitUntil(lambda: not votes_of(view) and not view.model.is_saving, timeout=WAIT_MS)
    assert view.model.pair is not None
    assert view.model.pair.identity == first.identity
    view.footer.skip.click()
    qtbot.waitUntil(
        lambda: view.model.pair is not None and view.model.pair.case != first.case, timeout=WAIT_MS
    )
    qtbot.waitUntil(lambda: view.model.can_vote, timeout=WAIT_MS)
    for _ in range(2):
        vote(view, "a", qtbot)
    assert view.model.pair is not None
    assert view.model.pair.identity == first.identity


def test_the_board_ranks_and_an_export_is_counted_before_it_is_written(
    view: VotesView,
    context: Context,
    going: Going,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(2):
        vote(view, side_of(view, "warm"), qtbot)
    vote(view, "both_bad", qtbot)
    assert view.stack.currentWidget() is view.empty
    assert "3 pairs" in view.empty.sentence.text()
    qtbot.waitUntil(lambda: bool(view.model.board and view.model.board.votes == 3), timeout=WAIT_MS)
    assert [row.name for row in view.board.rows.rows] == ["warm", "short"]

    evaluation = view._evaluations.evaluation
    assert evaluation is not None
    dialog = ExportDialog(view, context, evaluation)
    qtbot.addWidget(dialog)
    qtbot.waitUntil(dialog.save.isEnabled, timeout=WAIT_MS)
    assert dialog.count.text() == "2 DPO rows from decided votes."
    assert "1 because both were bad" in dialog.left_out.text()
    target = tmp_path / "out.jsonl"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(going.notices), timeout=WAIT_MS)
    rows = [json.loads(line) for line in target.read_text().splitlines()]
    assert {row["chosen"][0]["content"].split()[0] for row in rows} == {"Dear"}


def test_each_command_has_its_own_key(view: VotesView) -> None:
    actions = view.actions_table()
    keys = [key for each in actions for key in (each.keys, *each.more_keys) if key]
    assert len(keys) == len(set(keys))
    assert {"A", "B", "T", "X", "N", "U", "S", "1", "5"} <= set(keys)
