"""Where each message is on the map: its row is its depth, its lane that of its branch.

The shown branch is the first lane. Every other branch has a lane from where it leaves another one
to its end, the nearest that is free there.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field

from workbench.domain.chat_tree import TreeNode


@dataclass
class MapLayout:
    """Messages by row and lane.

    ``rows`` has for each depth the messages there by lane; ``places`` where each message is;
    ``parents`` the message on the map that each follows.
    """

    rows: list[dict[int, int]] = field(default_factory=list)
    places: dict[int, tuple[int, int]] = field(default_factory=dict)
    parents: dict[int, int | None] = field(default_factory=dict)
    children: dict[int | None, list[int]] = field(default_factory=dict)
    lanes: int = 0

    def at(self, row: int, lane: int) -> int | None:
        """The message there."""
        return self.rows[row].get(lane) if 0 <= row < len(self.rows) else None


def lay_out(nodes: Sequence[TreeNode], *, with_deleted: bool) -> MapLayout:
    """Place the messages of a tree; hidden ones are left out, and deleted ones on demand.

    What follows a message that is left out follows the one before it.
    """
    layout = MapLayout()
    above: dict[int, int | None] = {}
    for node in nodes:
        parent = node.parent_id
        if parent is not None and (parent >= node.message_id or parent not in above):
            parent = None  # damage made a ring of it, or took the parent
        nearest = above[parent] if parent is not None else None
        if node.hidden or (node.deleted and not with_deleted):
            above[node.message_id] = nearest
            continue
        above[node.message_id] = node.message_id
        layout.parents[node.message_id] = nearest
        layout.children.setdefault(nearest, []).append(node.message_id)
    depths: dict[int, int] = {}
    for each, parent in layout.parents.items():
        depths[each] = depths[parent] + 1 if parent is not None else 0
    shown = {node.message_id for node in nodes if node.is_shown}
    for each, lane in _lanes(layout, depths, shown).items():
        row = depths[each]
        while len(layout.rows) <= row:
            layout.rows.append({})
        layout.rows[row][lane] = each
        layout.places[each] = (row, lane)
        layout.lanes = max(layout.lanes, lane + 1)
    return layout


def _lanes(layout: MapLayout, depths: dict[int, int], shown: set[int]) -> dict[int, int]:
    """The lane of each message: chains from a fork to an end, each in the nearest free lane."""
    lanes: dict[int, int] = {}
    free: list[int] = []
    ends: list[tuple[int, int]] = []
    made = 1  # the first lane is the shown branch's
    for chain in sorted(_chains(layout, shown), key=lambda each: (depths[each[0]], each[0])):
        start, end = depths[chain[0]], depths[chain[-1]]
        if chain[0] in shown:
            lane = 0
        else:
            while ends and ends[0][0] < start:
                heapq.heappush(free, heapq.heappop(ends)[1])
            if free:
                lane = heapq.heappop(free)
            else:
                lane, made = made, made + 1
            heapq.heappush(ends, (end, lane))
        lanes.update(dict.fromkeys(chain, lane))
    return lanes


def _chains(layout: MapLayout, shown: set[int]) -> list[list[int]]:
    """Branches without forks in them: the shown one, and others by their newest messages."""
    following: dict[int, int] = {}
    firsts: list[int] = []
    for parent, children in layout.children.items():
        goes_on = next((each for each in children if each in shown), None)
        if goes_on is None and parent is not None and parent not in shown:
            goes_on = children[-1]
        for each in children:
            if each == goes_on and parent is not None:
                following[parent] = each
            else:
                firsts.append(each)
    chains = []
    for first in firsts:
        chain = [first]
        while chain[-1] in following:
            chain.append(following[chain[-1]])
        chains.append(chain)
    return chains
