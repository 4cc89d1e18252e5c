"""``workbench run --samples`` and ``--rows``: one prompt on many inputs, and a table."""

from __future__ import annotations

import asyncio
import functools
import json
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click
import msgspec

from workbench.cli.main import CANCELLED, FAILED
from workbench.cli.options import RunOptions, build_spec
from workbench.cli.terminal import Column, figures, print_table, texts
from workbench.domain.errors import UsageError
from workbench.domain.prompts.cases import Case, CaseResult, CaseSummary, summarise
from workbench.domain.runs.spec import TemplatePrompt
from workbench.domain.text import seconds_text

if TYPE_CHECKING:
    from workbench.service import Workbench

_ALL = "all"


class CaseOptions(msgspec.Struct, frozen=True, kw_only=True):
    """On what a prompt is run: sample sets or rows."""

    samples: str
    rows: str
    first: int
    min_right: float | None

    @property
    def are_given(self) -> bool:
        """Whether there are several inputs to run on."""
        return bool(self.samples or self.rows)


_CASE_OPTIONS = (
    click.option(
        "--samples",
        default="",
        metavar="all|NAME,...",
        help="Run on all sample sets of the prompt, or on those named.",
    ),
    click.option("--rows", default="", metavar="FILE", help="Run on the rows of a data set."),
    click.option(
        "--first", type=click.IntRange(0), default=0, help="Only the first N of --rows; 0 is all."
    ),
    click.option(
        "--min-right",
        type=click.FloatRange(0, 100),
        metavar="PERCENT",
        help="End with status 1 where fewer answers than that are right.",
    ),
)


def case_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options about many inputs, handed on as one CaseOptions named ``on``."""

    @functools.wraps(command)
    def with_options(*args: Any, **given: Any) -> Any:
        names = CaseOptions.__struct_fields__
        on = CaseOptions(**{name: given.pop(name) for name in names})
        return command(*args, on=on, **given)

    for option in reversed(_CASE_OPTIONS):
        with_options = option(with_options)
    return with_options


async def run_on_cases(
    core: Workbench, prompt: str, strategy: str, options: RunOptions, on: CaseOptions
) -> int:
    """Run a prompt on its sample sets or on rows, print the table, and return the exit status.

    Raises:
        UsageError: both are given, or there is nothing to run on.
    """
    if on.samples and on.rows:
        raise UsageError("Give --samples or --rows, not both.")
    spec = await build_spec(
        core, prompt, options, strategy=strategy, params=options.parameters, seed=options.seed
    )
    assert isinstance(spec.prompt, TemplatePrompt)
    cases = await _cases(core, spec.prompt, options, on)
    if not cases:
        raise UsageError(f"There is nothing to run {prompt} on: it has no sample sets or rows.")
    results = [CaseResult(case=case) for case in cases]

    def show(place: int, result: CaseResult) -> None:
        results[place] = result
        over = sum(each.is_over for each in results)
        if result.is_over and sys.stderr.isatty():
            click.echo(f"\r\x1b[K{over} of {len(results)} done", err=True, nl=False)

    is_cancelled = False
    try:
        await core.cases.run(spec, cases, show)
    except asyncio.CancelledError:
        is_cancelled = True
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", err=True, nl=False)
    summary = summarise(results)
    if options.as_json:
        _print_json(core, results, summary)
    else:
        _print_table(core, results, summary)
    return CANCELLED if is_cancelled else _status(summary, on.min_right)


async def _cases(
    core: Workbench, prompt: TemplatePrompt, options: RunOptions, on: CaseOptions
) -> tuple[Case, ...]:
    if on.rows:
        other = prompt.variables
        return await core.cases.of_rows(
            prompt.source, prompt.path, on.rows, most=on.first, other=other
        )
    found = await core.cases.of_samples(prompt.source, prompt.path)
    if on.samples != _ALL:
        names = [name.strip() for name in on.samples.split(",")]
        by_name = {case.name: case for case in found}
        missing = [name for name in names if name not in by_name]
        if missing:
            known = ", ".join(by_name) or "none"
            raise UsageError(f"{prompt.path} has no sample set “{missing[0]}”. There is: {known}.")
        found = tuple(by_name[name] for name in names)
    return tuple(
        msgspec.structs.replace(case, values=case.values | options.variables) for case in found
    )


def _status(summary: CaseSummary, min_right: float | None) -> int:
    if summary.failed or summary.over < summary.total:
        return FAILED
    if min_right is not None:
        share = 100 * summary.right / summary.judged if summary.judged else 0.0
        return 0 if share >= min_right else FAILED
    return 0


def share_words(core: Workbench, summary: CaseSummary) -> str:
    """For example "3 of 4 right, 75 % (95 % interval 30 to 95 %)"."""
    if not summary.judged:
        return "No expected answers, so nothing was judged"
    interval = core.answers.interval(summary.right, summary.judged)
    return (
        f"{summary.right} of {summary.judged} right, {100 * interval.share:.0f} % "
        f"(95 % interval {100 * interval.low:.0f} to {100 * interval.high:.0f} %)"
    )


def _print_json(core: Workbench, results: Sequence[CaseResult], summary: CaseSummary) -> None:
    found = msgspec.to_builtins(summary)
    if summary.judged:
        interval = core.answers.interval(summary.right, summary.judged)
        found["interval"] = msgspec.to_builtins(interval)
    cases = [
        {
            "name": each.case.name,
            "status": each.status,
            "run_id": each.run_id,
            "answer": each.answer,
            "expected": each.case.expected,
            "right": each.right,
            "tokens": each.tokens,
            "seconds": round(each.seconds, 3),
            "error": each.error,
        }
        for each in results
    ]
    click.echo(json.dumps({"cases": cases, "summary": found}, ensure_ascii=False))


def _print_table(core: Workbench, results: Sequence[CaseResult], summary: CaseSummary) -> None:
    verdicts = {True: "right", False: "wrong", None: ""}
    rows = []
    for each in results:
        words = each.error or ("no answer" if each.answer is None else each.answer)
        rows.append(
            (
                each.case.name,
                " ".join(words.split()) if each.is_over else "",
                " ".join(each.case.expected.split()),
                verdicts[each.right] or ("" if each.status == "done" else each.status),
                f"{each.tokens:,}",
                seconds_text(each.seconds),
                str(each.run_id or "-"),
            )
        )
    columns = (*texts("Inputs", "Answer", "Expected"), Column("Verdict"))
    print_table((*columns, *figures("Tokens", "Time", "Run")), rows)
    failed = f", {summary.failed} not run or failed" if summary.failed else ""
    click.echo(f"\n{share_words(core, summary)}{failed}")
