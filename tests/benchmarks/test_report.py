"""What the benchmark makes of its results."""

from __future__ import annotations

import io

import msgspec
import pytest
from rich.console import Console

from tests.benchmarks.job import Job, Result, run_child
from tests.benchmarks.report import (
    Report,
    expectations,
    make_report,
    print_report,
    summarise,
    time_ratio,
)
from tests.benchmarks.workload import SMALL, Workload, make_workload

MACHINE = {
    "processor": "Test",
    "cores": 2,
    "memory_bytes": 8e9,
    "kernel": "Linux 6",
    "python": "3.11",
}


def done(seconds: float, *, tokens: int = 960, evaluated: int = 0) -> Result:
    return Result(seconds=seconds, new_tokens=tokens, evaluated_tokens=evaluated)


@pytest.fixture
def workload() -> Workload:
    return make_workload(SMALL).tokenized(lambda text: [ord(c) for c in text], banned=())


def test_a_row_holds_the_median_and_the_spread():
    row = summarise("raw", [done(3.0), done(1.0), done(2.0)])
    assert (row.seconds, row.fastest, row.slowest, row.rounds) == (2.0, 1.0, 3.0, 3)
    assert row.tokens_per_second == 480


def test_a_peer_that_crashed_has_its_reason_and_no_figures():
    row = summarise("llama", [Result(error="ended with status -11: ")])
    assert row.rounds == 0
    assert "-11" in row.error


def test_a_crash_in_one_round_leaves_the_others():
    row = summarise("llama", [Result(error="ended with status -11: "), done(2.0)])
    assert (row.rounds, row.seconds) == (1, 2.0)
    assert row.error


def test_a_ratio_is_the_median_of_ratios_within_rounds():
    results = {"llama": [done(20), done(60), done(10)], "engine": [done(10), done(20), done(10)]}
    assert time_ratio(results, "llama", "engine") == 2.0


def test_a_ratio_compares_time_a_token():
    results = {"engine": [done(10, tokens=480)], "raw": [done(10)]}
    assert time_ratio(results, "engine", "raw") == 2.0


def test_what_did_not_run_has_no_ratio():
    assert time_ratio({"engine": [done(1)]}, "llama", "engine") is None
    assert time_ratio({"engine": [done(1)], "raw": [Result(error="no")]}, "engine", "raw") is None


def test_expectations_are_met_missed_or_open(workload: Workload):
    unique = workload.unique_tokens
    results = {
        "raw": [done(10)],
        "engine": [done(10.4, evaluated=unique)],
        "llama": [done(15)],
        "window": [Result(figures={"loss": 0.01})],
    }
    met = {each.text: each.met for each in expectations(results, workload)}
    assert met["time against the raw loop: at most 1.05"] is True
    assert met["faster than Llama in turn: at least 2 times"] is False
    assert met["faster than the server: at least 2.5 times"] is None
    assert met["prompt tokens evaluated of the unique ones: at most 1.02"] is True
    assert met["lost to the open window: at most 0.03"] is True


def test_answers_that_ended_early_are_noted(workload: Workload):
    results = {"raw": [done(10)], "engine": [done(10, tokens=900, evaluated=1)]}
    assert "900 of 960" in expectations(results, workload)[0].note


def test_the_report_is_a_table_and_json(workload: Workload):
    results = {
        "raw": [done(10)],
        "engine": [done(12, evaluated=5000)],
        "server": [Result(error="crashed")],
    }
    report = make_report(
        machine=MACHINE, model="some.gguf", small=True, workload=workload, results=results
    )
    text = io.StringIO()
    print_report(report, Console(file=text, width=160))
    assert "some.gguf" in text.getvalue()
    assert "MISSED" in text.getvalue()
    assert "crashed" in text.getvalue()
    again = msgspec.json.decode(msgspec.json.encode(report), type=Report)
    assert again.rows == report.rows
    assert again.expectations == report.expectations


def test_a_child_that_cannot_work_is_a_result(workload: Workload):
    job = Job(model="/nowhere.gguf", threads=1, workload=workload)
    assert "load" in run_child("peers.tokenizer", job).error
    assert "status" in run_child("peers.nobody", job).error
