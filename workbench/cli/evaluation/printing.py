"""The result of an evaluation for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import click
import msgspec

from workbench.cli.terminal import figures, print_table, texts
from workbench.domain.evaluation.analysis import Analysis
from workbench.domain.evaluation.cells import SweepEstimate
from workbench.domain.evaluation.estimates import Bounds
from workbench.domain.evaluation.judging import JudgeReport
from workbench.domain.evaluation.results import (
    CaseScore,
    Comparison,
    EvaluationResult,
    VariantResult,
)
from workbench.domain.text import count_text, rough_seconds, size_text

_COUNTS = ("rows", "scored", "passed", "format_failures", "errors", "excluded", "unfinished")


def print_estimates(estimates: Mapping[str, SweepEstimate], *, as_json: bool) -> None:
    """Print what sweeps take, by the names of their sets."""
    if as_json:
        found = [
            {"name": name, "estimate": msgspec.to_builtins(each)}
            for name, each in estimates.items()
        ]
        click.echo(json.dumps(found[0] if len(found) == 1 else found, ensure_ascii=False))
        return
    for name, each in estimates.items():
        click.echo(f"{name}: {_estimate_text(each)}")


def _estimate_text(estimate: SweepEstimate) -> str:
    likely = estimate.likely_tokens
    most = count_text(estimate.new_tokens, "new token")
    parts = [
        f"{estimate.cells:,} cells, {estimate.cached:,} cached, {estimate.to_run:,} to run",
        count_text(estimate.calls, "call"),
        f"at most {most}" if likely is None else f"about {count_text(likely, 'new token')}",
    ]
    if estimate.equal_tokens is not None:
        parts.append(f"{count_text(estimate.equal_tokens, 'new token')} an answer at most")
    if estimate.to_run and estimate.seconds is not None:
        parts.append(f"{rough_seconds(estimate.seconds)} one after the other")
    if estimate.questions:
        parts.append(f"{count_text(estimate.questions, 'question')} to judges and metrics")
    if estimate.models:
        parts.append(", ".join(estimate.models))
    if estimate.memory_bytes:
        parts.append(f"{size_text(estimate.memory_bytes)} of memory")
    return "; ".join(parts)


def print_result(result: EvaluationResult, analysis: Analysis) -> None:
    """Print the table of variants, the comparisons, what the best one costs, and the outcome."""
    columns = (
        *texts("Variant"),
        *figures("Value", "95 % interval", "Passed", "Scored", "Rows", "Format", "Errors"),
        *figures("Excluded", "Cached", "Tokens"),
    )
    print_table(columns, [_cells(each) for each in result.variants])
    click.echo()
    for sentence in sentences(result):
        click.echo(sentence)
    tokens = analysis.plot("tokens")
    if tokens is not None and tokens.sentence:
        click.echo(tokens.sentence)
    click.echo(result.outcome.sentence)


def _cells(variant: VariantResult) -> tuple[str, ...]:
    return (
        variant.name,
        "-" if variant.value is None else f"{variant.value:.3f}",
        interval_text(variant.interval),
        "-" if variant.passed is None else f"{variant.passed:,}",
        f"{variant.scored:,}",
        f"{variant.rows:,}",
        f"{variant.format_failures:,}",
        f"{variant.errors:,}",
        f"{variant.excluded:,}",
        f"{variant.cached:,} of {variant.cells:,}",
        f"{variant.tokens:,}",
    )


def interval_text(interval: Bounds | None) -> str:
    """For example "0.49 to 0.94", "-" where it is not known."""
    return "-" if interval is None else f"{interval.low:.3f} to {interval.high:.3f}"


def sentences(result: EvaluationResult) -> list[str]:
    """Everything that must be known to read the table, a sentence each."""
    found = [
        f"{each.variant} against {each.baseline}: {each.verdict.sentence}."
        for each in result.comparisons
    ]
    for variant in result.variants:
        if variant.stands_in_for:
            found.append(
                f"{variant.name}: {variant.model} replaces {variant.stands_in_for}, which "
                "this machine does not have."
            )
        found += _reasons(variant)
    found += [_judge_sentence(each) for each in result.judges]
    if result.tokens_sentence:
        found.append(result.tokens_sentence)
    found += [f"Not imported: {each}." for each in result.not_imported]
    found += result.notes
    if result.looks:
        times = "the first time" if result.looks == 1 else f"time {result.looks}"
        found.append(f"Held-out rows: this is {times} that their scores are shown.")
    return found


def _judge_sentence(judge: JudgeReport) -> str:
    """What must be known of a judge before its column is read."""
    parts = [f"{judge.check}: {judge.sentence}"]
    if judge.mass is not None:
        parts.append(f"Its labels hold {judge.mass:.3f} of the probability on average.")
    if judge.consistency is not None:
        parts.append(f"{judge.consistency:.2f} of the pairs have the same pick in both orders.")
    if judge.judges_itself:
        parts.append(f"It judges its own answers: {', '.join(judge.judges_itself)}.")
    return " ".join(parts)


def _reasons(variant: VariantResult) -> list[str]:
    """Why rows have no score, each reason once with how many rows have it."""
    found: dict[tuple[str, str], list[CaseScore]] = {}
    for case in variant.cases:
        if case.state in ("errored", "excluded"):
            found.setdefault((case.state, case.reason), []).append(case)
    return [
        f"{variant.name}: {count_text(len(cases), 'row')} {_WORDS[state]} "
        f"({_numbers(cases)}): {reason}"
        for (state, reason), cases in found.items()
    ]


_WORDS = {"errored": "with an error", "excluded": "excluded"}
_MOST_NUMBERS = 5


def _numbers(cases: list[CaseScore]) -> str:
    numbers = ", ".join(f"{case.number:,}" for case in cases[:_MOST_NUMBERS])
    more = ", ..." if len(cases) > _MOST_NUMBERS else ""
    return f"row{'s' if len(cases) > 1 else ''} {numbers}{more}"


# --- JSON -----------------------------------------------------------------------------------


def as_object(result: EvaluationResult, analysis: Analysis) -> dict[str, Any]:
    """The result and its analysis as the JSON of ``--json``."""
    return {
        "name": result.name,
        "evaluation_id": result.evaluation_id,
        "status": result.outcome.status,
        "sentence": result.outcome.sentence,
        "exit_status": result.outcome.exit_status,
        "split": result.split,
        "held_out_looks": result.looks,
        "repeats": result.repeats,
        "seed": result.seed,
        "baseline": result.baseline,
        "target": result.target,
        "equal_tokens": result.equal_tokens,
        "variants": [_variant_object(each) for each in result.variants],
        "comparisons": [_comparison_object(each) for each in result.comparisons],
        "analysis": {
            "costs": [{**_built(each), "sentence": each.sentence} for each in analysis.plots],
            "differences": [
                {"variant": each.variant, "gained": each.gained, "lost": each.lost}
                for each in analysis.differences
            ],
            "tables": _built(analysis.tables),
            "calibrations": _built(analysis.calibrations),
        },
        "not_imported": list(result.not_imported),
        "notes": list(result.notes),
        "judges": [msgspec.to_builtins(each) for each in result.judges],
    }


_built: Callable[[object], Any] = msgspec.to_builtins


def _variant_object(variant: VariantResult) -> dict[str, Any]:
    return {
        "name": variant.name,
        **{name: getattr(variant, name) for name in _COUNTS},
        "value": variant.value,
        "interval": _bounds(variant.interval),
        "prompt": variant.prompt,
        "version": variant.version,
        "strategy": variant.strategy,
        "model": variant.model,
        "stands_in_for": variant.stands_in_for,
        "temperature": variant.temperature,
        "cells": variant.cells,
        "cached": variant.cached,
        "tokens": variant.tokens,
        "seconds": round(variant.seconds, 3),
        "cut_short": variant.cut_short,
        "problem": variant.problem,
        "checks": [msgspec.to_builtins(each) for each in variant.checks],
        "cases": [_case_object(each) for each in variant.cases],
    }


def _case_object(case: CaseScore) -> dict[str, Any]:
    return {
        "id": case.case,
        "row": case.number,
        "state": case.state,
        "score": case.score,
        "passed": case.passed,
        "format_failure": case.is_format_failure,
        "reason": case.reason,
        "repeats": [
            {
                "run_id": each.cell.run_id,
                "key": each.cell.key,
                "state": each.cell.state,
                "answer": each.cell.answer,
                "score": each.result.score if each.result else None,
                "passed": each.result.passed if each.result else None,
                "error": each.cell.error,
            }
            for each in case.cells
        ],
    }


def _comparison_object(comparison: Comparison) -> dict[str, Any]:
    verdict = comparison.verdict
    return {
        "variant": comparison.variant,
        "baseline": comparison.baseline,
        "verdict": verdict.kind,
        "sentence": verdict.sentence,
        "difference": verdict.difference,
        "interval": _bounds(verdict.interval),
        "confidence": verdict.confidence,
        "p": verdict.p,
        "method": verdict.method,
        "rows": verdict.rows,
        "dropped": verdict.dropped,
        "gained": verdict.gained,
        "lost": verdict.lost,
        "discordant": verdict.discordant,
        "needed_rows": verdict.needed_rows,
    }


def _bounds(interval: Bounds | None) -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]
