"""``workbench history tokens|samplers|token-storage``: the tokens of stored answers."""

from __future__ import annotations

import json
import math
import time
from typing import TYPE_CHECKING, Any

import click
import msgspec

from workbench.cli.main import with_workbench
from workbench.cli.options import as_json, pairs, sampling_value
from workbench.cli.terminal import Column, figures, print_table, texts
from workbench.domain.errors import UsageError
from workbench.domain.parameters import build
from workbench.domain.runs.sampling import Sampling
from workbench.domain.text import count_text, size_text
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.domain.runs.microscope import SamplerPlace, SamplerReplay
    from workbench.domain.runs.tokens import AnswerToken, AnswerTokens
    from workbench.service import Workbench

_SHOWN = 4
_call = click.option(
    "--call", default="", metavar="NAME", help="A call of the run. Default: that of the answer."
)
_sample = click.option(
    "--sample",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="A sample of it.",
)
_model = click.option("--model", default="", metavar="NAME|PATH", help="Default: last used.")


@click.command()
@click.argument("run_id", type=int)
@_call
@_sample
@click.option("--score", is_flag=True, help="Score the text with a model and keep that.")
@_model
@as_json
@click.pass_obj
def tokens(
    paths: Paths, run_id: int, call: str, sample: int, score: bool, model: str, as_json: bool
) -> int:
    """Show the tokens of an answer with their probabilities.

    A probability is the model's own, before samplers. Alternatives are there where they were kept
    (--sampling logprobs=8) or with --score, which asks a model for them.
    """

    async def work(core: Workbench) -> AnswerTokens:
        if score:
            return await core.tokens.score(run_id, call, sample, model)
        return await core.tokens.of(run_id, call, sample)

    found = with_workbench(paths, work)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return 0
    if not found.tokens:
        raise UsageError(
            f"No probabilities were recorded for run {run_id}: add --score to ask a model."
        )
    rows = [_token_row(number, each) for number, each in enumerate(found.tokens)]
    columns = (*figures("Token", "Byte", "p"), *texts("Text", "Alternatives"))
    print_table(columns, rows)
    doubt = "" if found.doubt is None else f", doubt {found.doubt:.2f} nats"
    verb = "scored by" if found.source == "scored" else "drawn by"
    count = count_text(len(found.tokens), "token")
    click.echo(f"{count} {verb} {found.model or 'an unknown model'}{doubt}.", err=True)
    return 0


def _token_row(number: int, token: AnswerToken) -> tuple[str, ...]:
    others = [f"{each.text!r} {_chance(each.logprob)}" for each in token.alternatives[:_SHOWN]]
    return (
        str(number),
        str(token.start),
        f"{token.probability:.3f}",
        repr(token.text),
        ", ".join(others),
    )


def _chance(logprob: float) -> str:
    return f"{math.exp(logprob):.3f}"


@click.command()
@click.argument("run_id", type=int)
@_call
@_sample
@click.option("--temperature", type=click.FloatRange(0, 5), help="0 takes the most probable.")
@click.option("--top-k", type=click.IntRange(0), help="Only the k most probable.")
@click.option("--top-p", type=click.FloatRange(0, 1), help="The fewest that are p together.")
@click.option("--min-p", type=click.FloatRange(0, 1), help="At least this likely, by the best.")
@click.option(
    "--sampling",
    "sampling_pairs",
    multiple=True,
    metavar="NAME=VALUE",
    help="Any sampling parameter. May be repeated.",
)
@_model
@as_json
@click.pass_obj
def samplers(
    paths: Paths,
    /,
    run_id: int,
    call: str,
    sample: int,
    sampling_pairs: tuple[str, ...],
    model: str,
    as_json: bool,
    **given: Any,
) -> int:
    """Show what samplers would have cut at each token of a stored answer.

    The model scores the answer again and the samplers are applied at each place; nothing is drawn,
    and the answer stays as it is.
    """
    values = {
        name: sampling_value(name, text)
        for name, text in pairs(sampling_pairs, "--sampling").items()
    }
    values |= {name: value for name, value in given.items() if value is not None}
    wanted = build(Sampling, values, "Sampling")

    found = with_workbench(
        paths,
        lambda core: core.tokens.look_at_samplers(run_id, wanted, call, sample, model),
    )
    if as_json:
        parts = msgspec.to_builtins(found) | {"cut": found.cut}
        click.echo(json.dumps(parts, ensure_ascii=False))
        return 0
    _print_replay(found)
    return 0


def _print_replay(found: SamplerReplay) -> None:
    rows = []
    for number, piece in enumerate(found.pieces):
        if piece.first >= len(found.places):
            continue
        place = found.places[piece.first]
        rows.append((str(number), repr(piece.text), *_place_cells(place)))
    columns = (*figures("Token"), *texts("Text"), *figures("p", "Rank", "Left", "p left"))
    print_table((*columns, Column("Cut by"), *texts("Left of the best")), rows)
    chain = ", ".join(found.chain) or "no sampler"
    click.echo(
        f"Samplers: {chain}. {count_text(len(found.cut), 'token')} of {len(found.pieces):,} could "
        f"not have been drawn with them. Scored by {found.model}.",
        err=True,
    )
    for sentence in found.ignored:
        click.echo(sentence, err=True)


def _place_cells(place: SamplerPlace) -> tuple[str, ...]:
    chosen = place.chosen
    left = [each for each in place.strongest if not each.cut_by and each.left_logprob is not None]
    best = ", ".join(f"{each.text!r} {_chance(each.left_logprob or 0.0)}" for each in left[:_SHOWN])
    return (
        _chance(chosen.logprob),
        f"{place.rank:,}",
        f"{place.left:,}",
        "" if chosen.left_logprob is None else _chance(chosen.left_logprob),
        chosen.cut_by,
        best,
    )


@click.command("token-storage")
@click.option(
    "--drop-older",
    type=click.FloatRange(0),
    metavar="DAYS",
    help="Drop alternatives of answers that are older than this.",
)
@click.option(
    "--keep-newest",
    type=click.IntRange(0),
    metavar="N",
    help="Keep the alternatives of the newest N answers, drop the others.",
)
@as_json
@click.pass_obj
def token_storage(
    paths: Paths, drop_older: float | None, keep_newest: int | None, as_json: bool
) -> int:
    """Show what stored tokens take; drop alternatives by age or number.

    The probability of each token that came is never dropped: it takes about five bytes.
    """

    async def work(core: Workbench) -> tuple[int, Any]:
        freed = 0
        if drop_older is not None or keep_newest is not None:
            before = None if drop_older is None else time.time() - drop_older * 86_400.0
            freed = await core.tokens.prune(before=before, keep_newest=keep_newest)
        return freed, await core.tokens.storage()

    freed, found = with_workbench(paths, work)
    if as_json:
        click.echo(json.dumps({**msgspec.to_builtins(found), "freed_bytes": freed}))
        return 0
    click.echo(
        f"{count_text(found.samples, 'answer')}, {count_text(found.tokens, 'token')}: "
        f"probabilities {size_text(found.chosen_bytes)}, alternatives of "
        f"{count_text(found.with_alternatives, 'answer')} {size_text(found.alternative_bytes)}, "
        f"scored later {size_text(found.scored_bytes)}."
    )
    if freed:
        click.echo(f"{size_text(freed)} were freed inside the history's file.")
    return 0


def add_to(group: click.Group) -> None:
    """Make them commands of ``history``."""
    for command in (tokens, samplers, token_storage):
        group.add_command(command)
