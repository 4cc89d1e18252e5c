"""Short sentences about events and runs in the tree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.domain.parameters import summarise
from workbench.domain.runs import events as ev
from workbench.domain.runs.events import RunStatus
from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.domain.views import StrategyInfo
from workbench.ui.runs.tree_cards import writes_children

_LINE = 60


def event_sentence(event: ev.Event, state: RunState) -> str:
    """An event in a few words; ``state`` is the run after it."""
    fixed = _FIXED.get(type(event), "")
    return fixed or _SENTENCES[type(event)](event, state)


def _thought(state: RunState, node: str) -> str:
    known = state.nodes.get(node)
    text = " ".join(known.text.split()) if known is not None else ""
    return (text if len(text) <= _LINE else f"{text[:_LINE]}…") or node


def _of_call(state: RunState, name: str) -> str:
    call = state.calls.get(name)
    if call is None:
        return name
    place = "under" if writes_children(call) else "of"
    return f"{call.role.replace('-', ' ')} {place} {_thought(state, call.node)}"


def _several(state: RunState, nodes: tuple[str, ...]) -> str:
    return _thought(state, nodes[0]) if len(nodes) == 1 else f"{len(nodes):,} thoughts"


def _progress(event: ev.PromptEvaluated, state: RunState) -> str:
    words = f"read {event.done_tokens:,} of {event.total_tokens:,} for"
    return f"{words} {_of_call(state, event.call)}"


def _scored(event: ev.Scored, state: RunState) -> str:
    return f"value {event.score:.3g} for {_thought(state, event.node)}"


def _verified(event: ev.StateVerified, state: RunState) -> str:
    what = _thought(state, event.node)
    if event.solved:
        return f"{what} is checked and solves it"
    if not event.legal:
        return f"{what} is not allowed"
    if event.reachable is None:
        return f"{what} leaves {event.state}"
    return f"goal {'still' if event.reachable else 'no longer'} reachable from {what}"


def _pruned(event: ev.Pruned, state: RunState) -> str:
    return f"{_several(state, event.nodes)} pruned: {event.reason}"


_ENDS: dict[RunStatus, str] = {
    "running": "the run goes on",
    "done": "the run is done",
    "failed": "the run has failed",
    "cancelled": "the run was stopped",
    "interrupted": "the run was interrupted",
}

_FIXED: dict[type, str] = {
    ev.RunPaused: "paused",
    ev.RunResumed: "goes on",
    ev.Steered: "the search applies what was done by hand",
    ev.PassagesFound: "passages are found",
    ev.BudgetCharged: "budget is counted",
}

_SENTENCES: dict[type, Callable[[Any, RunState], str]] = {
    ev.RunStarted: lambda e, _: f"{e.strategy.replace('_', ' ')} begins",
    ev.NodeAdded: lambda e, s: f"new thought {_thought(s, e.node)}",
    ev.CallStarted: lambda e, s: f"{_of_call(s, e.call)} is asked",
    ev.SamplingApplied: lambda e, s: f"sampling is set for {_of_call(s, e.call)}",
    ev.PromptEvaluated: _progress,
    ev.TextReceived: lambda e, s: _of_call(s, e.call),
    ev.CallFinished: lambda e, s: f"{_of_call(s, e.call)} is written",
    ev.LabelsScored: lambda e, s: f"{_of_call(s, e.call)} is scored",
    ev.Parsed: lambda e, _: f"{'read' if e.value is not None else 'cannot read'} {e.rule}",
    ev.ParseFailed: lambda e, _: f"cannot read {e.rule}",
    ev.AnswerExtracted: lambda e, _: f"answer read again by {e.rule.describe()}",
    ev.Scored: _scored,
    ev.Voted: lambda e, _: f"votes are counted, {e.winner or 'no answer'} leads",
    ev.Selected: lambda e, s: f"keep {_several(s, e.nodes)} of step {e.depth}",
    ev.Pruned: _pruned,
    ev.BestUpdated: lambda e, s: f"best so far is {_thought(s, e.node)}",
    ev.StateVerified: _verified,
    ev.Backtracked: lambda e, s: f"back from {_thought(s, e.node)} to {_thought(s, e.to)}",
    ev.Visited: lambda e, s: f"visit {e.visits:,} of {_thought(s, e.node)}",
    ev.ThoughtEdited: lambda e, s: f"edited by hand: {_thought(s, e.node)}",
    ev.Boosted: lambda e, s: f"boosted by hand: {_thought(s, e.node)}",
    ev.ActionUndone: lambda e, s: f"taken back by hand: {_thought(s, e.action.node)}",
    ev.GrowthStarted: lambda e, s: f"grown again from {_thought(s, e.node)}",
    ev.NoteAdded: lambda e, _: e.text,
    ev.RunFinished: lambda e, _: _ENDS[e.status],
}


def question_words(spec: RunSpec | None, state: RunState) -> tuple[str, str]:
    """Name and value of what the run works on: its first variable, else its question."""
    prompt = spec.prompt if spec is not None else None
    if isinstance(prompt, TemplatePrompt) and prompt.variables:
        name, value = next(iter(prompt.variables.items()))
        return name.replace("_", " ").capitalize(), " ".join(str(value).split())
    root = next(iter(state.nodes.values()), None)
    return "Question", " ".join(root.text.split()) if root is not None else ""


def params_words(info: StrategyInfo, spec: RunSpec | None, state: RunState) -> str:
    """What decides the search, in one line."""
    if spec is None:
        return ""
    words = [summarise(info.fields, spec.params)] if info.fields else []
    words.append(f"temp {spec.sampling.temperature:g}")
    words.append(f"seed {state.seed or spec.seed}")
    return " · ".join(each for each in words if each)


def clock(seconds: float) -> str:
    """A time of a run: "0:36", "1:02:05"."""
    whole = int(seconds)
    if whole >= 3600:
        return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    return f"{whole // 60}:{whole % 60:02d}"
