"""``history search``, ``compare``, ``reproduce`` and ``stats`` as the user types them."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from workbench import service
from workbench.cli.main import main
from workbench.engine.simulated import SimulatedEngine
from workbench.history.file.driver import load_driver


@pytest.fixture
def typed(tmp_path, monkeypatch, capsys):
    """Types a command on a program whose engine says what it is asked; gives status and output."""
    (tmp_path / "pretend.gguf").write_bytes(b"")
    (tmp_path / "sum.j2").write_text('{{ bird }}? End with "Answer:".')
    answers = iter(["A heron. Answer: 17", "A heron. Answer: 18", "A heron. Answer: 17"])
    engine = SimulatedEngine(lambda _prompt: [next(answers)])
    real = service.Workbench
    monkeypatch.setattr(service, "Workbench", lambda paths: real(paths, engine=engine))

    def say(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            main(lambda _paths, _request: 0, ["--data-dir", str(tmp_path), *arguments])
        printed = capsys.readouterr()
        assert isinstance(ended.value.code, int), printed.err
        return ended.value.code, printed.out

    for _ in range(2):
        run = ("run", str(tmp_path / "sum.j2"), "--var", "bird=kestrel", "--seed", "5")
        code, _ = say(*run, "--model", str(tmp_path / "pretend.gguf"), "--strategy", "direct")
        assert code == 0
    return say


def test_what_was_written_is_found_and_runs_are_compared(typed):
    code, out = typed("history", "search", "hero", "--json")
    page = json.loads(out)
    assert (code, page["count"], page["by_kind"]) == (0, 2, {"run": 2})
    assert [hit["id"] for hit in page["hits"]] == [2, 1]
    assert "run 2  sum: A [heron]. Answer: 18" in typed("history", "search", "heron")[1]
    page = json.loads(typed("history", "search", "kestrel", "--kind", "variable", "--json")[1])
    assert {hit["part"] for hit in page["hits"]} == {"variables"}
    pair = json.loads(typed("history", "compare", "1", "2", "--json")[1])
    assert pair["verdict"].startswith("first differs at token ")
    assert next(fact["name"] for fact in pair["facts"] if fact["left"] != fact["right"]) == "Answer"
    assert "[-17 -]{+18+}" in typed("history", "compare", "1", "2")[1]


def test_a_run_is_reproduced_or_it_says_where_it_differs(typed):
    code, out = typed("history", "reproduce", "1")
    assert (code, out) == (0, "Run 3 against run 1: identical.\n")
    code, out = typed("history", "compare", "2", "3")
    assert "first differs at token" in out


def test_figures(typed):
    figures = json.loads(typed("history", "stats", "--json")[1])
    (model,) = figures["models"]
    assert (model["runs"], len(figures["days"])) == (2, 1)
    assert "2 runs, 0 conversations with 0 messages" in typed("history", "stats")[1]


def test_runs_are_found_by_score_and_verdict(typed, tmp_path, capsys):
    with closing(load_driver().connect(str(tmp_path / "history.db"))) as connection:
        connection.execute(
            "INSERT INTO evaluation (id, digest, name, path, created_at, updated_at, status, "
            "cell_count, definition) VALUES (1, 'd', 'n', '', 1, 1, '', 2, '')"
        )
        connection.executemany(
            "INSERT INTO evaluation_cell (evaluation_id, variant, case_id, repeat, state, run_id, "
            "score, run_key) VALUES (1, 'v', 'c', ?, 'done', ?, ?, '')",
            [(0, 1, 0.4), (1, 2, 1.0)],
        )
        connection.commit()

    def found(*options: str) -> list[int]:
        page = json.loads(typed("history", "search", "heron", *options, "--json")[1])
        return [hit["id"] for hit in page["hits"]]

    assert found("--score-from", "0.4") == [2, 1]
    assert found("--score-from", "0.8") == [2]
    assert found("--score-below", "0.5") == [1]
    assert found("--score-from", "0.5", "--score-below", "1") == []
    assert found("--right") == found("--wrong") == []
    out = typed("history", "search", "", "--kind", "run", "--score-below", "0.5")[1]
    assert out.startswith("run 1, score 0.4  sum: ")
    with pytest.raises(SystemExit) as ended:
        main(lambda _paths, _request: 0, ["history", "search", "heron", "--score-from", "0.85"])
    assert ended.value.code == 2
    assert "scores are searched in steps of 0.1" in capsys.readouterr().err
