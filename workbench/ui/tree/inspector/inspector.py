"""The inspector: one node, the call that wrote it, and the actions on it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea

from workbench.domain.runs.nodes import HAND, NodeState
from workbench.domain.runs.run_state import RunState
from workbench.domain.text import count_text, seconds_text
from workbench.ui.kit import (
    Button,
    IconButton,
    Label,
    Section,
    StreamingText,
    column,
    row,
)
from workbench.ui.tree.canvas.card_text import score_text
from workbench.ui.tree.canvas.outline import Outline
from workbench.ui.tree.canvas.value_bars import ValueBars
from workbench.ui.tree.inspector.alternatives import Alternatives
from workbench.ui.tree.inspector.thought_origin import (
    Origin,
    origin_of,
    path_to,
    rank_of,
    reused_tokens,
    seconds_saved,
    value_words,
)
from workbench.ui.tree.inspector.token_view import TokenView
from workbench.ui.tree.view_model import TreeModel

WIDTH = 348
_BY_HAND = "No call of the model wrote this text."
_START = "What the search starts from."


class Inspector(QFrame):
    """Shows the model's current node. The panel connects the buttons.

    Signals:
        fork_wanted(str): write on from the pointed token with this text.
    """

    fork_wanted = Signal(str)

    def __init__(self, model: TreeModel) -> None:
        super().__init__()
        self._model = model
        self.origin: Origin | None = None
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self._make_head()
        self._make_buttons()
        self._make_parts()
        self._lay_out()
        self.tokens.pointed.connect(self._on_pointed)
        self.tokens.entered.connect(self._on_entered)
        self.tokens.chosen.connect(self._on_digit)
        self.alternatives.fork_wanted.connect(self.fork_wanted)
        self.outline.picked.connect(model.select)
        self._outline_part.head.clicked.connect(self.show_outline)

    # --- building -----------------------------------------------------------------------------

    def _make_head(self) -> None:
        self.path = Label("", "code-small", "text-2")
        self.back = IconButton("chevron-left", "Node before")
        self.forward = IconButton("chevron-right", "Next node")
        self.thought = Label("", "heading", wrap=True)
        self.thought.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.score = Label("", "heading")
        self.facts = Label("", "small", "text-2", wrap=True)
        head = row(Label("Node", "body-strong"), self.path, None, self.back, self.forward)
        head.setContentsMargins(16, 0, 8, 0)
        self._head = QFrame()
        self._head.setFixedHeight(36)
        self._head.setProperty("rule", "bottom")
        self._head.setLayout(head)

    def _make_buttons(self) -> None:
        self.fork = Button("Fork from here", "fork", keys="F", tip="Continue from another token")
        self.boost = Button("Boost", "chevrons-up", keys="B", tip="Raise its value")
        self.chat = Button(
            "Continue in chat", "chat", keys="C", tip="Continue the conversation yourself"
        )
        self.prune = Button("Prune", "scissors", keys="P", tip="Do not continue from it")
        self.grow = Button("Grow", "grow", keys="G", tip="Continue the search from here")
        self.edit = Button("Edit", "edit", keys="E", tip="Change the thought")
        self.add = Button("Add", "plus", keys="A", tip="Add a thought next to it")
        self.case = Button("Save as a case", "file-plus", keys="S", tip="A row of a data set")
        self.buttons = (
            self.fork, self.boost, self.chat, self.prune, self.grow, self.edit, self.add, self.case
        )  # fmt: skip
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(8)
        for index, button in enumerate((self.fork, self.boost, self.chat, self.prune)):
            grid.addWidget(button, index // 2, index % 2 * 3, 1, 3)
        for index, button in enumerate((self.grow, self.edit, self.add)):
            grid.addWidget(button, 2, index * 2, 1, 2)
        grid.addWidget(self.case, 3, 0, 1, 6)
        for index in range(6):
            grid.setColumnStretch(index, 1)
        self._grid = grid

    def _make_parts(self) -> None:
        self.bars = ValueBars()
        self._value_part = Section("Value", self.bars)
        self.tokens = TokenView()
        self.no_tokens = Label("", "small", "text-3", wrap=True)
        output = QFrame()
        output.setLayout(column(self.tokens, self.no_tokens, gap=4))
        self._output_part = Section("Output", output)
        self.answer = StreamingText("Answer from here", "body", surface="panel")
        self.answer.fit_height(20, 160)
        self._answer_part = Section("Answer from here", self.answer)
        self.prompt = StreamingText("Exact prompt", "code-small", surface="panel")
        self.prompt.fit_height(20, 420)
        self._prompt_part = Section("Exact prompt", self.prompt)
        self.outline = Outline()
        self._outline_part = Section("Outline", self.outline, opened=False)
        self.cost = Label("", "small", "text-2", elide=True)
        self.saved = Label("", "small", "text-2")

    def _lay_out(self) -> None:
        title = row(self.thought, self.score, gap=8)
        title.setStretch(0, 1)
        title.setAlignment(self.score, Qt.AlignmentFlag.AlignTop)
        self._about = QFrame()
        top = column(title, self.facts, 6, self._grid, margins=(16, 10, 16, 12), gap=2)
        self._about.setLayout(top)
        self._about.setProperty("rule", "bottom")
        self._body = QFrame()
        self._body.setLayout(
            column(
                self._value_part, self._output_part, self._answer_part, self._prompt_part,
                self._outline_part, None, margins=(16, 10, 16, 16), gap=14,
            )
        )  # fmt: skip
        self.alternatives = Alternatives(self)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._body)
        self._scroll.verticalScrollBar().valueChanged.connect(self.alternatives.hide)
        foot = QFrame()
        foot.setFixedHeight(32)
        foot.setProperty("rule", "top")
        line = row(self.cost, self.saved, margins=(16, 0, 16, 0))
        line.setStretch(0, 1)
        foot.setLayout(line)
        layout = column(self._head, self._about, self._scroll, foot, gap=0)
        layout.setStretch(2, 1)
        self.setLayout(layout)

    # --- showing ------------------------------------------------------------------------------

    @Slot()
    def show_node(self) -> None:
        """Show the current node as it is at the place that is looked at."""
        state, node = self._model.state, self._model.current
        for button in self.buttons:
            button.setEnabled(node is not None)
        self._body.setVisible(node is not None)
        self._about.setVisible(node is not None)
        if node is None:
            self.path.setText("not there yet" if self._model.node else "")
            self.cost.setText("")
            self.saved.setText("")
            return
        self.origin = origin_of(state, node)
        self._show_about(state, node)
        self._show_output(node)
        self._show_prompt()
        self._show_cost(state)
        answer = state.calls.get(f"{node.node}/answer")
        text = answer.samples[0].text if answer is not None and answer.samples else ""
        self._answer_part.setVisible(bool(text) and bool(node.parent))
        self.answer.set_text(text, follow=False)
        if self._outline_part.is_open:
            self.outline.show_node(node.node)

    @Slot()
    def show_outline(self) -> None:
        """Bring the outline up to date, where it is open."""
        if self._outline_part.is_open:
            self.outline.show_state(self._model.state, self._model.node)

    def _show_about(self, state: RunState, node: NodeState) -> None:
        self.path.setText(node.node)
        self.path.setAccessibleName(f"Node {node.node}")
        self.thought.setText(" ".join(node.text.split())[:600] or node.kind)
        self.score.setText("" if node.score is None else score_text(node.score + node.boost))
        self.facts.setText(" · ".join(_facts(state, node)))
        self.bars.show_node(node)
        self._value_part.setVisible(bool(self.bars.bars))
        self._value_part.note.setText(value_words(node))
        can_fork = bool(self.origin and self.origin.tokens)
        self.fork.setEnabled(can_fork)
        self.prune.setEnabled(bool(node.parent) and node.status != "pruned")
        self.boost.setEnabled(bool(node.parent))

    def _show_output(self, node: NodeState) -> None:
        origin = self.origin
        if origin is None:
            self.tokens.show_tokens((), "")
            self.alternatives.hide()
            self.no_tokens.setText(_BY_HAND if node.parent else _START)
            self._output_part.note.setText("")
        else:
            before = self.tokens.tokens
            self.tokens.show_tokens(origin.tokens, origin.text)
            if before != self.tokens.tokens:
                self.alternatives.hide()
            count = len(origin.tokens)
            known = f"{count_text(count, 'token')}, lower probability is stronger" if count else ""
            self._output_part.note.setText(known)
            kept = "The text before these tokens was kept." if origin.call.prefix else ""
            self.no_tokens.setText(kept if count else "Token probabilities were not recorded.")
        self.tokens.setVisible(origin is not None)
        self.no_tokens.setVisible(bool(self.no_tokens.text()))

    def _show_prompt(self) -> None:
        call = self.origin.call if self.origin is not None else None
        self._prompt_part.setVisible(call is not None)
        if call is None:
            return
        parts = [f"{each.role}\n{each.text}" for each in call.messages]
        self.prompt.set_text("\n\n".join(parts), follow=False)
        reused = reused_tokens(call)
        note = count_text(call.prompt_tokens, "token") if call.prompt_tokens else ""
        self._prompt_part.note.setText(f"{note}, {reused:,} reused" if reused else note)

    def _show_cost(self, state: RunState) -> None:
        call = self.origin.call if self.origin is not None else None
        words = saved = ""
        if call is not None and call.seconds:
            written = sum(sample.completion_tokens for sample in call.samples)
            words = f"Read {call.evaluated_tokens:,}, wrote {count_text(written, 'token')}"
            words += f" in {seconds_text(call.seconds)}"
            found = seconds_saved(state, call)
            saved = f"reuse saved {seconds_text(found)}" if found is not None else ""
        self.cost.setText(words)
        self.saved.setText(saved)
        self.saved.setVisible(bool(saved))

    # --- tokens -------------------------------------------------------------------------------

    @Slot()
    def point_weakest(self) -> None:
        """Go to the token the model was least sure of and show what it might have been."""
        self.tokens.setFocus()
        self.tokens.point(self.tokens.weakest())
        self._on_entered()

    @Slot(int)
    def _on_pointed(self, index: int) -> None:
        origin = self.origin
        if index < 0 or origin is None or not origin.tokens:
            if not self.alternatives.isAncestorOf(self.focusWidget() or self):
                self.alternatives.hide()
            return
        self.alternatives.show_token(self.tokens.tokens[index])
        box = self.tokens.box_of(index)
        corner = self.tokens.mapTo(self, box.bottomLeft().toPoint())
        over = self.alternatives
        left = min(corner.x() - 12, self.width() - over.width() - 8)
        top = corner.y() + 6
        if top + over.height() > self.height() - 8:
            top = max(corner.y() - round(box.height()) - 6 - over.height(), 8)
        over.move(QPoint(max(left, 8), top))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.alternatives.isVisible():
            self._on_pointed(self.tokens.current)

    @Slot()
    def _on_entered(self) -> None:
        if not self.alternatives.isVisible():  # put away, and the token is the same
            self._on_pointed(self.tokens.current)
        if self.alternatives.isVisible():
            rows = self.alternatives.rows
            (rows if rows.choices else self.alternatives.other).setFocus()

    @Slot(int)
    def _on_digit(self, number: int) -> None:
        rows = self.alternatives.rows
        if self.alternatives.isVisible() and 0 < number <= len(rows.choices):
            rows.choose(number - 1)
            rows.setFocus()


def _facts(state: RunState, node: NodeState) -> list[str]:
    """State, way and standing of a node, in short parts."""
    facts = [f"left {node.state}"] if node.state else []
    before = [" ".join(step.text.split()) for step in path_to(state, node)[:-1] if step.parent]
    if before:
        facts.append(f"after {before[-1][:60]}")
    rank = rank_of(state, node)
    if rank is not None:
        facts.append(f"rank {rank[0]} of {rank[1]:,}")
    if node.status == "pruned":
        facts.append(f"pruned: {node.reason}" if node.reason else "pruned")
    if not node.legal:
        facts.append("not allowed")
    if node.reachable is not None and not node.solved:
        facts.append("goal still reachable" if node.reachable else "goal out of reach")
    facts += ["solved"] if node.solved else []
    facts += [f"{node.visits:,} visits"] if node.visits else []
    facts += [f"boosted by {node.boost:g}"] if node.boost else []
    if node.edited:
        facts.append("edited by hand")
        if node.score is not None and not node.labels and not node.probabilities:
            facts.append("value of the thought before")
    elif node.kind == HAND:
        facts.append("added by hand")
    return facts
