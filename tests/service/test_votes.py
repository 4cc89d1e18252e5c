"""Votes on an evaluation: asked, kept over a restart, counted on the board, exported."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.evaluation_set import EvaluationOptions
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.service.evaluation.evaluation import Evaluation
from workbench.settings import Paths

SET = """
name: Reply tone
rows: [{word: one}, {word: two}, {word: six}, {word: ten}]
variants:
  - {name: warm, text: "user:\\nDear {{ word }}"}
  - {name: short, text: "user:\\nHi {{ word }}"}
checks: [exact: one]
"""


def reply(prompt: str) -> list[str]:
    """The same to both drafts about six, so that there is nothing to vote on."""
    found = re.search(r"(Dear|Hi) (\w+)", prompt)
    assert found is not None
    return ["six" if found[2] == "six" else f"{found[1]} {found[2]}!"]


async def opened(core: Workbench, folder: Path, text: str = SET) -> Evaluation:
    file = folder / "set.yaml"
    file.write_text(text)
    given = await core.evaluations.read(str(file))
    model = EvaluationOptions(model=str(folder / "pretend.gguf"))
    evaluation = await core.evaluations.open(given, model)
    await core.evaluations.run(evaluation, lambda _cell: None)
    return evaluation


@pytest.fixture
async def core(paths: Paths, tmp_path: Path) -> AsyncIterator[Workbench]:
    (tmp_path / "pretend.gguf").write_bytes(b"")
    made = Workbench(paths, engine=SimulatedEngine(reply))
    await made.open()
    yield made
    await made.close()


async def test_votes_outlive_the_program_and_make_board_and_exports(
    core: Workbench, paths: Paths, tmp_path: Path
) -> None:
    evaluation = await opened(core, tmp_path)
    assert await core.votes.board(evaluation) is None
    state = await core.votes.round(evaluation)
    assert (state.pairs, state.identical, state.planned) == (3, 1, 3)
    for wanted in ("warm", "warm", ""):
        assert state.pair is not None
        pair = state.pair
        side = "a" if pair.a.variant == wanted else "b"
        await core.votes.vote(pair, side if wanted else "both_bad", ["tone"], "", 2.0)  # type: ignore[arg-type]
        state = await core.votes.round(evaluation)
    assert state.pair is None
    await core.close()

    again = Workbench(paths, engine=SimulatedEngine(reply))
    await again.open()
    try:
        evaluation = await opened(again, tmp_path)
        state = await again.votes.round(evaluation)
        assert (state.counted, state.dpo_rows, state.kto_rows) == (3, 2, 2)
        board = await again.votes.board(evaluation)
        assert board is not None
        best = board.standings[0]
        assert (best.name, best.won, best.tied, board.both_bad) == ("warm", 2, 1, 1)

        found = await again.votes.export(evaluation, "dpo", prompt_of="short")
        target = tmp_path / "pairs.jsonl"
        about = await again.votes.save(found, str(target))
        rows = [json.loads(line) for line in target.read_text().splitlines()]
        assert [row["prompt"][0]["content"].split()[0] for row in rows] == ["Hi", "Hi"]
        assert {row["chosen"][0]["content"].split()[0] for row in rows} == {"Dear"}
        assert Path(about) == tmp_path / "pairs.about.jsonl"
        with pytest.raises(UsageError, match="no variant “long”"):
            await again.votes.export(evaluation, "dpo", prompt_of="long")

        await again.votes.undo(evaluation)
        state = await again.votes.round(evaluation)
        assert (state.counted, state.pair is None) == (2, False)
    finally:
        await again.close()


async def test_a_changed_draft_has_no_votes_and_the_old_ones_are_kept(
    core: Workbench, tmp_path: Path
) -> None:
    evaluation = await opened(core, tmp_path)
    pair = (await core.votes.round(evaluation)).pair
    assert pair is not None
    await core.votes.vote(pair, "a")
    changed = await opened(core, tmp_path, SET.replace("Dear", "Dear Dear"))
    state = await core.votes.round(changed)
    assert (state.counted, state.earlier) == (0, 1)
    assert (await core.votes.round(await opened(core, tmp_path))).counted == 1
