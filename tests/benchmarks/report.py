"""From the results of all rounds to a table, expectations met or missed, and JSON."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from tests.benchmarks.job import Result
from tests.benchmarks.workload import Workload

MOST_OF_RAW = 1.05
FASTER_THAN_LLAMA = 2.0
FASTER_THAN_SERVER = 2.5
MOST_OF_UNIQUE = 1.02
FASTER_BY_LOGPROB = 4.0
MOST_STEPS_TO_CANCEL = 1.0
MOST_LOST_TO_WINDOW = 0.03
TITLES = {
    "raw": "raw llama_decode loop",
    "engine": "this engine",
    "llama": "Llama called in turn",
    "server": "llama.cpp's server",
}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A peer over all rounds: medians, and the fastest and slowest round."""

    peer: str
    seconds: float
    fastest: float
    slowest: float
    new_tokens: int
    tokens_per_second: float
    evaluated_tokens: int
    peak_bytes: int
    rounds: int
    settings: dict[str, Any] = {}
    versions: str = ""
    error: str = ""


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """A figure that was promised. ``met`` is None where it could not be measured."""

    text: str
    value: float | None
    met: bool | None
    note: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was found."""

    machine: dict[str, Any]
    model: str
    small: bool
    workload: dict[str, int]
    rows: tuple[Row, ...]
    expectations: tuple[Expectation, ...]
    figures: dict[str, Any]
    results: dict[str, list[Result]]
    """Every single result, to look again."""


def summarise(peer: str, results: list[Result]) -> Row:
    """The row of a peer; of one that failed every time, the reason."""
    good = [result for result in results if not result.error]
    if not good:
        reason = results[-1].error if results else "not run"
        return Row(
            peer=peer, seconds=0, fastest=0, slowest=0, new_tokens=0, tokens_per_second=0,
            evaluated_tokens=0, peak_bytes=0, rounds=0, error=reason,
        )  # fmt: skip
    seconds = [result.seconds for result in good]
    return Row(
        peer=peer,
        seconds=statistics.median(seconds),
        fastest=min(seconds),
        slowest=max(seconds),
        new_tokens=round(statistics.median(result.new_tokens for result in good)),
        tokens_per_second=statistics.median(r.new_tokens / r.seconds for r in good),
        evaluated_tokens=round(statistics.median(result.evaluated_tokens for result in good)),
        peak_bytes=max(result.peak_bytes for result in good),
        rounds=len(good),
        settings=good[-1].settings,
        versions=good[-1].versions,
        error=next((result.error for result in results if result.error), ""),
    )


def time_ratio(results: dict[str, list[Result]], slow: str, fast: str) -> float | None:
    """How many times longer ``slow`` took than ``fast``: the median over rounds.

    Within a round both met the same machine. Peers that generated different numbers of tokens are
    compared by time a token.
    """
    ratios = [
        (a.seconds / a.new_tokens) / (b.seconds / b.new_tokens)
        for a, b in zip(results.get(slow, ()), results.get(fast, ()), strict=False)
        if not a.error and not b.error
    ]
    return statistics.median(ratios) if ratios else None


def expectations(results: dict[str, list[Result]], workload: Workload) -> tuple[Expectation, ...]:
    """What the engine is expected to reach, and whether it did."""
    engine = summarise("engine", results.get("engine", []))
    evaluated = engine.evaluated_tokens / workload.unique_tokens if engine.rounds else None
    short = engine.rounds and engine.new_tokens != workload.new_tokens
    note = f"{engine.new_tokens:,} of {workload.new_tokens:,} tokens generated" if short else ""
    found = [
        _at_most("time against the raw loop", time_ratio(results, "engine", "raw"), MOST_OF_RAW),
        _at_least(
            "faster than Llama in turn", time_ratio(results, "llama", "engine"), FASTER_THAN_LLAMA
        ),
        _at_least(
            "faster than the server", time_ratio(results, "server", "engine"), FASTER_THAN_SERVER
        ),
        _at_most("prompt tokens evaluated of the unique ones", evaluated, MOST_OF_UNIQUE),
        _at_least(
            "faster with evaluate=logprob", _figure(results, "scoring", "ratio"), FASTER_BY_LOGPROB
        ),
    ]
    cancels = _figure(results, "waiting", "cancel") or {}
    found += [
        _at_most(f"steps to cancel {where}", reported["steps"], MOST_STEPS_TO_CANCEL)
        for where, reported in cancels.items()
    ]
    found.append(
        _at_most("lost to the open window", _figure(results, "window", "loss"), MOST_LOST_TO_WINDOW)
    )
    if note:
        found = [msgspec.structs.replace(each, note=note) for each in found[:4]] + found[4:]
    return tuple(found)


def memory_over_model(results: dict[str, list[Result]]) -> dict[str, int]:
    """The engine's own part of its worker's memory, in bytes, where the model's part is known."""
    reported = [result.figures for result in results.get("engine", []) if result.figures]
    if not reported:
        return {}
    last = reported[-1]
    known = last["weights_bytes"] + last["kv_bytes"] + last["compute_bytes"]
    return last | ({"own_bytes": last["worker_bytes"] - known} if last["weights_bytes"] else {})


