"""The user's actions on a search, as events of the run, and back from the log."""

from __future__ import annotations

import msgspec

from workbench.domain.errors import UsageError
from workbench.domain.runs.events import (
    ActionUndone,
    Boosted,
    Event,
    NodeAdded,
    Pruned,
    ThoughtEdited,
)
from workbench.domain.runs.nodes import BY_HAND, HAND, NodeState
from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.steering import (
    AddThought,
    BoostNode,
    EditThought,
    NodeAction,
    PruneNode,
    Undo,
)

UserAction = NodeAction | Undo


def event_of(action: UserAction, state: RunState) -> Event:
    """The event that an action is, on a run in ``state``.

    Raises:
        UsageError: there is no such node, it cannot be changed so, or nothing can be taken back.
    """
    if isinstance(action, Undo):
        return _undoing(state)
    if isinstance(action, AddThought):
        parent = node_of(state, action.parent)
        return NodeAdded(
            node=own_path(state, action.parent, HAND),
            parent=action.parent,
            depth=parent.depth + 1,
            text=_worded(action.text),
            kind=HAND,
        )
    node = node_of(state, action.node)
    if isinstance(action, EditThought):
        if not node.parent:
            raise UsageError(
                f"Node {action.node} is the question itself: change the prompt and run it again."
            )
        return ThoughtEdited(node=action.node, text=_worded(action.text))
    if isinstance(action, BoostNode):
        return Boosted(node=action.node, amount=action.amount)
    if not node.parent:
        raise UsageError("Everything is under the first node: stop the run in place of pruning it.")
    return Pruned(nodes=(action.node, *_under(state, action.node)), reason=BY_HAND)


def _undoing(state: RunState) -> ActionUndone:
    """The event that takes back what was done last."""
    if not state.undoable:
        raise UsageError(
            f"Nothing in run {state.run_id} can be taken back: no node was changed since its "
            "search, or the last growth of it, began."
        )
    last = state.undoable[-1]
    text = last.before[0].text if isinstance(last.action, EditThought) else ""
    return ActionUndone(action=last.action, text=text)


def action_of(event: Event) -> UserAction | None:
    """The user action that an event was, None where it was none."""
    if isinstance(event, ActionUndone):
        return Undo(event.action, event.text)
    if isinstance(event, ThoughtEdited):
        return EditThought(event.node, event.text)
    if isinstance(event, Boosted):
        return BoostNode(event.node, event.amount)
    if isinstance(event, Pruned) and event.reason == BY_HAND and event.nodes:
        return PruneNode(event.nodes[0])
    if isinstance(event, NodeAdded) and event.kind == HAND:
        return AddThought(event.parent, event.text, event.node)
    return None


def node_of(state: RunState, path: str) -> NodeState:
    """The node at a path; UsageError where there is none."""
    node = state.nodes.get(path)
    if node is None:
        raise UsageError(
            f"Run {state.run_id} has no node {path}: `workbench history show {state.run_id} "
            "--json` lists those it has."
        )
    return node


def next_child(state: RunState, parent: str) -> int:
    """The first number that is free for a child of a node."""
    numbers = [
        int(last)
        for node in state.nodes.values()
        if node.parent == parent and (last := node.node.rpartition(".")[2]).isdecimal()
    ]
    return max(numbers, default=-1) + 1


def own_path(state: RunState, parent: str, kind: str) -> str:
    """A path for a child of a kind that is not the search's, which may yet use its next numbers."""
    count = sum(node.parent == parent and node.kind == kind for node in state.nodes.values())
    return f"{parent}.{kind[0]}{count}"


def _under(state: RunState, path: str) -> tuple[str, ...]:
    """The nodes under one that still go on."""
    return tuple(
        node.node
        for node in state.nodes.values()
        if node.node.startswith(path + ".") and node.status != "pruned"
    )


def _worded(text: str) -> str:
    """The text of a thought, which msgspec's structs do not check."""
    if not text.strip():
        raise UsageError("A thought needs words: write what is to be thought.")
    return text.strip()


def with_path(action: UserAction, event: Event) -> UserAction:
    """The action as a running search gets it: an added thought has its path, an undo its action."""
    if isinstance(event, ActionUndone):
        return Undo(event.action, event.text)
    if isinstance(action, AddThought) and isinstance(event, NodeAdded):
        return msgspec.structs.replace(action, text=event.text, node=event.node)
    return action
