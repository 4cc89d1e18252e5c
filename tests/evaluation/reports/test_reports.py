"""Reports of evaluations read back: JUnit XML, CSV and the page of HTML."""

from __future__ import annotations

import csv
import io
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

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
