"""Opens a run's X-ray in Design, and the comparison “prompt or dice”."""

from __future__ import annotations

from typing import TypedDict

from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.spec import Json, RunSpec, TemplatePrompt
from workbench.domain.views import EngineStatus

XRAY = "X-ray this answer"
DICE = "Prompt or dice?"
STRATEGY = "direct"
"""The strategy that asks with the prompt itself, so that its lines can be left out."""
_NOT_RUN = "There is no run yet: run it first."
_RUNNING = "The run is still going on."
_NO_ANSWER = "The run has no answer."


class ExplainRequest(TypedDict, total=False):
    """What Design is handed to explain a run; ``against`` is the run to compare it with."""

    path: str
    source: str
    variables: dict[str, Json]
    model: str
    run_id: int
    note: str
    answer: str
    expected: str
    against: int
    against_note: str


def why_no_xray(
    spec: RunSpec | None, state: RunState | None, status: EngineStatus, title: str = ""
) -> str:
    """Why a run cannot be X-rayed, as one sentence; "" where it can.

    Args:
        spec: what it was made from.
        state: what it came to.
        status: of the engine, which knows what its model can do.
        title: of its strategy.
    """
    if spec is None or state is None:
        return _NOT_RUN
    if not isinstance(spec.prompt, TemplatePrompt):
        return "A conversation has no template whose lines could be left out."
    if spec.strategy != STRATEGY:
        return (
            f"{title or spec.strategy} asks with prompts of its own: only runs with the strategy "
            "Direct can be X-rayed."
        )
    return _why_no_answer(state) or _why_no_score(spec, status)


def why_no_dice(
    spec: RunSpec | None,
    state: RunState | None,
    status: EngineStatus,
    pinned: tuple[int | None, RunState | None] | None,
) -> str:
    """Why a run cannot be set against the pinned one, as one sentence; "" where it can.

    Args:
        spec: what it was made from.
        state: what it came to.
        status: of the engine.
        pinned: id and state of the pinned run, None where nothing else is pinned.
    """
    if spec is None or state is None:
        return _NOT_RUN
    if pinned is None:
        return "Pin another column first: this one is compared with it."
    if not isinstance(spec.prompt, TemplatePrompt):
        return "A conversation has no template."
    run_id, other = pinned
    if run_id is None or other is None or _why_no_answer(other):
        return "The pinned column has no answer yet."
    if run_id == state.run_id:
        return "Both columns show the same run."
    return _why_no_answer(state) or _why_no_score(spec, status)


def _why_no_answer(state: RunState) -> str:
    if state.status == "running":
        return _RUNNING
    if not state.output.strip():
        return _NO_ANSWER
    if state.answering_call() is None:
        return "The answer was not written by one call: there is no prompt to score it under."
    return ""


def _why_no_score(spec: RunSpec, status: EngineStatus) -> str:
    asks = spec.model in ("", status.model_path)
    if asks and not status.can_score:
        return (
            f"{status.model_name} cannot say how likely a given text is: use a model on this "
            "machine."
        )
    return ""


def explain_request(
    run_id: int, spec: RunSpec, state: RunState, note: str = "", expected: str = ""
) -> ExplainRequest | None:
    """What Design needs to explain a run, None for one without a template.

    Args:
        run_id: of the run.
        spec: what it was made from.
        state: what it came to.
        note: what distinguishes it, such as the title of its strategy.
        expected: the right answer that it is judged by.
    """
    prompt = spec.prompt
    if not isinstance(prompt, TemplatePrompt):
        return None
    return ExplainRequest(
        path=prompt.path,
        source=prompt.source,
        variables=dict(prompt.variables),
        model=spec.model,
        run_id=run_id,
        note=note,
        expected=expected,
        answer=state.output.strip() if spec.strategy == STRATEGY else "",
    )
