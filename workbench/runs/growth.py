"""Growing a run that has ended: from a node with other parameters, or from a token of an answer."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from workbench.domain.errors import UsageError
from workbench.domain.parameters import build
from workbench.domain.runs.effects import (
    Emit,
    Extract,
    Generate,
    Outcome,
    Problem,
    Start,
    StrategySteps,
)
from workbench.domain.runs.events import CallStarted, GrowthStarted, LoggedEvent, NodeAdded, Parsed
from workbench.domain.runs.extraction import ExtractionRule
from workbench.domain.runs.nodes import FORK, NodeState
from workbench.domain.runs.run_state import RunState, SampleState, fold_all
from workbench.domain.runs.spec import RunSpec
from workbench.domain.runs.steering import ForkToken, Grow
from workbench.domain.text import PART, count_text, is_part
from workbench.runs.user_action import next_child, node_of, own_path
from workbench.strategies import STRATEGIES
from workbench.strategies.strategy import Extraction


def growth_of(action: Grow | ForkToken, spec: RunSpec, log: Sequence[LoggedEvent]) -> GrowthStarted:
    """The event with which a growth begins.

    Raises:
        UsageError: it cannot be grown so; the sentence says why.
    """
    state = fold_all(log)
    if isinstance(action, ForkToken):
        call = _started(log, action.call, state.run_id)
        _prefix(call, state, action)
        params = {name: getattr(action, name) for name in action.__struct_fields__}
        return GrowthStarted(node=call.node, strategy=FORK, params=params)
    strategy = STRATEGIES.get(spec.strategy)
    if not strategy.can_grow:
        raise UsageError(
            f"{strategy.title} is no search that could go on from a node: run the prompt with "
            "another strategy, or write an answer again from one of its tokens on."
        )
    node_of(state, action.node)
    chosen = build(strategy.params, spec.params | action.params, strategy.title)
    return GrowthStarted(node=action.node, strategy=strategy.id, params=msgspec.to_builtins(chosen))


def before(started: LoggedEvent, log: Sequence[LoggedEvent]) -> list[LoggedEvent]:
    """What the run had when a growth of it began."""
    return [logged for logged in log if logged.seq < started.seq]


def growth_steps(
    begun: LoggedEvent, log: Sequence[LoggedEvent], spec: RunSpec, problem: Problem
) -> StrategySteps:
    """The generator of a growth of a run: its strategy from a node on, or a fork.

    Args:
        begun: the growth's GrowthStarted.
        log: of the run.
        spec: of the run.
        problem: of the run.
    """
    strategy = STRATEGIES.get(spec.strategy)
    started = begun.event
    assert isinstance(started, GrowthStarted)
    earlier = before(begun, log)
    state = fold_all(earlier)
    if started.strategy == FORK:
        action = msgspec.convert(started.params, ForkToken)
        params = build(strategy.params, spec.params, strategy.title)
        call = _started(earlier, action.call, state.run_id)
        rule = params.rule_for(call.messages) if isinstance(params, Extraction) else None
        return _fork(action, call, state, rule)
    params = build(strategy.params, started.params, strategy.title)
    start = Start(started.node, thoughts_to(state, started.node), next_child(state, started.node))
    return strategy.run(msgspec.structs.replace(problem, start=start), params)


def thoughts_to(state: RunState, path: str) -> tuple[str, ...]:
    """The thoughts on the way from the root, which is none, to a node."""
    thoughts: list[str] = []
    node: NodeState | None = node_of(state, path)
    while node is not None and node.parent:
        thoughts.insert(0, node.text)
        node = state.nodes.get(node.parent)
    return tuple(thoughts)


def _started(log: Sequence[LoggedEvent], call: str, run_id: int) -> CallStarted:
    for logged in reversed(log):
        if isinstance(logged.event, CallStarted) and logged.event.call == call:
            return logged.event
    raise UsageError(
        f"Run {run_id} has no call {call}: `workbench history show {run_id}` lists those it has."
    )


def _prefix(call: CallStarted, state: RunState, action: ForkToken) -> str:
    """How the answer is to begin."""
    samples = state.calls[call.call].samples
    if not 0 <= action.sample < len(samples):
        raise UsageError(f"{call.call} has {count_text(len(samples), 'answer')}, counted from 0.")
    tokens = samples[action.sample].tokens
    if not 0 <= action.token < len(tokens):
        raise UsageError(
            f"The answer {action.sample} of {call.call} has {count_text(len(tokens), 'token')}, "
            "counted from 0."
        )
    if is_part(action.text):
        raise UsageError(
            "A part of a character cannot replace a token: choose another alternative, "
            "or type the text."
        )
    kept = _text_before(samples[action.sample], action.token, call)
    if not (call.prefix + kept + action.text):
        raise UsageError("Name the text that is to replace the token.")
    return call.prefix + kept + action.text


def _text_before(sample: SampleState, token: int, call: CallStarted) -> str:
    """The text up to a token. Tokens that are parts of one character have its text together."""
    joined = "".join(each.text for each in sample.tokens[:token])
    if PART not in joined or sample.reasoning:
        return joined
    text, at, broken = sample.text[len(call.prefix) :], 0, False
    for each in sample.tokens[:token]:
        if PART in each.text:
            broken = True
            continue
        at = (text.find(each.text, at + 1) if broken else at) + len(each.text)
        broken = False
    if not broken:
        return text[:at]
    following = sample.tokens[token].text
    end = -1 if PART in following else text.find(following, at + 1)
    if end < 0:
        raise UsageError(
            f"Token {token} of {call.call} is a part of a character: choose the first of a word."
        )
    return text[:end]


def _fork(
    action: ForkToken, call: CallStarted, state: RunState, rule: ExtractionRule | None
) -> StrategySteps:
    """The rest of one answer from a replaced token on; it becomes a node."""
    role = f"{FORK}-{action.token}"
    left = max(1, call.max_tokens - action.token)
    ((completion,),) = yield (
        Generate(
            node=call.node,
            role=role,
            messages=call.messages,
            max_tokens=left,
            temperature=call.temperature,
            prefix=_prefix(call, state, action),
        ),
    )
    parent = state.nodes.get(call.node)
    node = own_path(state, call.node, FORK)
    depth = parent.depth + 1 if parent else 0
    added = NodeAdded(node=node, parent=call.node, depth=depth, text=completion.text, kind=FORK)
    yield (Emit(added),)
    answer = None
    if rule is not None and any(parsed.call == call.call for parsed in state.parsed):
        ((answer,),) = yield (Extract((completion.text,), rule),)
        parsed = Parsed(
            node=node,
            rule=rule.describe(),
            value=answer,
            raw=completion.text,
            call=f"{call.node}/{role}",
        )
        yield (Emit(parsed),)
    return Outcome(
        answer=answer, output=completion.text, node=node, finish_reason=completion.finish_reason
    )
