"""The page of the X-ray that sets the prompt against one of its older runs."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from workbench.domain.views import RunSummary
from workbench.domain.xray import AnswerChange
from workbench.ui.design.xray_model import XRayModel
from workbench.ui.design.xray_tokens import TokenHeat
from workbench.ui.runs.words import seconds_text
from workbench.ui.widgets import Banner, Button, Chooser, Label, PrimaryButton, column, row, rule
from workbench.ui.widgets.heat import nats

_ALL_ROOM = 1000
_FOR = (
    "Choose a run of this prompt. Its answer is scored under the prompt as it was and as it is "
    "now, token by token: so you see whether the prompt or the dice made the difference."
)
_NO_RUNS = "This prompt has no finished run with the strategy Direct yet. Run it first."
_LEGEND = "Blue is more likely under the prompt as it is now; red and dotted is less likely."


class RunsPage(QWidget):
    """A run to choose, and its answer and ours under both prompts.

    Signals:
        compare_wanted(int): with the run of that id.
    """

    compare_wanted = Signal(int)

    def __init__(self, model: XRayModel) -> None:
        super().__init__()
        self._model = model
        self.chooser = Chooser("Run to compare with")
        self.start = PrimaryButton("Compare", "compare")
        self.stop = Button("Stop", "stop")
        self.banner = Banner(closable=False)
        self.empty = Label(_FOR, "body", "text-3", wrap=True)
        self.sentence = Label("", "body-strong", wrap=True)
        self.legend = Label(_LEGEND, "small", "text-3", wrap=True)
        self.old = _AnswerView("The run's answer")
        self.new = _AnswerView("The present answer")
        self._results = QWidget()
        self._build()
        self.start.clicked.connect(self._on_start)
        self.stop.clicked.connect(model.cancel_comparison)
        model.runs_changed.connect(self._on_runs)
        model.compared.connect(self._show)
        self._on_runs()

    def _build(self) -> None:
        choice = row(self.chooser, self.start, self.stop, margins=(16, 8, 16, 8))
        choice.setStretch(0, 1)
        words = column(self.sentence, self.legend, margins=(16, 12, 16, 8), gap=4)
        found = column(rule(), words, self.old, self.new, gap=0)
        found.setStretch(2, 1)
        found.setStretch(3, 1)
        self._results.setLayout(found)
        self.empty.setContentsMargins(16, 8, 16, 16)
        outer = column(choice, self.banner, self.empty, gap=0)
        outer.addWidget(self._results, _ALL_ROOM)
        outer.addStretch(1)
        self.setLayout(outer)

    @Slot()
    def _on_runs(self) -> None:
        chosen = self.chooser.currentData()
        self.chooser.blockSignals(True)
        self.chooser.clear()
        for run in self._model.runs:
            self.chooser.add_choice(f"Run {run.run_id}", run.run_id, note=_note(run))
        self.chooser.choose(chosen)
        self.chooser.blockSignals(False)
        self._show()

    @Slot()
    def _on_start(self) -> None:
        run_id = self.chooser.currentData()
        if run_id is not None:
            self.compare_wanted.emit(run_id)

    @Slot()
    def _show(self) -> None:
        model, found = self._model, self._model.comparison
        if model.comparison_error:
            self.banner.show_message(model.comparison_error)
        else:
            self.banner.hide()
        self.start.setVisible(not model.comparing)
        self.start.setEnabled(bool(model.runs))
        self.chooser.setEnabled(bool(model.runs) and not model.comparing)
        self.stop.setVisible(model.comparing)
        self.empty.setText(
            "Scoring both answers" if model.comparing else _FOR if model.runs else _NO_RUNS
        )
        self.empty.setVisible(found is None)
        self._results.setVisible(found is not None)
        if found is not None:
            self.sentence.setText(found.sentence)
            self.old.show_answer(found.old)
            self.new.setVisible(found.new is not None)
            if found.new is not None:
                self.new.show_answer(found.new)


class _AnswerView(QWidget):
    """An answer's tokens and what changed, with the strongest named."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._words = ""
        self.note = Label("", "small", "text-3", elide=True)
        self.tokens = TokenHeat(f"{title}, tinted by what the prompt changes")
        self.tokens.told.connect(self._on_token)
        layout = column(
            rule(),
            row(Label(title, "micro", "text-2"), None, margins=(16, 8, 16, 0)),
            row(self.tokens, margins=(8, 0, 8, 0)),
            row(self.note, margins=(16, 0, 16, 8)),
            gap=0,
        )
        layout.setStretch(2, 1)
        self.setLayout(layout)

    def show_answer(self, answer: AnswerChange) -> None:
        """Show an answer under both prompts."""
        strongest = answer.strongest
        self._words = f"{nats(answer.mean_change)} nats a token"
        if strongest is not None:
            text = strongest.text.replace("\n", "⏎")
            self._words += f" · most at “{text}”: {nats(strongest.change)}"
        self.tokens.show_tokens(
            [token.text for token in answer.tokens],
            [token.change for token in answer.tokens],
            [
                f"{nats(token.old)} then, {nats(token.new)} now: {nats(token.change)} nats"
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
