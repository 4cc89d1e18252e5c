"""``workbench eval`` as it is typed, on a simulated engine: table, JSON, exit status."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from workbench import service
from workbench.cli.main import main
from workbench.engine.simulated import SimulatedEngine

SET = """
name: Letters
rows:
  - {word: one, expected: '3'}
  - {word: seven, expected: '5'}
variants:
  - {name: right, text: "Count {{ word }}"}
  - {name: wrong, text: "Wrongly {{ word }}"}
checks: [exact]
"""


def answer(prompt: str) -> list[str]:
    return ["9"] if "Wrongly" in prompt else ["3" if "one" in prompt else "5"]


@pytest.fixture
def typed(tmp_path, monkeypatch, capsys):
    """Types ``eval`` with a set and options; gives exit status, output and errors."""
    (tmp_path / "pretend.gguf").write_bytes(b"")
    engine = SimulatedEngine(answer)
    real = service.Workbench
    monkeypatch.setattr(service, "Workbench", lambda paths: real(paths, engine=engine))

    def say(text: str, *options: str) -> tuple[int, str, str]:
        file = tmp_path / "set.yaml"
        file.write_text(text)
        fixed = ("eval", str(file), "--model", str(tmp_path / "pretend.gguf"))
        with pytest.raises(SystemExit) as ended:
            main(lambda _paths, _request: 0, ["--data-dir", str(tmp_path), *fixed, *options])
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return say


def test_a_table_with_what_each_number_is_of_and_then_json_of_the_same_cells(typed):
    status, out, _ = typed(SET)
    assert status == 0
    lines = [line.split("\t")[:6] for line in out.splitlines()]
    assert ["right", "1.000", "0.342 to 1.000", "2", "2", "2"] in lines
    assert ["wrong", "0.000", "0.000 to 0.658", "0", "2", "2"] in lines
    status, out, _ = typed(SET, "--json")
    found = json.loads(out)
    right, wrong = found["variants"]
    assert (right["rows"], right["scored"], right["passed"], right["value"]) == (2, 2, 2, 1.0)
    assert (wrong["format_failures"], wrong["errors"], wrong["excluded"]) == (0, 0, 0)
    assert wrong["interval"] == pytest.approx([0.0, 0.657620], abs=1e-6)
    assert (right["cached"], right["cells"]) == (2, 2)
    (comparison,) = found["comparisons"]
    assert (comparison["variant"], comparison["baseline"]) == ("wrong", "right")
    assert (comparison["verdict"], comparison["discordant"]) == ("too_few", 2)
    assert comparison["needed_rows"] is None
    assert (found["exit_status"], found["status"]) == (0, "met")


def test_the_exit_status_is_that_of_the_printed_outcome(typed):
    status, out, _ = typed(SET + "goal: {passed: 0.5}\n")
    assert status == 1
    assert out.splitlines()[-1].startswith("Not met: wrong: 0 of 2 rows passed (0 %)")
    status, out, _ = typed(SET + "goal: {passed: 0.5}\nbaseline: wrong\n")
    assert status == 0
    assert out.splitlines()[-1].startswith("Met:")
    status, out, _ = typed(SET.replace("{word: one,", "{other: one,"))
    assert status == 3
    assert out.splitlines()[-1].startswith("Incomplete: right: 1 row with an error")


def test_wrong_usage_ends_with_2(typed):
    status, _, err = typed(SET.replace("checks: [exact]", "checks: [exakt]"))
    assert status == 2
    assert "line 9" in err
    assert typed(SET, "--only", "missing")[0] == 2
    assert typed(SET.replace("checks", "data: gone.csv\nchecks"))[0] == 2


def test_an_estimate_runs_nothing(typed):
    status, out, _ = typed(SET, "--estimate", "--json")
    assert status == 0
    found = json.loads(out)["estimate"]
    assert (found["cells"], found["to_run"], found["calls"]) == (4, 4, 4)
    _, out, _ = typed(SET, "--json")
    assert [each["cached"] for each in json.loads(out)["variants"]] == [0, 0]


def test_reports_are_written(typed, tmp_path):
    names = {
        kind: str(tmp_path / f"report.{kind}")
        for kind in ("junit", "html", "csv", "jsonl", "markdown")
    }
    options = [each for kind, name in names.items() for each in (f"--{kind}", name)]
    assert typed(SET, *options)[0] == 0
    root = ET.parse(names["junit"]).getroot()
    assert [suite.get("failures") for suite in root] == ["0", "2"]
    assert (tmp_path / "report.csv").read_text().count("\n") == 5
    assert "Quality against tokens" in (tmp_path / "report.html").read_text()
    assert "## Quality against tokens" in (tmp_path / "report.markdown").read_text()
    assert len((tmp_path / "report.jsonl").read_text().splitlines()) == 4


def test_json_has_the_analysis(typed):
    _, out, _ = typed(SET, "--json")
    found = json.loads(out)["analysis"]
    assert [each["cost"] for each in found["costs"]] == ["tokens", "seconds"]
    assert len(found["costs"][0]["points"]) == 2
    assert len(found["differences"]) == 1


def test_two_sets_are_both_in_the_result(typed, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text(SET.replace("Letters", "Others"))
    _, out, _ = typed(SET, str(other), "--json")
    assert [each["name"] for each in json.loads(out)] == ["Letters", "Others"]
