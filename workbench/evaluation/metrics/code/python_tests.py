"""Python tests: the code in the output does what the expected expressions say.

The program is run before, in a sandbox process of its own that ends with it, and only where the
user allows it: this file reads its result.
"""

from __future__ import annotations

import re

from workbench.domain.evaluation.metric_input import MetricInput, ProgramRun
from workbench.domain.evaluation.scores import MetricResult
from workbench.evaluation.metrics.metric import Metric, NoParams, register, shown, verdict

_BLOCK = re.compile(r"```[ \t]*\w*[ \t]*\n(.*?)(?:\n[ \t]*```|\Z)", re.DOTALL)
_ERROR_CHARACTERS = 300


def code_in(output: str) -> str:
    """The first fenced block of an output, or all of it where there is none."""
    block = _BLOCK.search(output)
    return block.group(1) if block else output


def run_job(source: str, tests: list[str]) -> ProgramRun:
    """Run a program and look which expressions hold after it; ends with the first that does not.

    Belongs into a sandbox process that is not used again: the program can change anything in it.
    """
    names: dict[str, object] = {"__name__": "program"}
    held = 0
    try:
        exec(compile(source, "program", "exec"), names)  # noqa: S102 - what it is for
        for test in tests:
            if not eval(compile(test, "test", "eval"), names):  # noqa: S307 - what it is for
                return ProgramRun(held=held)
            held += 1
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {error}".strip(": ")
        return ProgramRun(held=held, error=reason[:_ERROR_CHARACTERS])
    return ProgramRun(held=held)


def score(given: MetricInput, _params: NoParams) -> MetricResult:
    """1 where all expected expressions hold, else 0."""
    assert given.program is not None
    tests = given.references
    held, error = given.program.held, given.program.error
    if held == len(tests) and not error:
        return verdict(True, f"{held} of {held} tests hold.", held=held)
    failed = shown(tests[min(held, len(tests) - 1)])
    reason = f"{held} of {len(tests)} tests hold, then {failed} does not"
    return verdict(False, f"{reason}: {error}." if error else f"{reason}.", held=held)


register(
    Metric(
        id="python_tests",
        title="Python tests",
        description="Whether the code in the output makes the expected expressions true.",
        params=NoParams,
        score=score,
        needs=("expected", "program"),
    )
)
