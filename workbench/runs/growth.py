"""Growing a run that has ended: from a node with other parameters, or from a token of an answer."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from workbench.domain.effects import Emit, Extract, Generate, Outcome, Problem, Start, StrategySteps
from workbench.domain.errors import UsageError
from workbench.domain.events import CallStarted, GrowthStarted, LoggedEvent, NodeAdded, Parsed
from workbench.domain.extraction import ExtractionRule
from workbench.domain.parameters import build
from workbench.domain.run_state import NodeState, RunState, SampleState, fold_all
from workbench.domain.spec import RunSpec
from workbench.domain.steering import ForkToken, Grow
from workbench.runs.hand import next_child, node_of, own_path
from workbench.runs.replay import FORK, Section
from workbench.strategies import STRATEGIES
from workbench.strategies.strategy import Extraction

_BROKEN = "\ufffd"


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


def before(section: Section, log: Sequence[LoggedEvent]) -> list[LoggedEvent]:
    """What the run had when a growth of it began."""
    first = section.events[0].seq
    return [logged for logged in log if logged.seq < first]


def steps_of(
    section: Section, log: Sequence[LoggedEvent], spec: RunSpec, problem: Problem
) -> StrategySteps:
    """The generator of a section of a run: its strategy from the beginning or a node, or a fork."""
    strategy = STRATEGIES.get(spec.strategy)
    if not section.growth:
        return strategy.run(problem, build(strategy.params, spec.params, strategy.title))
    started = section.events[0].event
    assert isinstance(started, GrowthStarted)
    earlier = before(section, log)
    state = fold_all(earlier)
    if started.strategy == FORK:
        action = msgspec.convert(started.params, ForkToken)
        params = build(strategy.params, spec.params, strategy.title)
        rule = params.rule if isinstance(params, Extraction) else None
        return _fork(action, _started(earlier, action.call, state.run_id), state, rule)
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


def better(new: Outcome, state: RunState, earlier: RunState) -> Outcome:
    """The better of what a growth found and what the run had; the new one where they are equal."""
    if earlier.answer is None and not earlier.output:
        return new
    old = earlier_outcome(earlier)
    return new if _rank(new, state) >= _rank(old, state) else old


def earlier_outcome(earlier: RunState) -> Outcome:
    """What the run ended with before it was grown."""
    return Outcome(answer=earlier.answer, output=earlier.output, node=earlier.best_node or "0")


def _rank(outcome: Outcome, state: RunState) -> tuple[bool, bool, float]:
    node = state.nodes.get(outcome.node)
    if node is None:
        return outcome.answer is not None, False, 0.0
    return outcome.answer is not None, node.solved is True, (node.score or 0.0) + node.boost


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
        raise UsageError(f"{call.call} has {len(samples)} answers, counted from 0.")
    tokens = samples[action.sample].tokens
    if not 0 <= action.token < len(tokens):
        raise UsageError(
            f"The answer {action.sample} of {call.call} has {len(tokens)} tokens, counted from 0."
        )
    kept = _text_before(samples[action.sample], action.token, call)
    if not (call.prefix + kept + action.text):
        raise UsageError("Name the text that is to stand in place of the token.")
    return call.prefix + kept + action.text


def _text_before(sample: SampleState, token: int, call: CallStarted) -> str:
    """The text up to a token. Tokens that are parts of one character tell theirs together."""
    joined = "".join(each.text for each in sample.tokens[:token])
    if _BROKEN not in joined or sample.reasoning:
        return joined
    text, at, broken = sample.text[len(call.prefix) :], 0, False
    for each in sample.tokens[:token]:
        if _BROKEN in each.text:
            broken = True
            continue
        at = (text.find(each.text, at + 1) if broken else at) + len(each.text)
        broken = False
    if not broken:
        return text[:at]
    following = sample.tokens[token].text
    end = -1 if _BROKEN in following else text.find(following, at + 1)
    if end < 0:
        raise UsageError(
            f"Token {token} of {call.call} is a part of a character: choose the first of a word."
        )
    return text[:end]


def _fork(
    action: ForkToken, call: CallStarted, state: RunState, rule: ExtractionRule | None
) -> StrategySteps:
    """The rest of one answer, from a token on that is another; it becomes a node."""
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
