"""The origin of a node's thought: the call that wrote it, its tokens, and its cost."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.domain.runs.nodes import HAND, NodeState
from workbench.domain.runs.run_state import CallState, RunState, SampleState
from workbench.domain.text import Message, Token
from workbench.ui.runs.tree_cards import writes_children

_LEAST_READ_TOKENS = 16
"""Fewer tokens are read in one batch with others and say nothing about speed."""


@dataclass
class Origin:
    """The call that wrote a thought. ``first`` is the place of ``tokens`` in the sample's."""

    call: CallState
    sample: int
    first: int
    tokens: list[Token]
    text: str
    """What the tokens say, or, where an engine reports no tokens, the line with the thought."""


def origin_of(state: RunState, node: NodeState) -> Origin | None:
    """The call that wrote ``node``'s thought, None where no call did (the start, or a hand)."""
    ending = _ending(state, node)
    if ending is not None:
        return ending
    wanted = " ".join(node.text.split())
    if not wanted or not node.parent or node.edited or node.kind == HAND:
        return None
    writing = [call for call in state.calls.values() if writes_children(call)]
    for call in reversed(writing):
        for index, sample in enumerate(call.samples):
            # A node's own calls write what is under it, unless one wrote this thought alone.
            whole = call.node == node.node and " ".join(sample.text.split()) == wanted
            if whole or call.node == node.parent:
                found = _piece(sample, wanted)
                if found is not None:
                    return Origin(call, index, *found)
    return None


def _ending(state: RunState, node: NodeState) -> Origin | None:
    """The call that answers from a node; it says more than the thought it came from."""
    if node.parent:
        return None
    for call in state.calls.values():
        if call.node == node.node and call.samples and not writes_children(call):
            sample = call.samples[0]
            return Origin(call, 0, 0, sample.tokens, sample.text)
    return None


def _piece(sample: SampleState, wanted: str) -> tuple[int, list[Token], str] | None:
    """Tokens and text of the lines of a sample that hold a thought; None where it does not."""
    text = sample.text
    start = text.find(wanted)
    end = start + len(wanted)
    if start < 0:
        if " ".join(text.split()) != wanted:
            return None
        start, end = 0, len(text)
    else:
        start = text.rfind("\n", 0, start) + 1
        newline = text.find("\n", end)
        end = len(text) if newline < 0 else newline
    given = max(len(text) - sum(len(token.text) for token in sample.tokens), 0)
    first, tokens = _tokens_between(sample.tokens, start - given, end - given)
    return first, tokens, text[start:end]


def _tokens_between(tokens: list[Token], start: int, end: int) -> tuple[int, list[Token]]:
    """The tokens that reach into a stretch of their text; a beginning that was given is none."""
    at = 0
    first: int | None = None
    found: list[Token] = []
    for index, token in enumerate(tokens):
        after = at + len(token.text)
        if after > start and at < end and not (token.text.isspace() and not found):
            first = index if first is None else first
            found.append(token)
        at = after
    while found and found[-1].text.isspace():
        found.pop()
    return first or 0, found


def messages_for_chat(state: RunState, node: NodeState) -> list[Message]:
    """A conversation that has come as far as a node: what was asked, and the thoughts to it."""
    origin = origin_of(state, node)
    asked = list(origin.call.messages) if origin is not None else []
    if origin is None and state.calls:
        asked = list(next(iter(state.calls.values())).messages)
    text = written_to(state, node)
    return [*asked, Message.value("assistant", text)] if text else asked


def written_to(state: RunState, node: NodeState) -> str:
    """What was thought on the way to a node, and the answer from it where there is one."""
    words = [step.text for step in path_to(state, node) if step.parent and step.text]
    answer = _written_answer(state, node)
    text = "\n".join([*words, *([answer] if answer else [])])
    origin = origin_of(state, node) if not text else None
    return origin.text if origin is not None else text


def _written_answer(state: RunState, node: NodeState) -> str:
    call = state.calls.get(f"{node.node}/answer")
    return call.samples[0].text if call is not None and call.samples else ""


def path_to(state: RunState, node: NodeState) -> list[NodeState]:
    """The nodes from the root to ``node``."""
    path: list[NodeState] = []
    at: NodeState | None = node
    while at is not None:
        path.append(at)
        at = state.nodes.get(at.parent) if at.parent else None
    return path[::-1]


def rank_of(state: RunState, node: NodeState) -> tuple[int, int] | None:
    """Its place by value among the judged nodes of its step, and how many there are."""
    if node.score is None:
        return None
    scores = [
        each.score
        for each in state.nodes.values()
        if each.depth == node.depth and each.score is not None
    ]
    return 1 + sum(score > node.score for score in scores), len(scores)


def reused_tokens(call: CallState) -> int | None:
    """Prompt tokens that were there already, None until that is known."""
    if not call.prompt_tokens or not call.evaluated_tokens:
        return None
    return max(call.prompt_tokens - call.evaluated_tokens, 0)


def seconds_saved(state: RunState, call: CallState) -> float | None:
    """At least how long the reused tokens would have taken to read; None where it is unknown.

    A call that waits while others run seems to read slowly. The saving is therefore counted by the
    fastest reading measured in this run, its own among them, and so never too high.
    """
    reused = reused_tokens(call)
    if not reused or _reading_speed(call) is None:
        return None
    speeds = [speed for each in state.calls.values() if (speed := _reading_speed(each))]
    return reused / max(speeds)


def _reading_speed(call: CallState) -> float | None:
    if call.evaluated_tokens < _LEAST_READ_TOKENS or call.reading_seconds <= 0:
        return None
    return call.evaluated_tokens / call.reading_seconds


VALUE_WEIGHTS = {"sure": 20.0, "likely": 1.0, "impossible": 0.001}


def value_words(node: NodeState) -> str:
    """How the value follows from the verdicts, where the usual weights do give it."""
    if node.score is None:
        return ""
    if node.visits:
        return f"mean of {node.visits:,} visits"
    if "votes" in node.labels:
        return "one point a vote"
    weights = node.probabilities or node.labels
    if not weights or set(weights) - set(VALUE_WEIGHTS):
        return ""
    total = sum(VALUE_WEIGHTS[name] * each for name, each in weights.items())
    mean = total / max(sum(weights.values()), 1e-9)
    if any(abs(each - node.score) < 0.01 for each in (total, mean)):
        return "20 × sure + 1 × likely"
    return ""
