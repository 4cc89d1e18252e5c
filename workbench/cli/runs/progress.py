"""Following runs in the terminal: text on standard output, progress on standard error."""

from __future__ import annotations

import sys
import time
from typing import Any

import click

from workbench.cli.terminal import show_line
from workbench.domain.runs.events import (
    LoggedEvent,
    NoteAdded,
    PromptEvaluated,
    TextReceived,
)
from workbench.domain.runs.run_state import RunState, fold
from workbench.domain.text import count_text, seconds_text

_EVERY_SECONDS = 0.1


class Progress:
    """Shows one run. With one call its text streams; with many a line counts them.

    Args:
        strategy: its title, for the line.
        stream: whether text goes to standard output.
    """

    def __init__(self, strategy: str, *, stream: bool) -> None:
        self._strategy = strategy
        self._stream = stream
        self._live = sys.stderr.isatty()
        self._last = 0.0
        self._last_depth = -1
        self._streamed = ""
        self.state = RunState()

    def __call__(self, logged: LoggedEvent) -> None:
        """Take an event of the run."""
        fold(self.state, logged)
        event = logged.event
        if isinstance(event, NoteAdded):
            self._note(event.text)
        elif isinstance(event, TextReceived) and self._streams(event):
            self._clear()
            self._streamed = event.call
            click.echo(event.text, nl=False)
            sys.stdout.flush()
        elif isinstance(event, PromptEvaluated) or not self._streamed:
            self._line()

    def _streams(self, event: TextReceived) -> bool:
        call = self.state.calls.get(event.call)
        single = call is not None and len(call.samples) == 1 and call.role in ("answer", "reason")
        return self._stream and single

    def _note(self, text: str) -> None:
        self._clear()
        click.echo(text, err=True)

    def _line(self) -> None:
        state = self.state
        words = f"{self._strategy}: "
        reading = [c for c in state.calls.values() if c.read_tokens < c.prompt_tokens]
        if reading and not state.generated_tokens:
            most = count_text(reading[0].prompt_tokens, "token")
            words += f"reading {reading[0].read_tokens:,} of {most}"
        else:
            words += (
                f"step {state.depth}, {count_text(len(state.nodes), 'node')}, "
                f"{count_text(state.call_count, 'call')} done, "
                f"{count_text(state.generated_tokens, 'token')}"
            )
        if self._live and time.monotonic() - self._last >= _EVERY_SECONDS:
            self._last = time.monotonic()
            show_line(words)
        elif not self._live and state.depth != self._last_depth and state.nodes:
            self._last_depth = state.depth
            click.echo(words, err=True)

    def _clear(self) -> None:
        if self._live and self._last:
            show_line("")
            self._last = 0.0

    def finish(self, state: RunState) -> None:
        """Show the end of the run: its answer and what it took."""
        self._clear()
        if self._streamed:
            click.echo()
        if self._stream and state.status != "failed":
            if not self._streamed and state.output:
                click.echo(state.output)
            shown = "no answer found" if state.answer is None else state.answer
            if state.answer is None or state.answer.strip() != state.output.strip():
                click.echo(f"Answer: {shown}")
        if state.tally and state.status != "failed":
            click.echo(_votes(state), err=True)
        if state.followed:
            click.echo("More text followed the answer; the first answer line counts.", err=True)
        rate = state.completion_tokens / state.seconds if state.seconds else 0.0
        limit = f", ended by the budget of {state.limit}" if state.limit else ""
        click.echo(
            f"Run {state.run_id}: {state.status}, {count_text(state.call_count, 'call')}, "
            f"{count_text(state.completion_tokens, 'token')} in {seconds_text(state.seconds)} "
            f"({rate:.1f} tok/s), {state.prompt_tokens - state.evaluated_tokens:,} of "
            f"{state.prompt_tokens:,} prompt tokens reused{limit}",
            err=True,
        )


def as_object(run_id: int, strategy: str, state: RunState) -> dict[str, Any]:
    """A finished run as the JSON of ``--json``."""
    return {
        "run_id": run_id,
        "strategy": strategy,
        "answer": state.answer,
        "output": state.output,
        "nodes": len(state.nodes),
        "calls": state.call_count,
        "prompt_tokens": state.prompt_tokens,
        "completion_tokens": state.completion_tokens,
        "evaluated_tokens": state.evaluated_tokens,
        "seconds": round(state.seconds, 3),
        "finish_reason": state.finish_reason,
        "votes": [{"answer": answer, "votes": votes} for answer, votes in state.tally],
        "text_after_answer": state.followed,
        "notes": [note.text for note in state.notes],
    }


def _votes(state: RunState) -> str:
    """The tally in one line, most votes first."""
    message = (
        f"{'no answer' if answer is None else ' '.join(answer.split())} {votes}"
        for answer, votes in state.tally
    )
    return f"Votes: {', '.join(message)}"
