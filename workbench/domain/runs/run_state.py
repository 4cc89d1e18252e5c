"""The state of a run as a fold of its events: live view, history, replay and CLI use this."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from workbench.domain.runs import events as ev
from workbench.domain.runs.extraction import ExtractionRule
from workbench.domain.runs.nodes import (
    BY_HAND,
    HAND,
    TAKEN_BACK,
    NodeState,
    Undoable,
    forget_findings,
    take_back,
)
from workbench.domain.runs.steering import AddThought, BoostNode, EditThought, NodeAction, PruneNode
from workbench.domain.sources.passages import Passage
from workbench.domain.text import Message, Token


@dataclass
class SampleState:
    """One sample of a call."""

    text: str = ""
    tokens: list[Token] = field(default_factory=list)
    finish_reason: str = ""
    completion_tokens: int = 0
    mean_logprob: float | None = None
    reasoning: str = ""
    """What a reasoning model thought before its answer."""
    reasoning_tokens: int = 0
    ended_as: int = 0
    """Its place in the order in which the run's samples ended, from 1; 0 while it is written."""

    @property
    def is_whole(self) -> bool:
        """Whether the model wrote it to its end; one that was cut is asked again on a resume."""
        return self.finish_reason not in ("", "cancelled", "error", "limit")


@dataclass
class CallState:
    """One prompt and its samples. Token counts are the prompt's, ``seconds`` the slowest's."""

    call: str
    node: str
    role: str
    messages: tuple[Message, ...]
    samples: list[SampleState]
    started_at: float
    prompt_tokens: int = 0
    evaluated_tokens: int = 0
    read_tokens: int = 0
    reading_seconds: float = 0.0
    """From its start until the prompt was read."""
    seconds: float = 0.0
    labels: tuple[str, ...] = ()
    probabilities: tuple[float, ...] = ()
    """Of the labels, where the call scored some and has ended."""
    effective: dict[str, Any] = field(default_factory=dict)
    """Sampling parameters as the engine applied them."""
    chain: tuple[str, ...] = ()
    prefix: str = ""
    """What its answers were made to begin with; their texts have it, their tokens do not."""


@dataclass
class RunState:
    """Everything known of a run. Counters are tokens; ``seconds`` since its start."""

    run_id: int = 0
    status: ev.RunStatus = "running"
    strategy: str = ""
    model: str = ""
    seed: int = 0
    nodes: dict[str, NodeState] = field(default_factory=dict)
    calls: dict[str, CallState] = field(default_factory=dict)
    parsed: list[ev.Parsed] = field(default_factory=list)
    """What was read, in order; what could not be read is here too, with the value None."""
    parse_failures: int = 0
    tally: tuple[tuple[str | None, int], ...] = ()
    tie_rule: str = ""
    undoable: list[Undoable] = field(default_factory=list)
    """What the user did since the run, or its last growth, began and that can be taken back."""
    notes: list[ev.NoteAdded] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    """Of the user's documents, in the order of their numbers in the prompt (``Place.passage``)."""
    depth: int = 0
    answer: str | None = None
    output: str = ""
    best_node: str = ""
    finish_reason: str = ""
    limit: str = ""
    error: dict[str, Any] | None = None
    paused: bool = False
    extraction: ExtractionRule | None = None
    """The rule that was applied to the ended run later, in place of its own."""
    seconds: float = 0.0
    call_count: int = 0
    prompt_tokens: int = 0
    evaluated_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    """Of the finished completion tokens, those that were thought and not answer."""
    streaming_tokens: int = 0
    """Tokens seen in TextReceived of samples that have not finished."""

    @property
    def is_cut(self) -> bool:
        """Whether it ended before its end and can go on from there: stopped, broken off, failed."""
        return self.status in ("cancelled", "interrupted", "failed")

    @property
    def followed(self) -> int:
        """Characters that followed the answer in the text that gave it, as far as was noted."""
        read = [each for each in self.parsed if each.value == self.answer and each.followed]
        at_best = [each for each in read if each.node == self.best_node] or read
        return at_best[-1].followed if self.answer is not None and at_best else 0

    @property
    def generated_tokens(self) -> int:
        """Finished and streaming tokens together."""
        return self.completion_tokens + self.streaming_tokens

    @property
    def whole_tokens(self) -> int:
        """Tokens of the samples that are whole: what a resume need not ask again."""
        return sum(
            sample.completion_tokens
            for call in self.calls.values()
            for sample in call.samples
            if sample.is_whole
        )

    def best_path(self) -> tuple[str, ...]:
        """Node paths from the root to the best node."""
        path: list[str] = []
        node = self.nodes.get(self.best_node)
        while node is not None:
            path.append(node.node)
            node = self.nodes.get(node.parent) if node.parent else None
        return tuple(reversed(path))

    def answering_call(self) -> CallState | None:
        """The last call that wrote the run's output, None where no call did."""
        if not self.output.strip():
            return None
        for call in reversed(self.calls.values()):
            if call.messages and any(each.text == self.output for each in call.samples):
                return call
        return None


