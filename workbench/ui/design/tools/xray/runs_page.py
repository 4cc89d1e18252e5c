"""X-ray page: the prompt against one of its older runs."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from workbench.domain.runs.xray import AnswerChange, Counterfactual
from workbench.domain.text import seconds_text
from workbench.domain.views import RunSummary
from workbench.ui.design.tools.xray.model import XRayModel
from workbench.ui.design.tools.xray.token_view import TokenHeat
from workbench.ui.kit import Banner, Button, Chooser, Label, column, row, rule
from workbench.ui.kit.heat import nats

_ALL_ROOM = 1000
_NOW = 0
"""In place of a run's number: the prompt in the editor."""
_FOR = (
    "Choose a run of this prompt. Its answer is scored under the prompt as it was and as it is "
    "now, or under that of another run, token by token: so you see whether the prompt or the dice "
    "made the difference."
)
_NO_RUNS = "This prompt has no finished run with the strategy Direct yet. Run it first."
_LEGEND = "Blue is more likely under {}; red and dotted is less likely."
_PRESENT = "Prompt in the editor"


class RunsPage(QWidget):
    """A run to choose and what it is set against; both answers under both prompts.

    Signals:
        compare_wanted(int, int): the run, and the other run or 0 for the prompt in the editor.
        controls_changed(): its button came, went, or can be pressed or not.
    """

    compare_wanted = Signal(int, int)
    controls_changed = Signal()

    def __init__(self, model: XRayModel) -> None:
        super().__init__()
        self._model = model
        self._notes: dict[int, str] = {}
        """Of runs that were asked for from elsewhere; they may be of other strategies."""
        self.chooser = Chooser("Run to compare with")
        self.other = Chooser("What it is compared with")
        self.start = Button("Compare", "compare")
        self.stop = Button("Stop", "stop")
        self.banner = Banner(closable=False)
        self.empty = Label(_FOR, "body", "text-3", wrap=True)
        self.sentence = Label("", "body-strong", wrap=True)
        self.legend = Label("", "small", "text-3", wrap=True)
        self.old = _AnswerView()
        self.new = _AnswerView()
        self._results = QWidget()
        self._build()
        self.start.clicked.connect(self._on_start)
        self.stop.clicked.connect(model.cancel_comparison)
        self.chooser.activated.connect(self._show)
        self.other.activated.connect(self._show)
        model.runs_changed.connect(self._on_runs)
        model.compared.connect(self._show)
        self._on_runs()

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(16, 8, 16, 8)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        grid.addWidget(Label("Answer of", "small", "text-3"), 0, 0)
        grid.addWidget(self.chooser, 0, 1)
        grid.addWidget(Label("against", "small", "text-3"), 1, 0)
        grid.addWidget(self.other, 1, 1)
        grid.addWidget(self.start, 1, 2)
        grid.addWidget(self.stop, 1, 2)
        words = column(self.sentence, self.legend, margins=(16, 12, 16, 8), gap=4)
        found = column(rule(), words, self.old, self.new, gap=0)
        found.setStretch(2, 1)
        found.setStretch(3, 1)
        self._results.setLayout(found)
        self.empty.setContentsMargins(16, 8, 16, 16)
        outer = column(gap=0)
        outer.addLayout(grid)
        outer.addWidget(self.banner)
        outer.addWidget(self.empty)
        outer.addWidget(self._results, _ALL_ROOM)
        outer.addStretch(1)
        self.setLayout(outer)

    def choose(self, old: int, new: int, notes: Mapping[int, str]) -> None:
        """Choose two runs, each with a short description that distinguishes it."""
        self._notes = dict(notes)
        self._on_runs()
        self.chooser.choose(old)
        self.other.choose(new)
        self._show()

    @Slot()
    def _on_runs(self) -> None:
        listed = {run.run_id: _note(run) for run in self._model.runs}
        notes = {run_id: note for run_id, note in self._notes.items() if run_id not in listed}
        for chooser in (self.chooser, self.other):
            chosen = chooser.currentData()
            with QSignalBlocker(chooser):
                chooser.clear()
                if chooser is self.other:
                    chooser.add_choice(_PRESENT, _NOW)
                for run_id, note in {**notes, **listed}.items():
                    chooser.add_choice(f"Run {run_id:,}", run_id, note=note)
                chooser.choose(chosen)
        self._show()

    @Slot()
    def _on_start(self) -> None:
        old, new = self.chooser.currentData(), self.other.currentData()
        if old is not None:
            self.compare_wanted.emit(old, new or _NOW)

    @Slot()
    def _show(self) -> None:
        model, found = self._model, self._model.comparison
        if model.comparison_error:
            self.banner.show_message(model.comparison_error)
        else:
            self.banner.hide()
        some = self.chooser.count() > 0
        same = self.chooser.currentData() == self.other.currentData()
        self.start.setVisible(not model.comparing)
        self.start.setEnabled(some and not same)
        self.controls_changed.emit()
        self.start.setToolTip("Choose two different runs" if some and same else "")
        for chooser in (self.chooser, self.other):
            chooser.setEnabled(some and not model.comparing)
        self.stop.setVisible(model.comparing)
        self.empty.setText(
            "Scoring both answers" if model.comparing else _FOR if some else _NO_RUNS
        )
        self.empty.setVisible(found is None)
        self._results.setVisible(found is not None)
        if found is not None:
            self._show_found(found)

    def _show_found(self, found: Counterfactual) -> None:
        old, new = self._model.compared_runs
        under = f"the prompt of run {new:,}" if new else "the prompt in the editor"
        self.sentence.setText(found.sentence)
        self.legend.setText(_LEGEND.format(under))
        ends = (f"run {old:,}", f"run {new:,}" if new else "editor")
        self.old.show_answer(f"Answer of run {old:,}", found.old, ends)
        self.new.setVisible(found.new is not None)
        if found.new is not None:
            title = f"Answer of run {new:,}" if new else "The answer to explain"
            self.new.show_answer(title, found.new, ends)


