"""``compare`` and ``history extract`` as the user types them, on a simulated engine."""

from __future__ import annotations

import asyncio
import json

import pytest

from workbench import service
from workbench.cli.main import main
from workbench.domain.runs.spec import repeat_seed
from workbench.engine.simulated import SimulatedEngine
from workbench.settings import Paths

_ANSWERS = ["Answer: 17", "It is 17.\nAnswer: 17.", "Answer: 59"]


@pytest.fixture
def typed(tmp_path, monkeypatch, capsys):
    """Types a command on a program with a model, a prompt and an engine that answers in turn."""
    (tmp_path / "pretend.gguf").write_bytes(b"")
    (tmp_path / "sum.j2").write_text('2 + 2? End with "Answer:".')
    engine = SimulatedEngine(_ANSWERS)
    real = service.Workbench
    monkeypatch.setattr(service, "Workbench", lambda paths: real(paths, engine=engine))

    def say(*arguments: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main(lambda _paths, _request: 0, ["--data-dir", str(tmp_path), *arguments])
        printed = capsys.readouterr()
        assert ended.value.code == 0, printed.err
        return printed.out

    return say


@pytest.fixture
def compared(typed, tmp_path):
    """Types ``compare`` with one strategy and a seed."""
    fixed = ("--model", str(tmp_path / "pretend.gguf"), "--strategies", "direct", "--seed", "5")
    return lambda *options: typed("compare", str(tmp_path / "sum.j2"), *fixed, *options)


def test_the_votes_of_a_run_and_a_thin_winner_are_said(tmp_path, monkeypatch, capsys):
    (tmp_path / "pretend.gguf").write_bytes(b"")
    (tmp_path / "sum.j2").write_text('2 + 2? End with "Answer:".')
    engine = SimulatedEngine(lambda _prompt: ["It is 42, I think."] * 4 + ["Answer: 6"])
    real = service.Workbench
    monkeypatch.setattr(service, "Workbench", lambda paths: real(paths, engine=engine))
    command = [
        *("--data-dir", str(tmp_path), "run", str(tmp_path / "sum.j2"), "--param", "paths=5"),
        *("--strategy", "self_consistency", "--model", str(tmp_path / "pretend.gguf")),
    ]
    sentence = "A thin winner: 1 of 5 paths gave the answer, and 4 gave none that could be read."
    for option in ([], ["--json"]):
        with pytest.raises(SystemExit):
            main(lambda _paths, _request: 0, [*command, *option])
        found = capsys.readouterr()
        assert sentence in found.err
    assert json.loads(found.out)["votes"] == [
        {"answer": "6", "votes": 1}, {"answer": None, "votes": 4},
    ]  # fmt: skip
    assert json.loads(found.out)["notes"] == [sentence]


def test_repeats_are_counted_with_an_interval(typed, compared):
    done = compared("--repeats", "3", "--expected", "17", "--json")
    runs = json.loads(done)
    assert [run["correct"] for run in runs] == [True, True, False]
    summary = runs[0]["summary"]
    assert (summary["runs"], summary["agree"], summary["distinct"]) == (3, 2, 2)
    assert (summary["solved"], summary["answer"]) == (2, "17")
    assert 0.2 < summary["interval"]["low"] < summary["interval"]["high"] < 0.95
    seeds = set()
    for run in runs:
        shown = typed("history", "show", str(run["run_id"]), "--json")
        seeds.add(json.loads(shown)["spec"]["seed"])
    assert seeds == {5, repeat_seed(5, 1), repeat_seed(5, 2)}


def test_the_table_never_shows_a_share_without_its_number(typed, compared):
    done = compared("--repeats", "3", "--expected", "17")
    assert "2 of 3" in done
    assert "2 / 3" in done
    assert "21 to 94 %" in done


def test_once_and_without_an_expected_answer_nothing_is_counted(typed, compared):
    assert "interval" not in compared()
    (run,) = json.loads(compared("--json"))
    assert run["correct"] is None
    assert run["summary"]["interval"] is None


def test_an_answer_is_taken_out_again(typed, compared):
    compared()
    preview = typed("history", "extract", "1", "--rule", "last_number", "--dry-run")
    assert preview == "1  17 -> 17\nThe answer of run 1 would be 17 (last number).\n"
    done = typed("history", "extract", "1", "--rule", "regex", "--pattern", "(1).", "--json")
    assert json.loads(done) == {
        "run_id": 1, "rule": "pattern (1).", "answer": "1", "applied": True,
        "texts": [{"before": "17", "after": "1"}],
    }  # fmt: skip
    shown = json.loads(typed("history", "show", "1", "--json"))
    assert (shown["answer"], shown["calls"]) == ("1", 1)


def test_what_was_right_or_wrong_is_kept_in_the_history(typed, compared, tmp_path):
    compared("--repeats", "3", "--expected", "17")
    assert _judged(tmp_path) == [True, True, False]


def test_a_run_says_whether_its_answer_is_the_expected_one(typed, tmp_path):
    asked = ("run", str(tmp_path / "sum.j2"), "--model", str(tmp_path / "pretend.gguf"))
    assert json.loads(typed(*asked, "--expected", "17", "--json"))["correct"] is True
    assert json.loads(typed(*asked, "--expected", "18", "--json"))["correct"] is False
    assert json.loads(typed(*asked, "--json"))["correct"] is None
    assert _judged(tmp_path) == [True, False, None]


def _judged(folder):
    """Whether the runs that the history has were right, oldest first."""

    async def ask():
        core = service.Workbench(Paths.default(folder))
        await core.open()
        try:
            return [run.is_right for run in reversed(await core.history.list_runs())]
        finally:
            await core.close()

    return asyncio.run(ask())
