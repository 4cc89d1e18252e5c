"""The speed of a model, measured on a run that had the engine to itself."""

from __future__ import annotations

from workbench.domain.runs.run_state import RunState
from workbench.domain.views import ModelSpeed

_LEAST_READ_TOKENS = 32
_LEAST_WRITTEN_TOKENS = 8


def measured_speed(state: RunState, known: ModelSpeed | None) -> ModelSpeed | None:
    """Tokens a second that were read and written; an unknown figure is 0.

    Reading is measured on the first call of the run: during later ones others are under way.
    Writing is the speed of a single answer. Many answers together are faster; their speed is in
    only as long as no other is ``known``.
    """
    if state.status != "done" or not state.calls:
        return None
    first = min(state.calls.values(), key=lambda call: call.started_at)
    reading = first.reading_seconds
    prompt = generation = 0.0
    if reading > 0 and first.evaluated_tokens >= _LEAST_READ_TOKENS:
        prompt = first.evaluated_tokens / reading
    single = len(state.calls) == 1 and len(first.samples) == 1
    writing = first.seconds - reading if single else state.seconds
    is_enough = state.completion_tokens >= _LEAST_WRITTEN_TOKENS and writing > 0
    if is_enough and (single or known is None or not known.generation):
        generation = state.completion_tokens / writing
    return ModelSpeed(prompt=prompt, generation=generation) if prompt or generation else None