def _figure(results: dict[str, list[Result]], name: str, key: str) -> Any:
    for result in results.get(name, []):
        if key in result.figures:
            return result.figures[key]
    return None


def _at_most(text: str, value: float | None, limit: float) -> Expectation:
    return _expect(f"{text}: at most {limit:g}", value, lambda found: found <= limit)


def _at_least(text: str, value: float | None, limit: float) -> Expectation:
    return _expect(f"{text}: at least {limit:g} times", value, lambda found: found >= limit)


def _expect(text: str, value: float | None, holds: Callable[[float], bool]) -> Expectation:
    return Expectation(text=text, value=value, met=None if value is None else holds(value))


def make_report(
    *,
    machine: dict[str, Any],
    model: str,
    small: bool,
    workload: Workload,
    results: dict[str, list[Result]],
) -> Report:
    """Everything in one value."""
    return Report(
        machine=machine,
        model=model,
        small=small,
        workload={
            "calls": len(workload.calls),
            "answers": workload.samples,
            "new_tokens": workload.new_tokens,
            "prompt_tokens": workload.prompt_tokens,
            "unique_tokens": workload.unique_tokens,
        },
        rows=tuple(summarise(peer, results[peer]) for peer in TITLES if peer in results),
        expectations=expectations(results, workload),
        figures={
            "memory": memory_over_model(results),
            "scoring": _only(results, "scoring"),
            "waiting": _only(results, "waiting"),
            "window": _only(results, "window"),
        },
        results=results,
    )


def _only(results: dict[str, list[Result]], name: str) -> dict[str, Any]:
    for result in results.get(name, []):
        return {"error": result.error} if result.error else result.figures
    return {}


def print_report(report: Report, console: Console) -> None:
    """The report for people."""
    machine = report.machine
    console.print(
        f"{machine['processor']}, {machine['cores']} cores, "
        f"{machine['memory_bytes'] / 1e9:.0f} GB, {machine['kernel']}, "
        f"Python {machine['python']}; {report.model}"
    )
    size = report.workload
    console.print(
        f"{size['calls']} prompts, {size['answers']} answers, {size['new_tokens']:,} new tokens; "
        f"{size['prompt_tokens']:,} prompt tokens sent, {size['unique_tokens']:,} of them unique"
        + (" (small: a tenth of the work; its ratios are not those of the whole)" * report.small)
    )
    console.print(_peer_table(report))
    table = Table("expected", "found", "")
    for each in report.expectations:
        found = "not measured" if each.value is None else f"{each.value:.3g}"
        verdict = {None: "", True: "met", False: "MISSED"}[each.met]
        table.add_row(each.text, found, f"{verdict} {each.note}".strip())
    console.print(table)
    for name, figures in report.figures.items():
        if figures:
            console.print(f"{name}: {_in_words(figures)}")


def _peer_table(report: Report) -> Table:
    table = Table("", "seconds", "min to max", "tokens", "tok/s", "read", "peak MB", "with")
    for row in report.rows:
        if not row.rounds:
            table.add_row(TITLES[row.peer], "-", "", "", "", "", "", row.error)
            continue
        settings = ", ".join(f"{name} {value}" for name, value in row.settings.items())
        table.add_row(
            TITLES[row.peer],
            f"{row.seconds:.1f}",
            f"{row.fastest:.1f} to {row.slowest:.1f}",
            f"{row.new_tokens:,}",
            f"{row.tokens_per_second:.0f}",
            f"{row.evaluated_tokens:,}",
            f"{row.peak_bytes / 1e6:.0f}",
            settings + (f" ({row.error})" if row.error else ""),
        )
    return table


def _in_words(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name} {_in_words(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(_in_words(inner) for inner in value)
    return f"{value:,.3g}" if isinstance(value, float) else str(value)
