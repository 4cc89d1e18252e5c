"""``workbench votes`` as it is typed: the board, the counts, files of rows."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest

from workbench import service
from workbench.cli.main import main
from workbench.domain.evaluation.evaluation_set import EvaluationOptions
from workbench.engine.simulated import SimulatedEngine
from workbench.settings import Paths

SET = """
name: Letters
rows: [{word: one}, {word: two}, {word: six}]
variants:
  - {name: warm, text: "user:\\nDear {{ word }}"}
  - {name: short, text: "user:\\nHi {{ word }}"}
checks: [exact: one]
"""


def reply(prompt: str) -> list[str]:
    return ["Re: " + " ".join(re.findall(r"Dear|Hi|one|two|six", prompt))]


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A set and a model; the program runs on a simulated engine."""
    (tmp_path / "pretend.gguf").write_bytes(b"")
    (tmp_path / "set.yaml").write_text(SET)
    real, engine = service.Workbench, SimulatedEngine(reply)
    monkeypatch.setattr(service, "Workbench", lambda paths: real(paths, engine=engine))
    return tmp_path


async def vote_on_all(folder: Path) -> None:
    """Run the set, and prefer warm but for one pair that is bad on both sides."""
    core = service.Workbench(Paths.default(folder))
    await core.open()
    read = await core.evaluations.read(str(folder / "set.yaml"))
    options = EvaluationOptions(model=str(folder / "pretend.gguf"))
    evaluation = await core.evaluations.open(read, options)
    await core.evaluations.run(evaluation, lambda _cell: None)
    for place in range(3):
        pair = (await core.votes.round(evaluation)).pair
        assert pair is not None
        side = "a" if pair.a.variant == "warm" else "b"
        await core.votes.vote(pair, side if place else "both_bad")  # type: ignore[arg-type]
    await core.close()


def test_the_board_its_json_and_files_of_rows(files, capsys):
    def typed(*options: str) -> str:
        fixed = ["votes", str(files / "set.yaml"), "--model", str(files / "pretend.gguf")]
        with pytest.raises(SystemExit) as ended:
            main(lambda _paths, _request: 0, ["--data-dir", str(files), *fixed, *options])
        assert not ended.value.code
        return capsys.readouterr().out

    assert "Vote in the window: Evaluate, Votes." in typed()
    asyncio.run(vote_on_all(files))
    lines = [line.split("\t") for line in typed().splitlines()]
    warm = next(line for line in lines if len(line) > 1 and line[1] == "warm")
    assert warm[-3:] == ["2", "1", "0"]
    dpo, kto = str(files / "d.jsonl"), str(files / "k.jsonl")
    out = typed("--json", "--export", "dpo", dpo, "--export", "kto", kto, "--form", "text")
    found = json.loads(out)
    assert found["votes"] == {**found["votes"], "both_bad": 1, "tie": 0, "skipped": 0}
    assert [each["rows"] for each in found["exports"]] == [2, 2]
    rows = [json.loads(line) for line in Path(dpo).read_text().splitlines()]
    assert {row["chosen"].split()[1] for row in rows} == {"Dear"}
    assert len((files / "k.about.jsonl").read_text().splitlines()) == 2
