"""``workbench judge``: what a model may judge, and whether it expects stereotypes."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click
import msgspec

from workbench.cli.evaluation.printing import interval_text
from workbench.cli.main import with_workbench
from workbench.cli.options import as_json
from workbench.cli.terminal import figures, print_table, show_line, texts
from workbench.domain.errors import UsageError
from workbench.domain.evaluation.judging import BiasReport, JudgeSkill, SelfTest
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.service import Workbench

_WORDS: dict[JudgeSkill, str] = {
    "claim": "Yes or no on a claim",
    "pairwise": "Pairs, in both orders",
    "rubric": "Levels of a rubric",
}


@click.command()
@click.option("--self-test", "tested", metavar="MODEL", help="What a model may judge: 30 rows.")
@click.option("--bias", "probed", metavar="MODEL", help="Whether a model expects stereotypes.")
@click.option("--fresh", is_flag=True, help="Measure again what is known.")
@as_json
@click.pass_obj
def judge(paths: Paths, tested: str | None, probed: str | None, fresh: bool, as_json: bool) -> int:
    """Say what models can do as judges; without an option, the self-tests that were made."""
    if tested is not None and probed is not None:
        raise UsageError("Give --self-test or --bias, one of them.")

    async def work(core: Workbench) -> tuple[SelfTest, ...] | SelfTest | BiasReport:
        if tested is not None:
            return await core.judges.self_test(tested, _progress, fresh=fresh)
        if probed is not None:
            return await core.judges.bias(probed, _progress, fresh=fresh)
        return await core.judges.self_tests()

    found = with_workbench(paths, work)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
    elif isinstance(found, SelfTest):
        _print_test(found)
    elif isinstance(found, BiasReport):
        _print_bias(found)
    elif not found:
        click.echo("No model was tested yet: workbench judge --self-test MODEL")
    else:
        for each in found:
            _print_test(each)
    return 0


def _progress(done: int, total: int) -> None:
    if not sys.stderr.isatty():
        return
    show_line("" if done == total else f"{done:,} of {total:,} questions")


def _print_test(test: SelfTest) -> None:
    click.echo(f"{test.model} ({test.digest[:8]})")
    rows = [
        (
            _WORDS[each.skill],
            f"{each.right} of {each.rows}",
            interval_text(each.interval),
            f"{each.unreadable}",
            f"{each.mass:.3f}",
            "yes" if each.may_judge else "no",
        )
        for each in test.skills
    ]
    columns = texts("Judges") + figures("Right", "95 % interval", "Unreadable", "Label mass")
    print_table(columns + texts("May judge"), rows)
    agreement = test.agreement
    kappa = "not defined" if agreement.kappa is None else f"{agreement.kappa.value:.3f}"
    between = "" if agreement.kappa is None else interval_text(agreement.kappa.interval)
    ac1 = "" if agreement.ac1 is None else f", AC1 {agreement.ac1:.3f}"
    click.echo(
        f"With the right labels: {agreement.observed:.3f} equal, kappa {kappa}"
        f"{f' ({between})' if between else ''}{ac1}."
    )
    if test.consistency is not None and test.first_slot is not None:
        click.echo(
            f"Same pick in both orders: {test.consistency:.2f}; picks the first: "
            f"{test.first_slot:.2f}; being first is worth {test.position_bias or 0:.2f} logits."
        )


def _print_bias(report: BiasReport) -> None:
    click.echo(f"{report.model} ({report.digest[:8]}); 0.5 is neutral, effects are in nats")
    rows = [
        (
            each.axis,
            f"{each.preferred} of {len(each.items)}",
            f"{each.share:.2f}",
            interval_text(each.interval),
            f"{each.p:.3f}",
            f"{each.effect.value:+.3f}",
            interval_text(each.effect.interval),
        )
        for each in report.axes
    ]
    columns = texts("Axis") + figures(
        "Stereotype preferred", "Share", "95 % interval", "p", "Effect", "95 % interval"
    )
    print_table(columns, rows)
