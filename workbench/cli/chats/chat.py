"""``workbench chat``: talk with a model in the terminal; the conversation is in the window too."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

import click
import msgspec

from workbench.cli.chats.answerers import answer_name, who_answers
from workbench.cli.main import CANCELLED, FAILED
from workbench.cli.options import load_options, pairs
from workbench.cli.runs.run import exit_status
from workbench.cli.terminal import in_a_line
from workbench.domain.attachments import MOST_FILES, file_title, file_words
from workbench.domain.chat import ChatOptions
from workbench.domain.chat_sides import asked_together
from workbench.domain.errors import UsageError, WorkbenchError
from workbench.domain.off_record import is_off_the_record
from workbench.domain.parameters import build
from workbench.domain.runs.events import LoggedEvent, TextReceived
from workbench.domain.runs.sampling import Sampling
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.domain.runs.run_state import RunState
    from workbench.domain.transcripts import Part
    from workbench.domain.views import ChatMessage
    from workbench.service import Workbench

_HELP = """\
/retry    another answer to the last message; the old one stays as a version
/system   show the system prompt; /system TEXT changes it from here on
/file     /file PATH attaches a file to the next message; /file shows what is attached
/go N     go on with the Nth answer, where several models answered
/new      begin another conversation
/keep     keep a conversation that is off the record
/exit     end (so does the end of the input); Ctrl+C stops an answer
"""


@click.command()
@click.option(
    "--continue", "last", is_flag=True, help="Go on with the conversation that was changed last."
)
@click.option("--id", "conversation_id", type=int, help="Go on with this conversation.")
@click.option(
    "--off-the-record", is_flag=True, help="In memory only: lost at the end unless /keep keeps it."
)
@click.option(
    "--model", "models", multiple=True, metavar="NAME|PATH",
    help="Default: last used. Given two to four times, each of these models answers.",
)  # fmt: skip
@click.option("--system", default=None, help="The system prompt.")
@click.option("--profile", default=None, metavar="NAME", help="A profile; '' takes it away.")
@click.option(
    "--strategy", "strategies", multiple=True, metavar="NAME",
    help="How to answer (default: direct). Repeated: one for each model, or several for one.",
)  # fmt: skip
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, help="0 picks one.")
@click.option("--temperature", type=click.FloatRange(0, 5), help="0 is the most probable.")
@click.option("--max-tokens", type=click.IntRange(1), help="Most tokens of one answer.")
@click.option(
    "--sampling", "sampling_pairs", multiple=True, metavar="NAME=VALUE",
    help="Any sampling parameter, such as min_p=0.1. May be repeated.",
)  # fmt: skip
@click.option(
    "--file", "paths_of_files", multiple=True, metavar="FILE",
    help="A file whose text goes with the first message. May be repeated.",
)  # fmt: skip
@click.argument("text", required=False)
@load_options
@click.pass_obj
def chat(
    paths: Paths,
    last: bool,
    conversation_id: int | None,
    off_the_record: bool,
    models: tuple[str, ...],
    system: str | None,
    profile: str | None,
    strategies: tuple[str, ...],
    seed: int,
    temperature: float | None,
    max_tokens: int | None,
    sampling_pairs: tuple[str, ...],
    paths_of_files: tuple[str, ...],
    text: str | None,
    load: dict[str, Any],
) -> int:
    """Talk with a model. With TEXT one message is sent and answered; else each line is one.

    Ctrl+C stops an answer and keeps what there is of it; where none is written it ends the talk.
    """
    values: dict[str, Any] = dict(pairs(sampling_pairs, "--sampling"))
    values |= {"temperature": temperature} if temperature is not None else {}
    values |= {"max_tokens": max_tokens} if max_tokens is not None else {}
    if last and conversation_id is not None:
        raise UsageError("Give --continue or --id, not both.")
    if off_the_record and (last or conversation_id is not None):
        raise UsageError("--off-the-record begins a conversation: leave --continue and --id out.")
    first, *others = who_answers(models, strategies)
    options = ChatOptions(
        strategy=first.strategy,
        model=first.model,
        others=tuple(others),
        seed=seed,
        sampling=build(Sampling, values, "Sampling"),
        system=system or "",
    )

    async def session() -> int:
        from workbench.service import Workbench  # noqa: PLC0415 - loads the database layer

        core = Workbench(paths)
        await core.open()
        try:
            core.models.change_load_settings(load)
            talk = _Talk(core, options, off_the_record=off_the_record)
            await talk.attach(paths_of_files)
            await talk.begin(conversation_id, last=last, system=system, profile=profile)
            return await talk.once(text) if text is not None else await talk.lines()
        finally:
            await core.close()

    return asyncio.run(session())


class _Talk:
    """One conversation in the terminal. An answer is stopped by the first Ctrl+C."""

    def __init__(
        self, core: Workbench, options: ChatOptions, *, off_the_record: bool = False
    ) -> None:
        self._core = core
        self._off_the_record = off_the_record
        self._options = options
        self._conversation: int | None = None
        self._files: list[Part] = []
        self._runs: tuple[int, ...] = ()
        """The runs that answer now."""
        self._printed: int | None = None
        """The run whose text is printed as it comes."""
        self._early: list[LoggedEvent] = []
        self._ends = asyncio.Event()
        self._ended_line = True
        self._stopping: asyncio.Future[list[None]] | None = None
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._on_signal, number)

    async def begin(
        self,
        conversation_id: int | None,
        *,
        last: bool,
        system: str | None,
        profile: str | None = None,
    ) -> None:
        """Find the conversation to go on with, and what its system prompt and profile are."""
        if profile:
            found_profile = await self._core.profiles.find(profile)
            self._options = msgspec.structs.replace(self._options, profile=found_profile.profile_id)
        if last:
            found = await self._core.chats.all()
            if not found:
                raise UsageError("There is no conversation to go on with.")
            conversation_id = found[0].conversation_id
        if conversation_id is None:
            return
        opened = await self._core.chats.open(conversation_id)
        self._conversation = conversation_id
        if system is None:
            self._options = msgspec.structs.replace(self._options, system=opened.system)
        kept = opened.conversation.options
        if profile is None and isinstance(kept.get("profile"), int):
            self._options = msgspec.structs.replace(self._options, profile=kept["profile"])
        self._options = msgspec.structs.replace(
            self._options, send_thoughts=bool(kept.get("send_thoughts"))
        )
        click.echo(f"{opened.conversation.title} ({conversation_id})", err=True)

    async def attach(self, paths: Sequence[str]) -> None:
        """Have files go with the next message; none does where one cannot be read."""
        if len(self._files) + len(paths) > MOST_FILES:
            raise UsageError(f"A message takes {MOST_FILES} files at most.")
        read = [await self._core.chats.read_file(each) for each in paths]
        for each in read:
            for note in each.notes:
                click.echo(f"{file_title(each.part)}: {note}", err=True)
        self._files += [each.part for each in read]

    async def once(self, text: str) -> int:
        """Send one message; the exit status is that of its answer."""
        return exit_status(await self._send(text))

    async def lines(self) -> int:
        """Send each line of the input until it ends."""
        is_live = sys.stdin.isatty()
        if is_live:
            click.echo("Ctrl+C stops an answer, /help shows commands, /exit ends.", err=True)
        status = 0
        while (line := await self._read("> " if is_live else "")) is not None:
            if line.strip() == "/exit":
                break
            if not line.strip():
                continue
            try:
                if line.startswith("/") and await self._command(line.strip()):
                    continue
                status = exit_status(await self._send(line))
                status = 0 if status == CANCELLED else status
            except WorkbenchError as error:
                status = FAILED
                click.echo(f"workbench: {error}", err=True)
        if is_live:
            click.echo("", err=True)
        return status

    async def _command(self, line: str) -> bool:
        """Do what a line with a slash says; False where it is a message."""
        word, _, rest = line.partition(" ")
        commands: dict[str, Callable[[str], Awaitable[None]]] = {
            "/help": self._help,
            "/new": self._new,
            "/keep": self._keep,
            "/system": self._system,
            "/file": self._file,
            "/retry": self._retry,
            "/go": self._go_on_with,
        }
        if word not in commands:
            return False
        await commands[word](rest.strip())
        return True

    async def _help(self, _rest: str) -> None:
        click.echo(_HELP, err=True, nl=False)

    async def _new(self, _rest: str) -> None:
        self._conversation = None
        click.echo("A new conversation.", err=True)

    async def _system(self, text: str) -> None:
        if text:
            self._options = msgspec.structs.replace(self._options, system=text)
        click.echo(self._options.system or "There is no system prompt.", err=True)

    async def _file(self, path: str) -> None:
        if path:
            await self.attach([path])
        for each in self._files:
            click.echo(in_a_line(file_words(each)), err=True)

    async def _retry(self, _rest: str) -> None:
        if self._conversation is None:
            raise UsageError("There is nothing to answer again yet.")
        messages = await self._core.chats.messages(self._conversation)
        if not messages or messages[-1].role != "assistant":
            raise UsageError("There is no answer to write again.")
        last = messages[-1]
        exit_status(await self._follow(self._core.chats.regenerate(last, self._options)))

    async def _keep(self, _rest: str) -> None:
        if self._conversation is None or not is_off_the_record(self._conversation):
            raise UsageError("There is nothing off the record to keep.")
        self._conversation = await self._core.off_the_record.keep(self._conversation)
        self._off_the_record = False
        click.echo(f"The conversation is kept ({self._conversation}).", err=True)

    async def _go_on_with(self, number: str) -> None:
        """Go on with another of the last answers."""
        messages = await self._core.chats.messages(self._conversation) if self._conversation else ()
        last = messages[-1] if messages else None
        versions = await self._core.chats.versions(last.message_id) if last is not None else ()
        if not number.isdigit() or not 1 <= int(number) <= len(versions):
            raise UsageError(f"There is no answer {number or '?'} here: there are {len(versions)}.")
        chosen = versions[int(number) - 1]
        await self._core.chats.show_branch(chosen.conversation_id, chosen.message_id)
        click.echo(f"The conversation goes on with {answer_name(chosen)}.", err=True)

    async def _send(self, text: str) -> RunState:
        files = tuple(self._files)
        if self._conversation is None and self._off_the_record:
            self._conversation = (await self._core.off_the_record.begin()).conversation_id
        sending = self._core.chats.send(self._conversation, text, self._options, None, files)
        found = await self._follow(sending)
        self._files = []
        return found

    async def _follow(self, asking: Any) -> RunState:
        """Start the answers and show each as it is written, to its end, in their order.

        Returns the state of the first that did not end well, else of the first.
        """
        for each in self._options.answerers:
            destination = await self._core.servers.destination(each.model)
            if destination:
                click.echo(f"The conversation is sent to {destination}.", err=True)
        self._early, self._runs, self._printed = [], (), None
        stop = self._core.subscribe(self._on_event)
        try:
            first = await asking
            self._conversation = first.conversation_id
            answers = await self._answers(first)
            self._runs = tuple(each.run_id for each in answers if each.run_id is not None)
            states = [await self._print(each, named=len(answers) > 1) for each in answers]
        finally:
            stop()
            self._runs, self._printed = (), None
        bad = [each for each in states if each.status != "done"]
        for state in bad[1:]:
            exit_status(state)  # says why; the caller does so of the first
        return bad[0] if bad else states[0]

    async def _answers(self, first: ChatMessage) -> tuple[ChatMessage, ...]:
        """The answers that were asked for together, the first first."""
        if len(first.sibling_ids) < 2:
            return (first,)
        versions = await self._core.chats.versions(first.message_id)
        return asked_together(versions, first.message_id) or (first,)

    async def _print(self, answer: ChatMessage, *, named: bool) -> RunState:
        """Print an answer to its end; what was written of it before its turn comes at once."""
        assert answer.run_id is not None
        if named:
            click.echo(f"--- {answer_name(answer)}")
        self._printed = answer.run_id
        for logged in [each for each in self._early if each.run_id == answer.run_id]:
            self._on_event(logged)
        state = await self._core.runs.wait(answer.run_id)
        self._printed = None
        if not self._ended_line:
            click.echo()
            self._ended_line = True
        return state

    def _on_event(self, logged: LoggedEvent) -> None:
        """Show text of the answer whose turn it is; it comes on the loop's thread."""
        if not isinstance(logged.event, TextReceived):
            return
        if logged.run_id == self._printed:
            text = logged.event.text
            click.echo(text, nl=False)
            sys.stdout.flush()
            self._ended_line = text.endswith("\n") if text else self._ended_line
        else:
            self._early.append(logged)

    def _on_signal(self, number: int) -> None:
        """Stop the answers that are written; where there is none, end."""
        if self._runs and number == signal.SIGINT:
            work = [self._core.runs.cancel(each) for each in self._runs]
            self._stopping = asyncio.gather(*work)
        else:
            self._ends.set()

    async def _read(self, prompt: str) -> str | None:
        """The next line of the input, None at its end or after Ctrl+C."""
        if prompt:
            click.echo(prompt, nl=False, err=True)
        loop = asyncio.get_running_loop()
        found: asyncio.Future[str | None] = loop.create_future()
        _read_line(loop, found)
        ended = asyncio.ensure_future(self._ends.wait())
        waiting: set[asyncio.Future[Any]] = {found, ended}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        return found.result() if found.done() else None


def _read_line(loop: asyncio.AbstractEventLoop, found: asyncio.Future[str | None]) -> None:
    """Read a line on a thread that the program does not wait for at its end."""

    def deliver(line: str | None) -> None:
        if not found.done():
            found.set_result(line)

    def read() -> None:
        line = sys.stdin.readline()
        text = line.rstrip("\n") if line else None
        try:
            loop.call_soon_threadsafe(deliver, text)
        except RuntimeError:  # the loop is closed: the talk has ended
            return

    threading.Thread(target=read, name="terminal", daemon=True).start()