def fold(state: RunState, logged: ev.LoggedEvent) -> RunState:
    """Apply one event to ``state`` and return it.

    The state is changed in place and has one owner: copying a search of 5,000 nodes for each token
    would cost more than decoding it. Replaying to an earlier event starts from a fresh state.
    """
    state.run_id = logged.run_id
    state.seconds = max(state.seconds, logged.at)
    _APPLY[type(logged.event)](state, logged.event, logged.at)
    return state


def fold_all(events: Iterable[ev.LoggedEvent]) -> RunState:
    """The state after all ``events``, from nothing."""
    state = RunState()
    for logged in events:
        fold(state, logged)
    return state


def _run_started(state: RunState, event: ev.RunStarted, _at: float) -> None:
    state.strategy, state.model, state.seed = event.strategy, event.model, event.seed


def _remember(state: RunState, action: NodeAction, *nodes: str) -> None:
    """Keep nodes as they are before the user's action, so that it can be taken back."""
    before = tuple(replace(state.nodes[node]) for node in nodes if node in state.nodes)
    state.undoable.append(Undoable(action, before))


def _node_added(state: RunState, event: ev.NodeAdded, _at: float) -> None:
    if event.kind == HAND:
        _remember(state, AddThought(event.parent, event.text, event.node))
    state.nodes[event.node] = NodeState(
        event.node, event.parent, event.depth, event.text, event.kind
    )
    state.depth = max(state.depth, event.depth)


def _call_started(state: RunState, event: ev.CallStarted, at: float) -> None:
    samples = [SampleState() for _ in range(event.samples)]
    earlier = state.calls.get(event.call)
    if earlier is not None:
        for index in event.kept:
            samples[index] = earlier.samples[index]
    state.calls[event.call] = CallState(
        event.call,
        event.node,
        event.role,
        event.messages,
        samples,
        at,
        labels=event.labels,
        prefix=event.prefix,
    )


def _sampling_applied(state: RunState, event: ev.SamplingApplied, _at: float) -> None:
    call = state.calls.get(event.call)
    if call is not None:
        call.effective, call.chain = event.effective, event.chain


def _prompt_evaluated(state: RunState, event: ev.PromptEvaluated, at: float) -> None:
    call = state.calls.get(event.call)
    if call is not None:
        call.reading_seconds = at - call.started_at
        call.prompt_tokens, call.read_tokens = event.total_tokens, event.done_tokens


def _text_received(state: RunState, event: ev.TextReceived, _at: float) -> None:
    call = state.calls.get(event.call)
    if call is not None:
        sample = call.samples[event.sample]
        sample.text += event.text
        sample.reasoning += event.reasoning
        sample.tokens.extend(event.tokens)
        state.streaming_tokens += len(event.tokens)


def _call_finished(state: RunState, event: ev.CallFinished, _at: float) -> None:
    call = state.calls.get(event.call)
    if call is None:
        return
    sample = call.samples[event.sample]
    state.streaming_tokens -= len(sample.tokens)
    sample.text, sample.finish_reason = event.text, event.finish_reason
    sample.completion_tokens, sample.mean_logprob = event.completion_tokens, event.mean_logprob
    sample.reasoning, sample.reasoning_tokens = event.reasoning, event.reasoning_tokens
    state.reasoning_tokens += event.reasoning_tokens
    call.prompt_tokens = event.prompt_tokens
    call.seconds = max(call.seconds, event.seconds)
    state.evaluated_tokens += event.evaluated_tokens
    call.evaluated_tokens += event.evaluated_tokens
    state.prompt_tokens += event.prompt_tokens
    state.completion_tokens += event.completion_tokens
    state.call_count += 1
    sample.ended_as = state.call_count


def _labels_scored(state: RunState, event: ev.LabelsScored, _at: float) -> None:
    call = state.calls.get(event.call)
    if call is None:
        return
    call.labels, call.probabilities = event.labels, event.probabilities
    call.prompt_tokens = call.read_tokens = event.prompt_tokens
    call.evaluated_tokens, call.seconds = event.evaluated_tokens, event.seconds
    state.prompt_tokens += event.prompt_tokens
    state.evaluated_tokens += event.evaluated_tokens
    state.call_count += 1


def _parsed(state: RunState, event: ev.Parsed, _at: float) -> None:
    state.parsed.append(event)


def _parse_failed(state: RunState, event: ev.ParseFailed, _at: float) -> None:
    state.parse_failures += 1
    state.parsed.append(
        ev.Parsed(
            node=event.node,
            rule=event.rule,
            value=None,
            raw=event.raw,
            call=event.call,
            sample=event.sample,
        )
    )


def _scored(state: RunState, event: ev.Scored, _at: float) -> None:
    node = state.nodes.get(event.node)
    if node is not None:
        node.score, node.labels = event.score, event.labels
        node.probabilities = event.probabilities


def _voted(state: RunState, event: ev.Voted, _at: float) -> None:
    state.tally, state.tie_rule = event.tally, event.tie_rule


def _selected(state: RunState, event: ev.Selected, _at: float) -> None:
    for path in event.nodes:
        if path in state.nodes:
            state.nodes[path].status = "selected"


