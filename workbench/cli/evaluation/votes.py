"""``workbench votes``: what the votes on a set say, and its rows for training."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, get_args

import click
import msgspec

from workbench.cli.main import with_workbench
from workbench.cli.options import as_json
from workbench.cli.terminal import figures, print_table, texts
from workbench.domain.evaluation.board import Standing, VoteBoard
from workbench.domain.evaluation.evaluation_set import EvaluationOptions
from workbench.domain.evaluation.preferences import ExportForm, ExportKind, PreferenceExport
from workbench.domain.evaluation.votes import VotingRound
from workbench.domain.text import count_text
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.service import Workbench

_KINDS = click.Choice(get_args(ExportKind))
_FILE = click.Path(dir_okay=False, writable=True)
_COUNTED = ("a", "b", "tie", "both_bad", "skipped")


@click.command()
@click.argument("set_file", metavar="SET.yaml")
@click.option("--only", multiple=True, metavar="VARIANT", help="Only this one; may be repeated.")
@click.option("--model", default="", metavar="NAME|PATH", help="As for eval.")
@click.option("--held-out", is_flag=True, help="The votes on rows that are held out.")
@click.option(
    "--export",
    "exports",
    nargs=2,
    multiple=True,
    type=(_KINDS, _FILE),
    metavar="KIND FILE",
    help="Write rows for training (dpo, kto or sft) as JSONL; may be repeated.",
)
@click.option(
    "--form",
    type=click.Choice(get_args(ExportForm)),
    default="messages",
    show_default=True,
    help="Rows of messages or of plain texts.",
)
@click.option(
    "--prompt-of",
    default="",
    metavar="VARIANT",
    help="The prompt of all rows; else that of the preferred answer.",
)
@as_json
@click.pass_obj
def votes(
    paths: Paths,
    /,
    set_file: str,
    exports: tuple[tuple[ExportKind, str], ...],
    form: ExportForm,
    prompt_of: str,
    as_json: bool,
    **given: Any,
) -> None:
    """Show the board that the votes on a set make; nothing is run.

    Votes are made in the window. Next to each exported file one with the ending .about.jsonl has
    what is known of its rows, line by line.
    """

    async def work(core: Workbench) -> None:
        read = await core.evaluations.read(set_file)
        evaluation = await core.evaluations.open(read, EvaluationOptions(**given))
        state = await core.votes.round(evaluation, "in_order")
        board = await core.votes.board(evaluation)
        written = []
        for kind, file in exports:
            export = await core.votes.export(evaluation, kind, form, prompt_of)
            await core.votes.save(export, file)
            written.append((file, export))
        if as_json:
            click.echo(json.dumps(_as_object(read.name, state, board, written), ensure_ascii=False))
        else:
            _print(state, board, written)

    with_workbench(paths, work)


def _print(
    state: VotingRound, board: VoteBoard | None, written: list[tuple[str, PreferenceExport]]
) -> None:
    if board is not None:
        columns = (*texts("Rank", "Draft"), *figures("Rating", "95 % interval"))
        print_table(
            (*columns, *figures("Won", "Tied", "Lost")), [_cells(each) for each in board.standings]
        )
        click.echo()
    for sentence in _sentences(state, board):
        click.echo(sentence)
    for file, export in written:
        click.echo(f"{file}: {export.sentence} {export.left_out_sentence}".rstrip())


def _cells(standing: Standing) -> tuple[str, ...]:
    best, worst = standing.best_rank, standing.worst_rank
    return (
        f"{best}" if best == worst else f"{best} to {worst}",
        standing.name,
        f"{standing.rating:,.0f}",
        f"{standing.interval.low:,.0f} to {standing.interval.high:,.0f}",
        f"{standing.won:,}",
        f"{standing.tied:,}",
        f"{standing.lost:,}",
    )


def _sentences(state: VotingRound, board: VoteBoard | None) -> list[str]:
    found = [f"{count_text(state.counted, 'vote')} on {count_text(state.pairs, 'pair')}."]
    if board is None:
        found.append("Vote in the window: Evaluate, Votes.")
    elif board.is_separated:
        found.append("One draft won every vote, or some never met: the ratings order at most.")
    if bad := state.count("both_bad"):
        found.append(f"Both were bad: {bad:,}; the board counts these as ties.")
    if state.identical:
        found.append(f"Not asked: {count_text(state.identical, 'pair')} with equal texts.")
    if state.earlier:
        found.append(f"{count_text(state.earlier, 'vote')} on earlier answers kept, not counted.")
    return found


def _as_object(
    name: str,
    state: VotingRound,
    board: VoteBoard | None,
    written: list[tuple[str, PreferenceExport]],
) -> dict[str, Any]:
    return {
        "name": name,
        "pairs": state.pairs,
        "identical": state.identical,
        "unfinished": state.unfinished,
        "earlier": state.earlier,
        "votes": {choice: state.count(choice) for choice in _COUNTED},  # type: ignore[arg-type]
        "board": None if board is None else msgspec.to_builtins(board),
        "exports": [
            {
                "file": file,
                "kind": export.kind,
                "rows": len(export.rows),
                "different_prompts": export.different_prompts,
                "left_out": msgspec.to_builtins(export.left_out),
            }
            for file, export in written
        ],
    }
