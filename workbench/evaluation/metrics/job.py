"""Checks in a sandbox process.

Patterns and schemas of users can take any time and memory there, and long texts keep no other work
of the program waiting.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from workbench.domain.errors import SandboxError
from workbench.domain.evaluation.checks import Check, CheckResult, CheckSet, SetResult
from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import Errored
from workbench.domain.text import replace_surrogates
from workbench.evaluation.metrics import METRICS as _METRICS  # noqa: F401 - registers all
from workbench.evaluation.metrics.checking import combine, judge
from workbench.processes.pool import SandboxPool

BATCH_SECONDS = 10.0
"""Processor time that a batch may take before its outputs are judged one by one."""
ONE_SECONDS = 2.0
"""Processor time for one output; a check that needs more is an error of that output."""
BATCH_BYTES = 4 * 1024 * 1024
BATCH_ROWS = 200
"""Most of a batch: small enough that a stop is quick, large enough that a call costs little."""
_JOB = "workbench.evaluation.metrics.job:judge_job"


async def judge_in(
    pool: SandboxPool, checks: CheckSet, given: Sequence[MetricInput]
) -> list[SetResult]:
    """Judge outputs by a set of checks, in the sandbox.

    Args:
        pool: of sandbox processes; a cancelled call ends its process.
        checks: for all outputs.
        given: the outputs with their rows, and what :func:`needs_of` says was fetched for them.

    Returns:
        A result for each, in order. Where a process is lost or its time is over, each check of that
        output is judged by itself, and only those that fail again are errors.

    Raises:
        SandboxError: the pool is closing.
    """
    try:
        msgspec.msgpack.encode(checks)
    except UnicodeEncodeError:
        checks = msgspec.convert(_replaced(msgspec.to_builtins(checks)), CheckSet)
    encoded = [_encode(each) for each in given]
    found: list[SetResult] = []
    for batch in _batches(encoded):
        try:
            found += await _call(pool, checks, batch, BATCH_SECONDS)
        except SandboxError:
            if pool.closed:
                raise
            for each in batch:
                found.append(await _one(pool, checks, each))
    return found


async def _one(pool: SandboxPool, checks: CheckSet, given: bytes) -> SetResult:
    try:
        return (await _call(pool, checks, [given], ONE_SECONDS))[0]
    except SandboxError:
        if pool.closed:
            raise
        results: list[CheckResult | SetResult] = []
        for each in checks.checks:
            if isinstance(each, CheckSet):
                results.append(await _one(pool, each, given))
            else:
                alone = CheckSet(checks=(each,))
                try:
                    results += (await _call(pool, alone, [given], ONE_SECONDS))[0].results
                except SandboxError as error:
                    if pool.closed:
                        raise
                    what = each.metric if isinstance(each, Check) else each.kind
                    reason = f"The check {what} could not be applied to this output. {error}"
                    results.append(CheckResult(check=each, result=Errored(reason=reason)))
        return combine(checks, tuple(results))


async def _call(
    pool: SandboxPool, checks: CheckSet, batch: list[bytes], seconds: float
) -> list[SetResult]:
    found = await pool.call(_JOB, checks, batch, deadline_seconds=seconds)
    return msgspec.convert(found, list[SetResult])


def judge_job(checks: dict[str, Any], given: list[bytes]) -> list[SetResult]:
    """Judge outputs by a set of checks; runs in a sandbox process."""
    wanted = msgspec.convert(checks, CheckSet)
    decoder = msgspec.msgpack.Decoder(MetricInput)
    found = []
    for each in given:
        result = judge(wanted, decoder.decode(each))
        assert isinstance(result, SetResult)
        found.append(result)
    return found


def _encode(given: MetricInput) -> bytes:
    """An input for another process; half characters, which no encoding holds, are replaced."""
    try:
        return msgspec.msgpack.encode(given)
    except UnicodeEncodeError:
        return msgspec.msgpack.encode(_replaced(msgspec.to_builtins(given)))


def _replaced(value: Any) -> Any:
    if isinstance(value, str):
        return replace_surrogates(value)
    if isinstance(value, dict):
        return {_replaced(key): _replaced(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(each) for each in value]
    return value


def _batches(encoded: list[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    size = 0
    for each in encoded:
        if batch and (size + len(each) > BATCH_BYTES or len(batch) >= BATCH_ROWS):
            yield batch
            batch, size = [], 0
        batch.append(each)
        size += len(each)
    if batch:
        yield batch
