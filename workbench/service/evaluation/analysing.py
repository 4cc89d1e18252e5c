"""Evaluations analysed, away from the window: the numbers go to a sandbox process."""

from __future__ import annotations

import asyncio
import functools

import msgspec

from workbench.domain.evaluation.analysis import Analysis
from workbench.domain.evaluation.results import EvaluationResult
from workbench.domain.text import replace_surrogates
from workbench.evaluation.analysis.figures import figures_of
from workbench.evaluation.analysis.one_check import of_one_check
from workbench.processes.pool import SandboxPool
from workbench.service.evaluation.evaluation import Evaluation

_JOB = "workbench.evaluation.analysis.analyse:analyse_job"
_SECONDS = 30.0


async def analyse_in(
    pool: SandboxPool, evaluation: Evaluation, result: EvaluationResult, check: str = ""
) -> Analysis:
    """What a result says beyond its counts.

    Args:
        pool: of sandbox processes; a cancelled call ends its process.
        evaluation: whose cases and columns the result is of.
        result: with the cases of each variant.
        check: the title of the one check that it is analysed by, "" for the score of all.

    Raises:
        SandboxError: it takes too long, or the pool is closing.
    """
    columns = evaluation.set.columns
    inputs = {field.name for each in evaluation.variants for field in each.inputs}
    inputs |= set(columns.inputs.values())
    if check:
        by_one = functools.partial(
            of_one_check, result, evaluation.cases, check, evaluation.set.right_when
        )
        result = await asyncio.to_thread(by_one)
    figures = await asyncio.to_thread(figures_of, result, evaluation.cases, columns, inputs)
    try:
        found = await pool.call(_JOB, figures, deadline_seconds=_SECONDS)
    except UnicodeEncodeError:  # half characters in a name
        given = replace_surrogates(msgspec.to_builtins(figures))
        found = await pool.call(_JOB, given, deadline_seconds=_SECONDS)
    return msgspec.convert(found, Analysis)
