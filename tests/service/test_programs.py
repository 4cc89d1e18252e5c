"""Code that a model wrote is run where the user allows it, in a process that ends with it."""

from __future__ import annotations

import pytest

from tests.service.test_evaluations import Bench
from workbench.evaluation.metrics.code.python_tests import code_in

CODE = {
    "good": "Here:\n```python\ndef add(a, b):\n    return a + b\n```\nDone.",
    "wrong": "def add(a, b):\n    return a - b",
    "ends": "import sys\nsys.exit(0)",
    "loops": "while True:\n    pass",
    "network": "import socket\nsocket.socket()\ndef add(a, b):\n    return a + b",
    "changes": "import msgspec\nmsgspec.msgpack.encode = None\ndef add(a, b):\n    return a + b",
    "again": "```\ndef add(a, b):\n    return b + a",
}
SET = """
rows:
%s
variants: [{name: plain, text: "Write {{ kind }}", sampling: {temperature: 0}}]
checks: [python_tests]
"""
ROW = "  - {kind: %s, expected: ['add(2, 3) == 5', 'add(-1, 1) == 0']}"


@pytest.fixture
def bench(paths, tmp_path):
    made = Bench(paths, tmp_path)
    made.write(SET % "\n".join(ROW % kind for kind in CODE))
    made.engine.rule = lambda prompt: [
        next(CODE[kind] for kind in CODE if f"Write {kind}" in prompt)
    ]
    yield made
    made.close()


def test_code_is_run_only_where_that_is_allowed(bench):
    (closed,) = bench.evaluate()[0].variants
    assert (closed.scored, closed.excluded) == (0, 7)
    assert "--run-code" in closed.cases[0].reason

    result, *_, evaluation = bench.evaluate(run_code=True)
    (plain,) = result.variants
    assert (plain.scored, plain.excluded, plain.errors) == (7, 0, 0)
    passed = {
        case.values["kind"]
        for case, score in zip(evaluation.cases, plain.cases, strict=True)
        if score.passed
    }
    assert passed == {"good", "again", "changes"}, "what it changes goes with its process"
    reasons = dict(zip(CODE, (case.reason for case in plain.cases), strict=True))
    assert reasons["wrong"] == "0 of 2 tests hold, then “add(2, 3) == 5” does not."
    assert "SystemExit" in reasons["ends"]
    assert "PermissionError" in reasons["network"]

    (again,) = bench.evaluate()[0].variants
    assert again.passed == 3, "what was run is known, and not run again"


def test_the_code_is_the_first_block_or_all():
    assert code_in(CODE["good"]) == "def add(a, b):\n    return a + b"
    assert code_in(CODE["again"]) == "def add(a, b):\n    return b + a"
    assert code_in("x = 1") == "x = 1"
