"""Programs that models wrote: run in sandbox processes, where the user allows it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from workbench.domain.errors import SandboxError
from workbench.domain.evaluation.cells import Cell
from workbench.domain.evaluation.checks import AnyCheck, Check, CheckSet
from workbench.domain.evaluation.metric_input import Fetched, ProgramRun, text_of
from workbench.evaluation.metrics.checking import fetch_key, leaves, needs_programs
from workbench.evaluation.metrics.code.python_tests import code_in
from workbench.history.evaluation import measurements
from workbench.history.evaluation.measurements import Measurement
from workbench.service.core import Core
from workbench.service.evaluation.evaluation import Evaluation

_JOB = "workbench.evaluation.metrics.code.python_tests:run_job"
_SECONDS = 3.0
"""Processor time of a program with its tests."""
_KIND = "program"


class _Wanted(NamedTuple):
    cell: Cell
    check: str
    source: str
    tests: tuple[str, ...]
    key: str


class Programs:
    """Runs the programs in the outputs of an evaluation, each once."""

    def __init__(self, core: Core) -> None:
        self._pool = core.pool
        self._store = core.store

    async def find(self, evaluation: Evaluation) -> None:
        """Take what the history has; no program is run."""
        evaluation.has_code = await asyncio.to_thread(_has_code, evaluation)
        if not evaluation.has_code:
            return
        wanted = await asyncio.to_thread(lambda: list(_wanted(evaluation)))
        keys = tuple(dict.fromkeys(each.key for each in wanted))
        known = await self._store.read(measurements.load, keys)
        for each in wanted:
            if each.key in known:
                _take(evaluation, each, msgspec.msgpack.decode(known[each.key], type=ProgramRun))

    async def run(self, evaluation: Evaluation) -> None:
        """Run those that were never run, where the evaluation allows it.

        Raises:
            StoreError: what came of one could not be kept.
            SandboxError: the program is closing.
        """
        if not evaluation.runs_code:
            return
        await self.find(evaluation)
        for each in await asyncio.to_thread(lambda: list(_wanted(evaluation))):
            found = await self._run(each)
            _take(evaluation, each, found)
            payload = msgspec.msgpack.encode(found)
            kept = Measurement(key=each.key, kind=_KIND, model="", payload=payload)
            await self._store.write(measurements.keep, [kept])

    async def _run(self, wanted: _Wanted) -> ProgramRun:
        try:
            found = await self._pool.call(
                _JOB, wanted.source, wanted.tests, deadline_seconds=_SECONDS, ends=True
            )
        except SandboxError as error:
            if self._pool.closed:
                raise
            return ProgramRun(error=str(error).rstrip("."))
        except RuntimeError:  # it ended its own process, or what it left cannot be read
            return ProgramRun(error="The program broke its process")
        return msgspec.convert(found, ProgramRun)


def _wanted(evaluation: Evaluation) -> Iterator[_Wanted]:
    """The programs of finished outputs that were not run yet."""
    of_set = _running_ones(evaluation.set.checks.checks)
    cases = {case.id: case for case in evaluation.cases}
    checks = {case.id: of_set + _running_ones(case.checks) for case in evaluation.cases}
    for cell in evaluation.cells.values():
        if not cell.is_finished:
            continue
        known = evaluation.fetched.get((cell.id, cell.run_id), {})
        for check in checks[cell.id.case]:
            key = fetch_key(check)
            case = cases[cell.id.case]
            expected = check.expects(case.values, case.expected)
            if key in known or not expected:
                continue
            tests = tuple(text_of(each) for each in expected)
            source = code_in(cell.output)
            digest = hashlib.sha256(msgspec.json.encode((_KIND, source, tests))).hexdigest()
            yield _Wanted(cell, key, source, tests, digest)


def _has_code(evaluation: Evaluation) -> bool:
    given = evaluation.set.checks.checks, *(case.checks for case in evaluation.cases)
    return any(map(_running_ones, given))


def _running_ones(checks: Sequence[AnyCheck]) -> tuple[Check, ...]:
    found = leaves(CheckSet(checks=tuple(checks))) if checks else ()
    return tuple(each for each in found if isinstance(each, Check) and needs_programs(each))


def _take(evaluation: Evaluation, wanted: _Wanted, found: ProgramRun) -> None:
    place = wanted.cell.id, wanted.cell.run_id
    evaluation.fetched.setdefault(place, {})[wanted.check] = Fetched(program=found)
    evaluation.scores.pop(place, None)
