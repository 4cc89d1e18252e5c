"""Two runs next to each other: what differs in settings, prompt, output and tokens."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from workbench.domain.errors import WorkbenchError
from workbench.domain.prompts.versions import DiffLine
from workbench.domain.runs.comparison import DiffPart
from workbench.domain.runs.pair import Parting, RunPair
from workbench.domain.text import count_text
from workbench.ui.bridge import Bridge
from workbench.ui.kit import Banner, Button, IconButton, Label, Section, column, row
from workbench.ui.kit.text.diff_view import DiffView
from workbench.ui.tasks import latest

_MOST_SAME = 9
_HEIGHT = 150
_TOP = Qt.AlignmentFlag.AlignTop


class PairView(QFrame):
    """The right side of History while two runs are chosen. Buttons are connected by the panel."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self.pair: RunPair | None = None
        self.setProperty("surface", "canvas")
        self.title = Label("Compare 2 runs", "heading")
        self.verdict = Label("", "small", "text-2", wrap=True)
        self.swap = Button("Swap", "retry", tip="Compare the other way round")
        self.close_pair = IconButton("close", "Compare no longer")
        head = QFrame()
        head.setProperty("surface", "panel")
        head.setProperty("rule", "bottom")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        first = row(self.title, None, self.swap, self.close_pair, gap=8)
        head.setLayout(column(first, self.verdict, margins=(16, 8, 12, 8), gap=4))
        self.notice = Banner(closable=False)
        self._facts = Section("Settings and figures", QWidget())
        self.prompt = DiffView("Prompts compared")
        self.output = DiffView("Outputs compared")
        for view in (self.prompt, self.output):
            view.setMinimumHeight(_HEIGHT)
        self._prompt_part = Section("Prompt as sent", self.prompt)
        self._output_part = Section("Output", self.output)
        self._token_part = Section("First token that differs", QWidget())
        body = QFrame()
        body.setProperty("surface", "canvas")
        parts = (self._facts, self._token_part, self._prompt_part, self._output_part)
        body.setLayout(column(*parts, None, margins=(16, 12, 16, 16), gap=16))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(body)
        layout = column(head, self.notice, scroll, gap=0)
        layout.setStretch(2, 1)
        self.setLayout(layout)
        self.notice.hide()

    @latest
    async def compare(self, left: int, right: int) -> None:
        """Read two runs and show them."""
        try:
            pair = await self._bridge.ask(lambda core: core.pairs.compare(left, right))
        except WorkbenchError as error:
            self.notice.show_message(str(error), "bad")
            return
        self.notice.hide()
        self.show_pair(pair)

    def show_pair(self, pair: RunPair) -> None:
        """Show two runs that were compared."""
        self.pair = pair
        self.title.setText(f"Run {pair.left_id:,} and run {pair.right_id:,}")
        self.verdict.setText(f"What they wrote {_verdict(pair)}")
        self._facts.set_body(_facts_grid(pair))
        self.prompt.show_lines(pair.prompt)
        self._prompt_part.note.setText(_changes(self.prompt))
        self.output.show_lines(_lines(pair.output))
        self._output_part.note.setText("the same" if pair.same_output else "words that differ")
        parting = pair.parting
        self._token_part.setVisible(parting is not None)
        if parting is not None:
            self._token_part.note.setText(
                f"token {parting.number:,} of {parting.left_count:,} and {parting.right_count:,}"
            )
            self._token_part.set_body(_token_grid(parting))

    @Slot()
    def forget(self) -> None:
        """Show nothing."""
        self.pair = None


def _verdict(pair: RunPair) -> str:
    verdict = pair.verdict
    return "is identical." if verdict == "identical" else f"{verdict}."


def _changes(view: DiffView) -> str:
    if not view.added and not view.removed:
        return "the same"
    return f"{count_text(view.added, 'line')} added, {view.removed:,} removed"


def _lines(parts: tuple[DiffPart, ...]) -> list[DiffLine]:
    """The compared words as one stretch of text, for the view of differences."""
    kept = [part for part in parts if part.text]
    whole = "".join(part.text for part in kept)
    if all(part.kind == "same" for part in kept):
        return [DiffLine("same", line) for line in whole.split("\n")]
    return [DiffLine("inserted", whole, parts=tuple(kept))]


def _facts_grid(pair: RunPair) -> QWidget:
    body, grid = _grid()
    grid.addWidget(Label(f"Run {pair.left_id:,}", "body-strong"), 0, 1)
    grid.addWidget(Label(f"Run {pair.right_id:,}", "body-strong"), 0, 2)
    different = [fact for fact in pair.facts if not fact.is_same]
    for place, fact in enumerate(different, start=1):
        grid.addWidget(Label(fact.name, "small", "text-3"), place, 0, _TOP)
        grid.addWidget(Label(fact.left or "–", "small", wrap=True), place, 1, _TOP)
        right = f"{fact.right or '–'}  {fact.change}".rstrip()
        grid.addWidget(Label(right, "small", wrap=True), place, 2, _TOP)
    same = [fact.name for fact in pair.facts if fact.is_same]
    shown = ", ".join(same[:_MOST_SAME])
    if len(same) > _MOST_SAME:
        shown += f" and {len(same) - _MOST_SAME} more"
    last = len(different) + 1
    grid.addWidget(Label("The same", "small", "text-3"), last, 0, _TOP)
    label = Label(shown or "nothing", "small", "text-2", wrap=True)
    label.setToolTip(", ".join(f"{fact.name}: {fact.left}" for fact in pair.facts if fact.is_same))
    grid.addWidget(label, last, 1, 1, 2)
    return body


def _token_grid(parting: Parting) -> QWidget:
    body, grid = _grid()
    for place, each in enumerate(parting.candidates):
        grid.addWidget(Label(_visible(each.text), "code-small"), place, 0)
        for side, probability in enumerate((each.left, each.right), start=1):
            words = "not kept" if probability is None else f"{probability:.2f}"
            grid.addWidget(Label(words, "small", "text-2"), place, side)
    return body


def _visible(text: str) -> str:
    return text.replace("\n", "⏎").replace(" ", "·") or "(nothing)"


def _grid() -> tuple[QWidget, QGridLayout]:
    body = QWidget()
    grid = QGridLayout(body)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(1, 1)
    grid.setColumnStretch(2, 1)
    return body, grid
