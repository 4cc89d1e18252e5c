"""The curve of a vote, and its place in a run's view."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from workbench.domain.runs import events as ev
from workbench.domain.runs.agreement import agreement
from workbench.domain.runs.events import LoggedEvent
from workbench.domain.runs.run_state import RunState, fold
from workbench.ui.runs.agreement import AgreementCurve
from workbench.ui.runs.sections import VotesSection


def test_the_curve_stands_where_the_answers_do(qtbot: QtBot) -> None:
    curve = AgreementCurve()
    qtbot.addWidget(curve)
    curve.resize(110, 56)
    curve.show_course(agreement(["17", "59", "17"], 10), 10)
    assert curve.accessibleDescription() == "The leading answer has 67% of 3 answers"
    assert curve.point(1, 1.0).x() == 5
    assert curve.point(10, 1.0).x() == 105
    assert curve.point(1, 1.0).y() < curve.point(1, 0.5).y() < curve.point(1, 0.0).y()
    curve.grab()


def test_the_course_grows_with_each_answer_that_is_read(qtbot: QtBot) -> None:
    section = VotesSection()
    qtbot.addWidget(section)
    section.set_params({"paths": 5})
    state = _sampled(4)
    section.show_state(state)
    assert section.agreement.isHidden()
    for sample, answer in enumerate(["17", "59", "17", "17"]):
        _read(state, sample, answer)
        section.show_state(state)
        assert not section.agreement.isHidden()
        settled = section.agreement.note.text()
        assert settled == ("settled at path 4" if sample == 3 else "not settled")


def _sampled(count: int) -> RunState:
    state = RunState()
    started = ev.CallStarted(call="0/path", node="0", role="path", messages=(), samples=count,
                             seeds=tuple(range(count)), max_tokens=9, temperature=1.0)  # fmt: skip
    fold(state, LoggedEvent(1, 0, 0.0, started))
    for sample in range(count):
        ended = ev.CallFinished(call="0/path", sample=sample, text="", finish_reason="stop",
                                prompt_tokens=1, evaluated_tokens=1, completion_tokens=1,
                                seconds=1.0)  # fmt: skip
        fold(state, LoggedEvent(1, sample + 1, 1.0, ended))
    return state


def _read(state: RunState, sample: int, answer: str) -> None:
    parsed = ev.Parsed(node=f"0.{sample}", rule="whole output", value=answer, raw=answer,
                       call="0/path", sample=sample)  # fmt: skip
    fold(state, LoggedEvent(1, 10 + sample, 2.0, parsed))
