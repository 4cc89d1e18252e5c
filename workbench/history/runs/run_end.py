"""How a run ended, as its row and the search keep it; and the end of runs that were cut off."""

from __future__ import annotations

from typing import Any

import msgspec

from workbench.domain.errors import StoreError
from workbench.domain.runs.events import GrowthStarted, LoggedEvent, RunFinished, RunStatus
from workbench.domain.runs.run_state import RunState, fold, fold_all


class RunEnd(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot of a run's state, taken on the loop's thread. ``all_texts`` is for the search."""

    run_id: int
    strategy: str
    model: str
    status: RunStatus
    answer: str | None
    output: str
    finish_reason: str
    limit: str
    seconds: float
    call_count: int
    prompt_tokens: int
    evaluated_tokens: int
    completion_tokens: int
    thought_tokens: int
    reasoning: str
    """What was thought before the output, "" where nothing was."""
    error: dict[str, Any] | None
    all_texts: str

    @classmethod
    def of(cls, run_id: int, state: RunState) -> RunEnd:
        """The end that ``state`` shows now."""
        return cls(
            run_id=run_id,
            strategy=state.strategy,
            model=state.model,
            status=state.status,
            answer=state.answer,
            output=state.output,
            finish_reason=state.finish_reason,
            limit=state.limit,
            seconds=state.seconds,
            call_count=state.call_count,
            prompt_tokens=state.prompt_tokens,
            evaluated_tokens=state.evaluated_tokens,
            completion_tokens=state.generated_tokens,
            thought_tokens=_thought_tokens(state),
            reasoning=_reasoning(state),
            error=state.error,
            all_texts=_all_texts(state),
        )

    @classmethod
    def unreadable(cls, run_id: int) -> RunEnd:
        """The end of an interrupted run that cannot be read."""
        state = RunState(status="interrupted", finish_reason="interrupted")
        error = StoreError(f"Run {run_id} is damaged in the history file and cannot be read.")
        return msgspec.structs.replace(cls.of(run_id, state), error=error.to_wire())


def _thought_tokens(state: RunState) -> int:
    """How much was thought; at least 1 where a thought was cut before it was counted."""
    cut = any(sample.reasoning for call in state.calls.values() for sample in call.samples)
    return max(state.reasoning_tokens, int(cut))


def _reasoning(state: RunState) -> str:
    """The thoughts of the call that gave the output."""
    call = state.answering_call() or next(reversed(state.calls.values()), None)
    samples = call.samples if call is not None else ()
    spoken = [each.reasoning for each in samples if each.reasoning and each.text == state.output]
    return (spoken or [each.reasoning for each in samples if each.reasoning] or [""])[0]


def _all_texts(state: RunState) -> str:
    """The answer and every different text of the model, the output first."""
    texts = [state.output, state.answer or ""]
    texts += [sample.text for call in state.calls.values() for sample in call.samples]
    return "\n\n".join(dict.fromkeys(each for each in texts if each))


def partial_output(state: RunState) -> str:
    """The text to show for a run that has not ended: its best so far, else the newest text."""
    if state.output:
        return state.output
    for call in reversed(state.calls.values()):
        for sample in call.samples:
            if sample.text:
                return sample.text
    return ""


def interrupt(run_id: int, events: list[LoggedEvent]) -> tuple[RunEnd, LoggedEvent | None]:
    """End a run whose program was killed, with the text that it had.

    Returns:
        The end, and the event to add to its log; None where the log has its end already and
        only the row was not written any more.
    """
    state = fold_all(events)
    if state.status != "running":
        return RunEnd.of(run_id, state), None
    earlier = _before_growth(events)
    finished = RunFinished(
        status="interrupted",
        answer=earlier.answer if earlier else state.answer,
        output=earlier.output if earlier else partial_output(state),
        node=earlier.node if earlier else state.best_node,
        finish_reason="interrupted",
        seconds=state.seconds,
    )
    seq = events[-1].seq + 1 if events else 0
    logged = LoggedEvent(run_id, seq, state.seconds, finished)
    return RunEnd.of(run_id, fold(state, logged)), logged


def _before_growth(events: list[LoggedEvent]) -> RunFinished | None:
    """What a run that is being grown had ended with, None where it had nothing."""
    if not any(isinstance(logged.event, GrowthStarted) for logged in events):
        return None
    ends = [logged.event for logged in events if isinstance(logged.event, RunFinished)]
    has_any = ends and (ends[-1].output or ends[-1].answer is not None)
    return ends[-1] if has_any else None
