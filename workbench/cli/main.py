"""The program's commands. Heavy imports wait until a command needs them."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from workbench import __version__
from workbench.cli.opening import WINDOW, open_
from workbench.cli.passphrases import keep_descriptor, unlock
from workbench.cli.terminal import guard_streams
from workbench.domain.errors import UsageError, WorkbenchError
from workbench.domain.opening import OpenRequest
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.service import Workbench

T = TypeVar("T")
OpenWindow = Callable[[Paths, OpenRequest], int]
"""Opens the window with what is asked of it, and returns its exit status; given by the entry point,
so that no command knows Qt."""

FAILED, WRONG_USAGE, CANCELLED = 1, 2, 130


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False),
    help="Keep all state in this folder (as WORKBENCH_HOME does).",
)
@click.option(
    "--passphrase-fd",
    type=click.IntRange(0),
    help="Read the passphrase of an encrypted history from this file descriptor. Without it "
    "WORKBENCH_PASSPHRASE has it (other programs of yours can read that), or a terminal asks.",
)
@click.version_option(__version__)
@click.pass_context
def program(context: click.Context, data_dir: str | None, passphrase_fd: int | None) -> None:
    """Design prompts, run strategies on local models, chat. Without a command: the window."""
    open_window: OpenWindow = context.obj
    keep_descriptor(context, passphrase_fd)
    context.obj = Paths.default(data_dir)
    context.meta[WINDOW] = open_window
    if context.invoked_subcommand is None:
        context.exit(open_window(context.obj, OpenRequest()))


def with_workbench(
    paths: Paths, work: Callable[[Workbench], Awaitable[T]], *, whatever_happens: bool = False
) -> T:
    """Open the program, do ``work``, close it.

    Ctrl+C and SIGTERM cancel the work, which then ends in order with what it has. With
    ``whatever_happens`` the work is also done where the history cannot be opened.
    """

    async def session() -> T:
        from workbench.service import Workbench  # noqa: PLC0415 - loads the database layer

        workbench = Workbench(paths)
        await unlock(workbench, optional=whatever_happens)
        await workbench.open(whatever_happens=whatever_happens)
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(work(workbench))
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        try:
            return await task
        finally:
            await workbench.close()

    return asyncio.run(session())


def commands() -> click.Group:
    """The program with all its commands."""
    from workbench.cli import doctor, history, history_pairs, profiles, tokens  # noqa: PLC0415
    from workbench.cli.chats import chat, chats  # noqa: PLC0415
    from workbench.cli.evaluation import evaluate, judge, votes  # noqa: PLC0415
    from workbench.cli.models import models, score, servers  # noqa: PLC0415
    from workbench.cli.prompts import (  # noqa: PLC0415
        datasets,
        library,
        prompts,
        render,
        rewrite,
        versions,
        xray,
    )
    from workbench.cli.runs import compare, run, runs, strategies  # noqa: PLC0415
    from workbench.cli.sources import sources  # noqa: PLC0415
    from workbench.cli.storage import bundles, encryption, sql, storage  # noqa: PLC0415

    tokens.add_to(history.history)
    assert sql.sql.name in history.history.commands
    guard_streams()
    for command in (
        open_,
        run.run,
        runs.runs,
        compare.compare,
        evaluate.evaluate,
        votes.votes,
        judge.judge,
        models.models,
        servers.servers,
        strategies.strategies,
        history.history,
        chats.chats,
        chat.chat,
        profiles.profiles,
        sources.sources,
        datasets.data,
        render.render,
        library.library,
        prompts.prompts,
        rewrite.rewrite,
        versions.versions,
        doctor.doctor,
        storage.storage,
        bundles.replay,
        score.score,
        score.choose,
        score.perplexity,
        score.embed,
        xray.xray,
        xray.counterfactual,
    ):
        program.add_command(command)
    for command in (encryption.encrypt, encryption.decrypt, encryption.account):
        storage.storage.add_command(command)
    for command in (history_pairs.compare, history_pairs.reproduce, history_pairs.stats):
        history.history.add_command(command)
    return program


def main(open_window: OpenWindow, arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 failed, 2 wrong usage, 130 cancelled.

    Args:
        open_window: what to do where no command is given.
        arguments: the command line; None takes the process's own.
    """
    sys.exit(_exit_status(open_window, arguments))


def _exit_status(  # noqa: PLR0911 - one for each status
    open_window: OpenWindow, arguments: list[str] | None
) -> int:
    try:
        status: Any = commands().main(
            arguments, prog_name="workbench", standalone_mode=False, obj=open_window, color=True
        )
    except click.UsageError as error:
        error.show()
        return WRONG_USAGE
    except click.ClickException as error:
        error.show()
        return FAILED
    except UsageError as error:
        click.echo(f"workbench: {error}", err=True)
        return WRONG_USAGE
    except WorkbenchError as error:
        click.echo(f"workbench: {error}", err=True)
        return FAILED
    except (click.Abort, KeyboardInterrupt, asyncio.CancelledError):
        click.echo("workbench: cancelled; what was received is in the history.", err=True)
        return CANCELLED
    except OSError as error:
        click.echo(f"workbench: {error.strerror or error}: {error.filename or ''}", err=True)
        return FAILED
    return status if isinstance(status, int) else 0
