"""User actions on a search: while it runs, and after it has ended.

Each action becomes events of the same run, so that the replay shows it. A running search reads
them between its steps; on a run that has ended they are kept in the log until it is grown again.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from workbench.domain.runs.spec import Json


class EditThought(msgspec.Struct, frozen=True, tag="edit"):
    """Put another thought in place of a node's."""

    node: str
    text: str


class PruneNode(msgspec.Struct, frozen=True, tag="prune"):
    """Let a node, and what is under it, not go on."""

    node: str


class BoostNode(msgspec.Struct, frozen=True, tag="boost"):
    """Raise (or lower) the value of a node; one that was pruned is open again."""

    node: str
    amount: Annotated[float, msgspec.Meta(ge=-1000.0, le=1000.0)] = 10.0


class AddThought(msgspec.Struct, frozen=True, tag="add"):
    """Write a thought under a node by hand. ``node`` is its path, which the program gives it."""

    parent: str
    text: str
    node: str = ""


class Grow(msgspec.Struct, frozen=True, tag="grow"):
    """Search on from a node with these changes to the run's parameters."""

    node: str
    params: dict[str, Json] = {}


class ForkToken(msgspec.Struct, frozen=True, tag="fork"):
    """Write a thought again from one of its tokens on, with another token in its place.

    ``token`` is the index in the sample's tokens; ``text`` its replacement. The result is
    a sibling of the node that the call made, or a child of the call's node where it made none.
    """

    call: str
    sample: int
    token: int
    text: str


NodeAction = EditThought | PruneNode | BoostNode | AddThought
"""What changes a node, and can be taken back."""


class Undo(msgspec.Struct, frozen=True, tag="undo"):
    """Take back the last change of a node that was not taken back yet.

    ``action`` is that change, which the program puts in; ``text`` is the thought that a changed
    one had before.
    """

    action: NodeAction | None = None
    text: str = ""


SteerAction = NodeAction | Undo | Grow | ForkToken
