"""Following runs in the terminal: text on standard output, progress on standard error."""

from __future__ import annotations

import sys
import time
from typing import Any

import click

from workbench.domain.events import (
    LoggedEvent,
    NoteAdded,
    PromptEvaluated,
    TextReceived,
)
from workbench.domain.run_state import RunState, fold

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
            words += f"reading {reading[0].read_tokens:,} of {reading[0].prompt_tokens:,} tokens"
        else:
            words += (
                f"step {state.depth}, {len(state.nodes)} nodes, {state.call_count} calls done, "
                f"{state.generated_tokens:,} tokens"
            )
        if self._live and time.monotonic() - self._last >= _EVERY_SECONDS:
            self._last = time.monotonic()
            click.echo(f"\r\x1b[K{words}", err=True, nl=False)
        elif not self._live and state.depth != self._last_depth and state.nodes:
            self._last_depth = state.depth
            click.echo(words, err=True)

    def _clear(self) -> None:
        if self._live and self._last:
            click.echo("\r\x1b[K", err=True, nl=False)
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
        rate = state.completion_tokens / state.seconds if state.seconds else 0.0
        limit = f", ended by the budget of {state.limit}" if state.limit else ""
        click.echo(
            f"Run {state.run_id}: {state.status}, {state.call_count} calls, "
            f"{state.completion_tokens:,} tokens in {state.seconds:.1f} s "
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
    }
