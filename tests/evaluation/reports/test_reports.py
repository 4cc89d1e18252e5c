"""Reports of evaluations read back: JUnit XML, CSV and the page of HTML."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from workbench.domain.evaluation.analysis import (
    AnalysedVariant,
    Analysis,
    TagCell,
    TagRow,
    TagTable,
)
from workbench.domain.evaluation.cells import Cell, CellId
from workbench.domain.evaluation.estimates import Bounds
from workbench.domain.evaluation.results import (
    CaseScore,
    CellScore,
    EvaluationResult,
    Outcome,
    VariantResult,
)
from workbench.evaluation.reports.junit import OUTPUT_CHARACTERS, write_junit
from workbench.evaluation.reports.lines import write_jsonl
from workbench.evaluation.reports.markdown import write_markdown
from workbench.evaluation.reports.page import write_page
from workbench.evaluation.reports.table import write_csv


def case(number: int, state: str, output: str = "", **more: object) -> CaseScore:
    cell = Cell(
        id=CellId("plain", f"c{number}"),
        state="done" if output else "failed",
        output=output,
        run_id=number,
        seconds=0.5,
    )
    cells = (CellScore(cell=cell),)
    return CaseScore(case=f"c{number}", number=number, state=state, cells=cells, **more)  # type: ignore[arg-type]


CASES = (
    case(1, "scored", "right", score=1.0, passed=True),
    case(2, "scored", "=cmd|x\x00\x0b\x1b[31m<b>", score=0.0, passed=False, reason="It is “\x1b”."),
    case(3, "errored", reason="The engine crashed."),
    case(4, "excluded", "x", reason="The row has no expected value."),
    case(5, "scored", "y" * 9_000, score=0.0, passed=False, is_format_failure=True),
)
RESULT = EvaluationResult(
    name="Set & more",
    path="/s.yaml",
    split="tune",
    outcome=Outcome(status="incomplete", sentence="Incomplete: plain: 1 row with an error."),
    variants=(
        VariantResult(
            name="plain",
            rows=5,
            scored=3,
            passed=1,
            format_failures=1,
            errors=1,
            excluded=1,
            unfinished=0,
            value=1 / 3,
            interval=Bounds(0.06, 0.79),
            cases=CASES,
        ),
    ),
    target=0.05,
    repeats=1,
    seed=1,
)


def test_junit_is_read_back_with_a_test_for_each_case():
    root = ET.fromstring(write_junit([RESULT], 0.0))
    (suite,) = root
    assert suite.get("name") == "Set & more: plain"
    for each in (root, suite):
        counts = [each.get(name) for name in ("tests", "failures", "errors", "skipped")]
        assert counts == ["5", "2", "1", "1"]
    assert suite.get("timestamp") == "1970-01-01T00:00:00"
    tests = suite.findall("testcase")
    assert [test.get("name") for test in tests] == ["1: c1", "2: c2", "3: c3", "4: c4", "5: c5"]
    kinds = [{each.tag for each in test} - {"system-out"} for test in tests]
    assert kinds == [set(), {"failure"}, {"error"}, {"skipped"}, {"failure"}]
    assert tests[1].findtext("system-out") == "=cmd|x\ufffd\ufffd\ufffd[31m<b>"
    failure = tests[1].find("failure")
    assert failure is not None
    assert failure.get("message") == "It is “\ufffd”."
    assert tests[4].find("failure[@type='format']") is not None
    assert len(tests[4].findtext("system-out") or "") < OUTPUT_CHARACTERS + 10


def test_csv_has_formulas_as_text():
    rows = list(csv.DictReader(io.StringIO(write_csv([RESULT]))))
    assert [row["state"] for row in rows] == ["scored", "scored", "errored", "excluded", "scored"]
    assert rows[1]["answer"].startswith("'=cmd|x")
    assert (rows[0]["score"], rows[0]["passed"], rows[0]["run_ids"]) == ("1", "1", "1")
    assert (rows[2]["score"], rows[2]["passed"]) == ("", "")


def test_the_page_holds_everything_and_asks_for_nothing():
    text = write_page([RESULT])
    found: list[tuple[str, dict[str, str | None]]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, dict(attrs)))

    Reader().feed(text)
    tags = {tag for tag, _ in found}
    assert not tags & {"script", "link", "img", "iframe", "object"}
    assert not any(name in attrs for _, attrs in found for name in ("src", "href", "onload"))
    assert "&lt;b&gt;" in text
    assert RESULT.outcome.sentence in text
    assert len([tag for tag, _ in found if tag == "tr"]) == 2 + 6
    assert "mso-number-format" in text


ANALYSIS = Analysis(
    name="Set & more",
    baseline="plain",
    target=0.05,
    repeats=1,
    rows=5,
    is_pass_fail=True,
    variants=(AnalysedVariant(name="plain"), AnalysedVariant(name="loud")),
    tables=(
        TagTable(
            name="kind",
            tests=1,
            rows=(
                TagRow(
                    value="a|b",
                    cases=("c1", "c2"),
                    cells=(
                        TagCell(scored=16, passed=15, value=15 / 16),
                        TagCell(
                            scored=34,
                            passed=28,
                            value=28 / 34,
                            interval=Bounds(0.66, 0.92),
                            p=0.01,
                        ),
                    ),
                ),
            ),
        ),
    ),
)


def test_json_lines_hold_whole_answers():
    lines = [json.loads(line) for line in write_jsonl([RESULT]).splitlines()]
    assert [(each["row"], each["state"], each["score"]) for each in lines] == [
        (1, "scored", 1.0), (2, "scored", 0.0), (3, "errored", None), (4, "excluded", None),
        (5, "scored", 0.0),
    ]  # fmt: skip
    assert lines[4]["repeats"][0]["output"] == "y" * 9_000
    assert lines[1]["repeats"][0]["output"] == "=cmd|x\x00\x0b\x1b[31m<b>"


def test_markdown_is_tables_in_which_answers_are_text():
    text = write_markdown([RESULT], [ANALYSIS])
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert rows[0].startswith("| variant | value | 95 % interval | passed |")
    assert rows[2].startswith("| plain | 0.333 | 0.060 to 0.790 | 1 | 3 | 5 |")
    assert "| a\\|b | 2 | 15 of 16 | 82 % \\[66, 92\\] 28/34 \\* |" in rows
    assert "| 2 | c2 | failed: =cmd\\|x\x00 \x1b\\[31m\\<b\\> |" in rows
    assert "## Cases" in write_markdown([RESULT])


def test_the_page_shows_the_analysis():
    text = write_page([RESULT], [ANALYSIS])
    assert "<h2>By kind</h2><p>* differs from the baseline, Benjamini-Hochberg over 1 cell." in text
    assert "<td>a|b</td><td class=n>2</td><td class=n>15 of 16</td>" in text
