"""Texts of the cards and column headings, made from the run's state alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from workbench.domain.runs.nodes import NodeState
from workbench.domain.runs.run_state import CallState, RunState
from workbench.domain.text import count_text
from workbench.ui.runs.tree_cards import Card, verdict_of, writes_children
from workbench.ui.runs.words import active_calls

_LEAST_SECONDS = 0.1
"""Seconds; a speed measured over less is chance."""


@dataclass
class CardText:
    """The texts of a card. ``tone`` and ``verdict`` belong to ``chip``, what a node is judged."""

    thought: str = ""
    left: str = ""
    score: str = ""
    chip: str = ""
    verdict: str = ""
    tone: str = "text-3"
    reachable: bool = False
    solved: bool = False
    legal: bool = True
    boosted: bool = False
    edited: bool = False
    streaming: bool = False
    """A text that is being written: a block cursor is shown at its end."""


def score_text(score: float) -> str:
    """A value in four characters or so: "17.9", "0.68", "0.001"."""
    if score == 0 or abs(score) >= 1:
        return f"{score:.1f}"
    return f"{score:.2f}" if abs(score) >= 0.01 else f"{score:.1g}"


def chip_text(node: NodeState) -> str:
    """How a node was judged, in a word and a number, "" where it was not."""
    verdict = verdict_of(node)
    if node.probabilities and verdict:
        chance = f"{node.probabilities[verdict]:.2f}"
        return f"{verdict} {chance.removeprefix('0') if chance < '1' else chance}"
    if verdict:
        total = sum(node.labels.values())
        return verdict if total == 1 else f"{verdict} {node.labels[verdict]}/{total}"
    if "votes" in node.labels:
        return count_text(node.labels["votes"], "vote")
    return count_text(node.visits, "visit") if node.visits else ""


def node_text(node: NodeState, card: Card) -> CardText:
    """The texts of a node's card."""
    verdict = verdict_of(node)
    content = CardText(
        thought=" ".join(node.text.split()) or node.kind,
        left=node.state,
        score="" if node.score is None else score_text(node.score + node.boost),
        chip=chip_text(node),
        verdict=verdict,
        tone=verdict or "text-3",
        reachable=bool(node.reachable),
        solved=bool(node.solved),
        legal=node.legal,
        boosted=node.boost != 0,
        edited=node.edited,
    )
    if not node.parent:
        content.left = content.left if content.left and content.left != content.thought else "start"
    if node.solved:
        content.chip, content.tone = "checked", "ok"
    elif not node.legal:
        content.chip, content.tone, content.verdict = "not allowed", "bad", ""
    elif card.active and not content.chip:
        content.chip = "judging"
    if card.folded:
        content.left = f"{card.hidden:,} folded"
    return content


def coming_text(state: RunState, call: CallState) -> CardText:
    """The texts of a card whose thoughts are being written, read for, or waited for."""
    sample = next((each for each in call.samples if not each.finish_reason), call.samples[0])
    lines = [line for line in sample.text.splitlines() if line.strip()]
    if lines:
        tokens = len(sample.tokens)
        seconds = state.seconds - call.started_at - call.reading_seconds
        rate = f", {tokens / seconds:.1f} / s" if tokens > 1 and seconds >= _LEAST_SECONDS else ""
        left = f"{count_text(tokens, 'token')}{rate}" if tokens else ""
        return CardText(lines[-1].strip(), left, chip="generating", tone="tot", streaming=True)
    parent = state.nodes.get(call.node)
    start = (parent.state or " ".join(parent.text.split())) if parent is not None else ""
    thought = f"from {start}" if start else "next step"
    if sample.reasoning:
        return CardText(thought, "", chip="thinking", tone="tot")
    if call.read_tokens:
        read = f"{call.read_tokens:,} of {call.prompt_tokens:,}"
        return CardText(thought, read, chip="reading", tone="tot")
    return CardText(thought, "queued", chip="next")


def text_of(state: RunState, card: Card) -> CardText:
    """The texts of any card."""
    if card.kind == "more":
        return CardText(f"{card.hidden:,} more pruned")
    if card.call:
        call = state.calls.get(card.call)
        return coming_text(state, call) if call is not None else CardText()
    node = state.nodes.get(card.node)
    return node_text(node, card) if node is not None else CardText()


def column_headings(state: RunState) -> list[tuple[str, str]]:
    """Title and count of each column, from the start on."""
    proposed: Counter[int] = Counter()
    kept: Counter[int] = Counter()
    for node in state.nodes.values():
        proposed[node.depth] += 1
        kept[node.depth] += node.status == "selected"
    generating: Counter[int] = Counter()
    queued: Counter[int] = Counter()
    for call in active_calls(state):
        parent = state.nodes.get(call.node)
        if parent is None or not writes_children(call):
            continue
        has_text = any(sample.text or sample.reasoning for sample in call.samples)
        (generating if has_text else queued)[parent.depth + 1] += 1
    headings = [("Start", _goal(state))]
    for depth in range(1, 1 + max([*proposed, *generating, *queued], default=0)):
        parts = [f"{proposed[depth]:,} proposed"] if proposed[depth] else []
        parts += [f"{kept[depth]:,} kept"] if kept[depth] else []
        parts += [f"{generating[depth]:,} generating"] if generating[depth] else []
        parts += [f"{queued[depth]:,} queued"] if queued[depth] else []
        headings.append((f"Step {depth}", ", ".join(parts)))
    return headings


def _goal(state: RunState) -> str:
    return count_text(len(state.nodes), "node") if state.nodes else ""


def describe(state: RunState, card: Card) -> str:
    """A card in one sentence, for a screen reader and the tooltip."""
    content = text_of(state, card)
    node = state.nodes.get(card.node)
    words = [content.thought, content.left if content.left != "start" else "", content.chip]
    if content.score:
        words.append(f"value {content.score}")
    if node is not None:
        if node.status == "pruned":
            words.append(f"pruned: {node.reason}" if node.reason else "pruned")
        elif node.status == "selected":
            words.append("kept")
        if node.reachable is not None:
            words.append("goal still reachable" if node.reachable else "goal out of reach")
        words += ["edited"] if node.edited else []
        words += ["boosted"] if node.boost else []
    words += ["on the best path"] if card.best else []
    return ", ".join(part for part in words if part)
