"""``run --samples`` and ``run --rows`` as the user types them, on a simulated engine."""

from __future__ import annotations

import json

import pytest

from workbench import service
from workbench.cli.main import main
from workbench.engine.simulated import SimulatedEngine

TEXT = "---\ninputs:\n  word: string\n---\nuser:\nCount {{ word }}.\n"
SETS = "one:\n  word: one\n  expected: '17'\ntwo:\n  word: two\n  expected: '6'\n"


def answer(prompt: str) -> list[str]:
    return ["17"] if "Count one" in prompt else ["5"]


@pytest.fixture
def typed(tmp_path, monkeypatch, capsys):
    """Types ``run`` with options; gives exit status, output and errors."""
    (tmp_path / "pretend.gguf").write_bytes(b"")
    (tmp_path / "count.prompty").write_text(TEXT)
    (tmp_path / "count.samples.yaml").write_text(SETS)
    engine = SimulatedEngine(answer)
    real = service.Workbench
    monkeypatch.setattr(service, "Workbench", lambda paths: real(paths, engine=engine))

    def say(*options: str) -> tuple[int, str, str]:
        fixed = ("run", str(tmp_path / "count.prompty"), "--model", str(tmp_path / "pretend.gguf"))
        with pytest.raises(SystemExit) as ended:
            main(lambda _paths, _request: 0, ["--data-dir", str(tmp_path), *fixed, *options])
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return say


WHOLE = ("--param", "extraction=whole")


def test_all_sample_sets_give_a_table_with_the_share_that_was_right(typed):
    status, out, _ = typed("--samples", "all", *WHOLE)
    assert status == 0
    lines = [line.split("\t")[:4] for line in out.splitlines()]
    assert ["one", "17", "17", "right"] in lines
    assert ["two", "5", "6", "wrong"] in lines
    assert "1 of 2 right, 50 % (95 % interval 9 to 91 %)" in out


def test_json_has_a_case_for_each_and_their_sum(typed):
    _, out, _ = typed("--samples", "two,one", "--json", *WHOLE)
    found = json.loads(out)
    assert [(case["name"], case["right"]) for case in found["cases"]] == [
        ("two", False), ("one", True),
    ]  # fmt: skip
    assert found["summary"]["right"] == 1


def test_rows_of_a_file_are_run_and_too_few_right_ones_end_with_1(typed, tmp_path):
    data = tmp_path / "words.csv"
    data.write_text("word,expected\none,17\ntwo,6\none,17\n")
    status, out, _ = typed("--rows", str(data), "--first", "2", "--min-right", "60", *WHOLE)
    assert status == 1
    assert "1 of 2 right" in out
    status, out, _ = typed("--rows", str(data), "--min-right", "60", *WHOLE)
    assert status == 0
    assert "2 of 3 right" in out


def test_what_cannot_run_is_said_and_ends_with_1(typed, tmp_path):
    data = tmp_path / "words.csv"
    data.write_text('word\none\n""\n')
    status, out, _ = typed("--rows", str(data), *WHOLE)
    assert status == 1
    assert "word is empty." in out
    assert "1 not run or failed" in out


def test_a_set_that_is_not_there_and_two_sources_are_wrong_usage(typed):
    status, _, err = typed("--samples", "three")
    assert (status, "no sample set “three”" in err) == (2, True)
    status, _, err = typed("--samples", "all", "--rows", "x.csv")
    assert (status, "not both" in err) == (2, True)


def test_the_table_of_a_pipe_has_long_answers_whole(typed, tmp_path):
    long = " ".join(["many"] * 60)
    data = tmp_path / "words.csv"
    data.write_text(f"word,expected\none,{long}\n")
    _, out, _ = typed("--rows", str(data), *WHOLE)
    assert long in out