class _AnswerView(QWidget):
    """An answer's tokens and what changed, with the strongest named."""

    def __init__(self) -> None:
        super().__init__()
        self._words = ""
        self.title = Label("", "micro", "text-2")
        self.note = Label("", "small", "text-3", elide=True)
        self.tokens = TokenHeat("Answer, tinted by what the prompt changes")
        self.tokens.described.connect(self._on_token)
        layout = column(
            rule(),
            row(self.title, None, margins=(16, 8, 16, 0)),
            row(self.tokens, margins=(8, 0, 8, 0)),
            row(self.note, margins=(16, 0, 16, 8)),
            gap=0,
        )
        layout.setStretch(2, 1)
        self.setLayout(layout)

    def show_answer(self, title: str, answer: AnswerChange, ends: tuple[str, str]) -> None:
        """Show an answer under two prompts, whose names are ``ends``."""
        self.title.setText(title)
        self.tokens.setAccessibleName(f"{title}, tinted by what the prompt changes")
        strongest = answer.strongest
        self._words = f"{nats(answer.mean_change)} nats a token"
        if strongest is not None:
            text = strongest.text.replace("\n", "⏎")
            self._words += f" · most at “{text}”: {nats(strongest.change)}"
        self.tokens.show_tokens(
            [token.text for token in answer.tokens],
            [token.change for token in answer.tokens],
            [
                f"{nats(token.old)} ({ends[0]}), {nats(token.new)} ({ends[1]}): "
                f"{nats(token.change)} nats"
                for token in answer.tokens
            ],
        )
        self._on_token("")

    @Slot(str)
    def _on_token(self, words: str) -> None:
        self.note.setText(words or self._words)


def _note(run: RunSummary) -> str:
    answer = " ".join((run.answer or "").split())
    return f"{answer} · {seconds_text(run.seconds)}" if answer else seconds_text(run.seconds)
