"""A judge that ranks judges the pairs that the user did not vote on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.test_evaluations import Bench
from tests.service.test_measuring import JudgingEngine
from workbench.domain.errors import UsageError
from workbench.domain.evaluation.cells import CellId
from workbench.domain.evaluation.votes import VoteAnswer, VotePair
from workbench.settings import Paths

SET = """
rows: [{word: one}, {word: two}, {word: six}]
variants:
  - {name: plain, prompt: count.prompty, sampling: {temperature: 0}}
  - {name: loud, text: "LOUD {{ word }}", sampling: {temperature: 0}}
  - {name: third, text: "Third {{ word }}", sampling: {temperature: 0}}
baseline: plain
checks: [judge-pairwise]
"""


@pytest.fixture
def bench(paths: Paths, tmp_path: Path) -> Iterator[Bench]:
    """Three variants that answer 7, 0 and 3; the judge finds 0 wrong."""
    made = Bench(paths, tmp_path)
    made.engine = JudgingEngine()
    made.engine.rule = lambda prompt: [
        "0" if "LOUD" in prompt else "3" if "Third" in prompt else "7"
    ]
    made.write(SET)
    yield made
    made.close()


def test_pairs_without_a_vote_are_judged_once_and_count_in_the_board(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, _, evaluation = bench.evaluate()
    case = evaluation.cases[0].id

    async def vote(core) -> None:
        cells = [evaluation.cells[CellId(name, case)] for name in ("plain", "loud")]
        a, b = (VoteAnswer(variant="", key=each.key, text=each.output) for each in cells)
        await core.votes.vote(VotePair(case=case, a=a, b=b, seed=1), "a")

    bench.do(vote)
    known = bench.do(lambda core: core.votes.others(evaluation, "judge-pairwise"))
    # Of nine pairs one has a vote; those with the baseline were judged, loud and third were not.
    assert (known.pairs, len(known.judged), known.left) == (8, 5, 3)
    with pytest.raises(UsageError, match="does not rank yet"):
        bench.do(lambda core: core.votes.others(evaluation, "judge-pairwise", ask=True))
    monkeypatch.setattr("workbench.domain.evaluation.judge_agreement.GATE_VOTES", 1)
    for gate in ("agrees", "is_consistent"):
        name = f"workbench.domain.evaluation.judge_agreement.JudgeGate.{gate}"
        monkeypatch.setattr(name, property(lambda _gate: True))
    heard: list[tuple[int, int]] = []
    found = bench.do(
        lambda core: core.votes.others(
            evaluation, "judge-pairwise", lambda *each: heard.append(each), ask=True
        )
    )
    assert (len(found.picks), found.left) == (8, 0)
    assert heard[-1] == (6, 6)
    picks = {(each.one, each.other, each.pick) for each in found.picks}
    assert ("loud", "third", "other") in picks
    again = bench.do(lambda core: core.votes.others(evaluation, "judge-pairwise"))
    assert (len(again.picks), again.left) == (8, 0)
    alone = bench.do(lambda core: core.votes.board(evaluation))
    both = bench.do(lambda core: core.votes.board(evaluation, "judge-pairwise"))
    assert (alone.votes, both.votes) == (1, 9)
    assert both.standings[-1].name == "loud"
