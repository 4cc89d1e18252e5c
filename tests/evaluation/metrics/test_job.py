"""Checks in the sandbox: many outputs, and those that break a process."""

import asyncio
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from workbench.domain.errors import SandboxError, SandboxTimeout
from workbench.domain.evaluation.checks import Check, CheckSet
from workbench.domain.evaluation.metric_input import (
    Embeddings,
    Likelihood,
    MetricInput,
    ProgramRun,
    TokenMatch,
)
from workbench.domain.evaluation.scores import Errored, Score
from workbench.evaluation.metrics import METRICS, job
from workbench.evaluation.metrics.checking import judge_one
from workbench.evaluation.metrics.job import judge_in
from workbench.processes.pool import SandboxPool

CHECKS = CheckSet(
    checks=(
        Check(metric="regex", params={"pattern": r"^(a|a)*$"}),
        CheckSet(checks=(Check(metric="contains", expected=("a",)),)),
    )
)


@pytest.fixture(scope="module")
def pool() -> Iterator[SandboxPool]:
    pool = SandboxPool()
    yield pool
    asyncio.run(pool.close())


async def test_outputs_are_judged_in_order(pool: SandboxPool) -> None:
    texts = [f"{'a' * (at % 3)}" for at in range(450)]
    found = await judge_in(pool, CHECKS, [MetricInput(output=text) for text in texts])
    assert [each.passed for each in found] == [bool(text) for text in texts]


async def test_a_hostile_pattern_is_an_error_of_its_output_alone(pool: SandboxPool) -> None:
    texts = ["a", "a" * 60 + "!", "b"]
    found = await judge_in(pool, CHECKS, [MetricInput(output=text) for text in texts])
    assert [each.status for each in found] == ["scored", "errored", "scored"]


async def test_half_characters_are_replaced(pool: SandboxPool) -> None:
    check = CheckSet(checks=(Check(metric="exact"),))
    (found,) = await judge_in(pool, check, [MetricInput(output="\ud800", expected=("\ufffd",))])
    assert found.passed is True


async def test_half_characters_in_a_check(pool: SandboxPool) -> None:
    check = Check(metric="regex", params={"pattern": "\ud800"})
    assert isinstance(judge_one(check, MetricInput(output="x")).result, Errored)
    (found,) = await judge_in(pool, CheckSet(checks=(check,)), [MetricInput(output="\ufffd")])
    assert found.passed is True


async def test_nothing_given(pool: SandboxPool) -> None:
    assert await judge_in(pool, CHECKS, []) == []


async def test_a_closed_pool_judges_nothing() -> None:
    closed = SandboxPool()
    await closed.close()
    with pytest.raises(SandboxError):
        await judge_in(closed, CHECKS, [MetricInput(output="a")])


class LossyPool:
    """Loses every call that has the check ``contains`` and a text with a mark in it."""

    closed = False

    async def call(self, function: str, *args: Any, deadline_seconds: float) -> Any:
        checks, given = args
        if any(b"LOST" in each for each in given) and "contains" in str(checks):
            raise SandboxTimeout("It took too long.")
        wanted = msgspec.to_builtins(checks)
        return msgspec.to_builtins(job.judge_job(wanted, given))


async def test_only_the_check_that_ends_its_process_is_an_error() -> None:
    given = [MetricInput(output=text) for text in ("a", "LOST a", "a")]
    found = await judge_in(LossyPool(), CHECKS, given)  # type: ignore[arg-type]
    assert [each.status for each in found] == ["scored", "errored", "scored"]
    pattern, contains = found[1].leaves()
    assert pattern.passed is False
    assert isinstance(contains.result, Errored)
    assert contains.result.reason.startswith("The check contains could not be applied")


async def test_every_metric_runs_in_a_sandbox_process(pool: SandboxPool) -> None:
    """Vectors and schemas too: nothing of them needs what is forbidden there."""
    given = MetricInput(
        output='{"a": 1}',
        expected=('{"a": 1}',),
        samples=('{"a": 1}', '{"a": 1}'),
        seconds=1.0,
        completion_tokens=3,
        finish_reason="stop",
        embeddings=Embeddings(output=(1.0,), expected=((1.0,),)),
        token_matches=(TokenMatch(output=(1.0,), expected=(1.0,)),),
        output_likelihood=Likelihood(text="a", logprobs=(-1.0,)),
        reference_likelihood=Likelihood(text="a", logprobs=(-1.0,)),
        program=ProgramRun(held=1),
    )
    apart = {"multiple_choice", "numeric", "gsm8k", "bbh"}
    apart |= {each.id for each in METRICS if each.id.startswith("judge-")}
    names = [each.id for each in METRICS if each.id not in apart]
    params = {"json_valid": {"schema": "{}"}, "regex": {"pattern": "a"}}
    own = {"puzzle": ({"words": 2},)}
    checks = CheckSet(
        checks=tuple(
            Check(metric=each, params=params.get(each, {}), expected=own.get(each, ()))
            for each in names
        )
    )
    (found,) = await judge_in(pool, checks, [given])
    results = dict(zip(names, found.leaves(), strict=True))
    assert [name for name, each in results.items() if not isinstance(each.result, Score)] == []
