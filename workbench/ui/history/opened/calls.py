"""All nodes and calls of a run as one list, with the text of one in full."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QListView

from workbench.domain.runs.nodes import NodeState
from workbench.domain.runs.run_state import CallState, RunState
from workbench.domain.text import count_text, seconds_text
from workbench.ui.kit import Label, StreamingText, column
from workbench.ui.kit.row_delegate import Index, Row, RowDelegate, RowsModel
from workbench.ui.runs.search_tree import describe_node, paint_verdict
from workbench.ui.runs.tree_cards import verdict_of

_ROW = 28
_LABELS = "labels"
"""The sample part of the key of a call that scored labels."""
_INDENT = 16
_ROWS_SHOWN = 9


class CallRow(NamedTuple):
    """A line of the list; ``key`` is stable while the run goes on."""

    key: str
    depth: int
    text: str
    note: str
    is_node: bool = False
    verdict: str = ""
    pruned: bool = False


def call_rows(state: RunState) -> list[CallRow]:
    """Nodes in the order of the tree, each followed by its calls and their samples."""
    children: dict[str, list[NodeState]] = {}
    for node in state.nodes.values():
        parent = node.parent if node.parent in state.nodes else ""
        children.setdefault(parent, []).append(node)
    calls: dict[str, list[CallState]] = {}
    for call in state.calls.values():
        calls.setdefault(call.node if call.node in state.nodes else "", []).append(call)
    rows: list[CallRow] = []
    waiting = [(node, 0) for node in reversed(children.get("", []))]
    while waiting:
        node, depth = waiting.pop()
        rows.append(_node_row(node, depth))
        for call in calls.get(node.node, []):
            rows.extend(_sample_rows(call, depth + 1))
        waiting.extend((child, depth + 1) for child in reversed(children.get(node.node, [])))
    for call in calls.get("", []):
        rows.extend(_sample_rows(call, 0))
    return rows


def _node_row(node: NodeState, depth: int) -> CallRow:
    note = "" if node.score is None else f"{verdict_of(node)} {node.score:.3g}".strip()
    pruned = node.status == "pruned"
    if pruned:
        note = f"pruned: {node.reason}"
    text = " ".join(node.text.split()) or node.kind
    verdict = verdict_of(node)
    key = f"node {node.node}"
    return CallRow(key, depth, text, note, is_node=True, verdict=verdict, pruned=pruned)


def _sample_rows(call: CallState, depth: int) -> Iterator[CallRow]:
    if call.labels:
        note = " · ".join(_chances(call)) or "running"
        yield CallRow(f"{call.call} {_LABELS}", depth, f"{call.role}  labels scored", note)
    for index, sample in enumerate(call.samples):
        name = call.role if len(call.samples) == 1 else f"{call.role} {index + 1}"
        tokens = sample.completion_tokens or len(sample.tokens)
        ended = sample.finish_reason or "running"
        note = f"{count_text(tokens, 'token')} · {ended}"
        first = " ".join(sample.text[:200].split())
        yield CallRow(f"{call.call} {index}", depth, f"{name}  {first}", note)


def _chances(call: CallState) -> list[str]:
    """The labels of a call with their probabilities, once they are known."""
    pairs = zip(call.labels, call.probabilities, strict=False)
    return [f"{label} {chance:.0%}" for label, chance in pairs]


def detail_text(state: RunState, key: str) -> str:
    """A node in words, or a sample with the exact prompt before it."""
    name, _, sample = key.rpartition(" ")
    if name == "node":
        node = state.nodes.get(sample)
        return describe_node(node) if node is not None else ""
    call = state.calls.get(name)
    if call is None:
        return ""
    parts = [f"[{message.role}]\n{message.text}" for message in call.messages]
    if sample == _LABELS:
        parts.append("[labels]\n" + "\n".join(_chances(call)))
        return "\n\n".join(parts)
    shown = call.samples[int(sample)]
    if shown.reasoning:
        parts.append(f"[thought, {count_text(shown.reasoning_tokens, 'token')}]\n{shown.reasoning}")
    parts.append(f"[output, {shown.finish_reason or 'running'}]\n{shown.text}")
    if call.chain:
        values = ", ".join(f"{name} {value}" for name, value in call.effective.items())
        parts.append(f"[drawn with]\n{' → '.join(call.chain)}\n{values}")
    return "\n\n".join(parts)


def detail_heading(state: RunState, key: str) -> str:
    """What a call cost, in one line."""
    call = state.calls.get(key.rpartition(" ")[0])
    if call is None:
        return ""
    reused = call.prompt_tokens - call.evaluated_tokens
    words = f"{call.call} · prompt {count_text(call.prompt_tokens, 'token')}"
    if call.evaluated_tokens and reused > 0:
        words += f", {reused:,} reused"
    return f"{words} · {seconds_text(call.seconds)}"


class CallsModel(RowsModel[CallRow]):
    """The rows; while a run goes on, rows are added and changed, not made again."""

    def key(self, row: CallRow) -> str:
        return row.key

    def text(self, row: CallRow) -> str:
        return row.text

    def spoken(self, row: CallRow) -> str:
        return f"{'Node' if row.is_node else 'Call'}, level {row.depth}: {row.text}, {row.note}"


class _Delegate(RowDelegate):
    """Indent, verdict, text, note."""

    height = _ROW

    def paint_row(self, row: Row, index: Index) -> None:
        call: CallRow = index.data(Qt.ItemDataRole.UserRole)
        row.ground()
        row.inset(8 + min(call.depth, 12) * _INDENT, 8)
        if call.is_node:
            row.painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            place = QPointF(row.room.left() + 5, row.box.center().y() + 0.5)
            strength, tone = 0.5 if call.pruned else 1.0, call.verdict or "text-2"
            paint_verdict(row.painter, place, call.verdict, tone, strength, crossed=call.pruned)
        row.inset(_INDENT, 0)
        row.right(call.note, gap=12)
        tone = "text-3" if call.pruned else "text" if call.is_node else "text-2"
        row.left(call.text, "body" if call.is_node else "small", tone)


class CallList(QFrame):
    """The list above, the chosen node or call in full below."""

    def __init__(self) -> None:
        super().__init__()
        self._state = RunState()
        self.model = CallsModel()
        self.list = QListView()
        self.list.setAccessibleName("Nodes and calls")
        self.list.setModel(self.model)
        self.list.setItemDelegate(_Delegate(self))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.selectionModel().currentChanged.connect(self._show_detail)
        self.head = Label("", "small", "text-3", elide=True)
        self.text = StreamingText("Exact prompt and output", "code-small")
        self.text.setMinimumHeight(220)
        layout = column(self.list, self.head, self.text, gap=8)
        layout.setStretch(2, 1)
        self.setLayout(layout)

    def show_state(self, state: RunState) -> None:
        """Show the nodes and calls of a run; what was chosen stays so while it is the same run."""
        key = self._key() if state.run_id == self._state.run_id else ""
        self._state = state
        self.model.show_rows(call_rows(state))
        self.list.setFixedHeight(_ROW * max(1, min(len(self.model.rows), _ROWS_SHOWN)) + 2)
        keys = [row.key for row in self.model.rows]
        if key in keys:
            self.list.setCurrentIndex(self.model.index(keys.index(key)))
        elif keys:
            first = next((i for i, row in enumerate(self.model.rows) if not row.is_node), 0)
            self.list.setCurrentIndex(self.model.index(first))
        self._show_detail()

    def _key(self) -> str:
        row = self.list.currentIndex().row()
        return self.model.rows[row].key if 0 <= row < len(self.model.rows) else ""

    @Slot()
    def _show_detail(self) -> None:
        key = self._key()
        self.head.setText(detail_heading(self._state, key))
        self.text.set_text(detail_text(self._state, key), follow=False)