def _pruned(state: RunState, event: ev.Pruned, _at: float) -> None:
    if event.reason == BY_HAND and event.nodes:
        _remember(state, PruneNode(event.nodes[0]), *event.nodes)
    for path in event.nodes:
        if path in state.nodes:
            state.nodes[path].status, state.nodes[path].reason = "pruned", event.reason


def _best_updated(state: RunState, event: ev.BestUpdated, _at: float) -> None:
    state.best_node, state.answer, state.output = event.node, event.answer, event.output


def _state_verified(state: RunState, event: ev.StateVerified, _at: float) -> None:
    node = state.nodes.get(event.node)
    if node is not None:
        node.state, node.legal = event.state, event.legal
        node.reachable, node.solved = event.reachable, event.solved


def _backtracked(_state: RunState, _event: ev.Backtracked, _at: float) -> None:
    """Kept in the log for replay; the next event says where the search is now."""


def _visited(state: RunState, event: ev.Visited, _at: float) -> None:
    node = state.nodes.get(event.node)
    if node is not None:
        node.visits, node.score = event.visits, event.value


def _thought_edited(state: RunState, event: ev.ThoughtEdited, _at: float) -> None:
    node = state.nodes.get(event.node)
    if node is not None:
        _remember(state, EditThought(event.node, event.text), event.node)
        node.text, node.edited = event.text, True
        forget_findings(node)


def _boosted(state: RunState, event: ev.Boosted, _at: float) -> None:
    node = state.nodes.get(event.node)
    if node is not None:
        _remember(state, BoostNode(event.node, event.amount), event.node)
        node.boost += event.amount
        if node.status == "pruned":
            node.status, node.reason = "open", ""


def _action_undone(state: RunState, event: ev.ActionUndone, _at: float) -> None:
    """The nodes are as before in what the user changed; what the search found since stays."""
    if state.undoable:
        undone = state.undoable.pop()
        for before in undone.before:
            take_back(state.nodes[before.node], before, undone.action)
    if isinstance(event.action, AddThought) and event.action.node in state.nodes:
        node = state.nodes[event.action.node]
        node.status, node.reason = "pruned", TAKEN_BACK


def _steered(_state: RunState, _event: ev.Steered, _at: float) -> None:
    """Kept in the log for replay; the actions are events of their own."""


def _growth_started(state: RunState, _event: ev.GrowthStarted, _at: float) -> None:
    state.status = "running"
    state.undoable.clear()  # the growth was made from the nodes as they are


def _run_paused(state: RunState, _event: ev.RunPaused, _at: float) -> None:
    state.paused = True


def _run_resumed(state: RunState, _event: ev.RunResumed, _at: float) -> None:
    state.status, state.paused = "running", False


def _answer_extracted(state: RunState, event: ev.AnswerExtracted, _at: float) -> None:
    state.answer, state.best_node, state.output = event.value, event.node, event.output
    state.extraction = event.rule


def _passages_found(state: RunState, event: ev.PassagesFound, _at: float) -> None:
    state.passages.extend(event.passages)


def _budget_charged(_state: RunState, _event: ev.BudgetCharged, _at: float) -> None:
    """Kept in the log for replay; the counters above already say it."""


def _note_added(state: RunState, event: ev.NoteAdded, _at: float) -> None:
    state.notes.append(event)


def _run_finished(state: RunState, event: ev.RunFinished, _at: float) -> None:
    state.status, state.answer, state.output = event.status, event.answer, event.output
    state.best_node, state.finish_reason = event.node, event.finish_reason
    state.limit, state.error, state.paused = event.limit, event.error, False
    state.seconds = max(state.seconds, event.seconds)


_APPLY: dict[type, Any] = {
    ev.RunStarted: _run_started,
    ev.NodeAdded: _node_added,
    ev.CallStarted: _call_started,
    ev.SamplingApplied: _sampling_applied,
    ev.PromptEvaluated: _prompt_evaluated,
    ev.TextReceived: _text_received,
    ev.CallFinished: _call_finished,
    ev.LabelsScored: _labels_scored,
    ev.Parsed: _parsed,
    ev.ParseFailed: _parse_failed,
    ev.Scored: _scored,
    ev.Voted: _voted,
    ev.Selected: _selected,
    ev.Pruned: _pruned,
    ev.BestUpdated: _best_updated,
    ev.StateVerified: _state_verified,
    ev.Backtracked: _backtracked,
    ev.Visited: _visited,
    ev.ThoughtEdited: _thought_edited,
    ev.Boosted: _boosted,
    ev.ActionUndone: _action_undone,
    ev.Steered: _steered,
    ev.GrowthStarted: _growth_started,
    ev.RunPaused: _run_paused,
    ev.RunResumed: _run_resumed,
    ev.AnswerExtracted: _answer_extracted,
    ev.PassagesFound: _passages_found,
    ev.BudgetCharged: _budget_charged,
    ev.NoteAdded: _note_added,
    ev.RunFinished: _run_finished,
}
