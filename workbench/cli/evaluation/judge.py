"""``workbench judge``: what a model may judge, and whether it expects stereotypes."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click
import msgspec

from workbench.cli.main import with_workbench
from workbench.cli.options import as_json
from workbench.cli.terminal import figures, print_table, show_line, texts
from workbench.domain.errors import UsageError
from workbench.domain.evaluation.judge_tables import JudgeTable, bias_table, self_test_table
from workbench.domain.evaluation.judging import BiasReport, SelfTest
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.service import Workbench


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
        _print(self_test_table(found))
    elif isinstance(found, BiasReport):
        _print(bias_table(found))
    elif not found:
        click.echo("No model was tested yet: workbench judge --self-test MODEL")
    else:
        for each in found:
            _print(self_test_table(each))
    return 0


def _progress(done: int, total: int) -> None:
    if not sys.stderr.isatty():
        return
    show_line("" if done == total else f"{done:,} of {total:,} questions")


def _print(table: JudgeTable) -> None:
    click.echo(table.title)
    columns = [
        figures(name)[0] if place in table.figures else texts(name)[0]
        for place, name in enumerate(table.headings)
    ]
    print_table(columns, table.rows)
    for sentence in table.sentences:
        click.echo(sentence)
