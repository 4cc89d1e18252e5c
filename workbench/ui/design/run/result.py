"""The run of the current prompt, as it comes, and whether it still belongs to what is shown."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QStackedWidget, QWidget

from workbench.domain.runs.comparison import is_right
from workbench.domain.runs.made_with import QUESTION, Aspect, describe_question
from workbench.ui.bridge import Bridge
from workbench.ui.kit import (
    Banner,
    EmptyState,
    GhostButton,
    IconButton,
    Label,
    Pane,
    StreamingText,
    column,
    dim,
    row,
    set_tone,
    strip,
)
from workbench.ui.runs.answer_card import AnswerCard
from workbench.ui.runs.metrics import Metrics
from workbench.ui.runs.run_model import RunModel
from workbench.ui.runs.sections import SearchSection, sections
from workbench.ui.runs.words import answer_rule, cut_sentence, error_sentence, state_word


class MadeWithLine(QFrame):
    """Says that an answer is to something else than what is shown, and what can be done.

    Signals:
        show_wanted(): the prompt as the run had it. run_wanted(): a run of what is shown.
    """

    show_wanted = Signal()
    run_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("surface", "raised")
        self.setProperty("rule", "bottom")
        self.text = Label("", "small", "text-2", wrap=True)
        self.show_it = GhostButton("Show it", tip="Restore the text and inputs of this run")
        self.again = GhostButton("Run again", tip="Run what is shown now")
        self.show_it.clicked.connect(self.show_wanted)
        self.again.clicked.connect(self.run_wanted)
        layout = row(self.text, self.show_it, self.again, margins=(16, 2, 8, 2), gap=4)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.hide()

    def show_aspects(self, aspects: tuple[Aspect, ...]) -> None:
        """Say what differs; nothing does for no aspects."""
        self.text.setText(describe_question(aspects))
        set_tone(self.text, "warn" if QUESTION.intersection(aspects) else "text-2")
        self.setVisible(bool(aspects))


class ResultPane(Pane):
    """Follows one run: state in words, numbers, output, answer.

    Signals:
        history_wanted(int), tree_wanted(int): open the run there.
        prompt_wanted(): show the prompt as the run had it. run_wanted(): run what is shown.
    """

    history_wanted = Signal(int)
    tree_wanted = Signal(int)
    prompt_wanted = Signal()
    run_wanted = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.setAccessibleName("Result")
        self._bridge = bridge
        self.model: RunModel | None = None
        self._aspects: tuple[Aspect, ...] = ()
        self._expected = ""
        self._known = True
        self.word = Label("", "body-strong", "text-2")
        self.open_button = IconButton("history", "Open in History")
        self.open_button.clicked.connect(self._on_history)
        self.metrics = Metrics("direct")
        self.banner = Banner(closable=False)
        self.made_with = MadeWithLine()
        self.card = AnswerCard()
        self._sections = sections("direct")
        self.empty = EmptyState("Not run yet", "The answer of the prompt will be here.")
        self._run = QWidget()
        self._pages = QStackedWidget()
        self._build()
        for text in self.findChildren(StreamingText):
            text.setProperty("surface", "panel")
        self.made_with.show_wanted.connect(self.prompt_wanted)
        self.made_with.run_wanted.connect(self.run_wanted)
        for section in self._sections:
            if isinstance(section, SearchSection):
                section.tree_wanted.connect(self._on_tree)

    def _build(self) -> None:
        parts = column(margins=(16, 12, 16, 0), gap=12)
        for section in self._sections:
            parts.addWidget(section, 1)
        parts.addStretch(0)
        body = column(self.metrics, parts, gap=0)
        body.addLayout(column(self.card, margins=(16, 12, 16, 16)))
        body.setStretch(1, 1)
        self._run.setLayout(body)
        shown = QWidget()
        head = strip(row(self.word, None, self.open_button, margins=(16, 0, 8, 0)))
        layout = column(head, self.made_with, self.banner, self._run, gap=0)
        layout.setStretch(3, 1)
        shown.setLayout(layout)
        self._pages.addWidget(self.empty)
        self._pages.addWidget(shown)
        self._pages.addWidget(QWidget())
        self.body.addWidget(self._pages, 1)

    def follow(self, model: RunModel | None, *, known: bool = True) -> None:
        """Show what ``model`` runs.

        Args:
            model: None shows that there is nothing yet.
            known: False where it is not known yet whether there is a run: the page stays empty.
        """
        self._known = known
        if self.model is not None and self.model is not model:
            self.model.changed.disconnect(self._on_changed)
        if self.model is not model:
            self.model = model
            if model is not None:
                model.changed.connect(self._on_changed)
        if model is not None:
            for section in self._sections:
                section.set_tone(model.info.short)
                section.set_params(model.params)
        self._on_changed()

    def show_made_with(self, aspects: tuple[Aspect, ...], expected: str) -> None:
        """Say what the run was made with that is not shown any more.

        Args:
            aspects: what differs; without any the answer is judged.
            expected: the right answer to what is shown, "" where it is not known.
        """
        self._aspects, self._expected = aspects, expected.strip()
        self.made_with.show_aspects(aspects)
        dim((self._run,), bool(QUESTION.intersection(aspects)))
        self._show_verdict()

    def _show_verdict(self) -> None:
        state = self.model.state if self.model is not None else None
        is_shown = not QUESTION.intersection(self._aspects)
        judged = state is not None and state.status == "done" and is_shown
        right = is_right(state.answer, self._expected) if judged and state is not None else None
        self.card.show_verdict(right, self._expected)

    @Slot()
    def _on_changed(self) -> None:
        model = self.model
        is_empty = model is None or model.phase == "idle"
        self._pages.setCurrentIndex((0 if self._known else 2) if is_empty else 1)
        if model is None:
            return
        state = model.state
        self.metrics.show_state(state, model.share())
        if model.error or (state is not None and state.error):
            text = model.error or error_sentence(state.error if state else None)
            self.banner.show_message(text)
        elif model.can_resume and state is not None:
            self.banner.show_message(cut_sentence(state), "warn", "Resume", model.resume)
        else:
            self.banner.hide()
        if state is not None:
            self.word.setText(state_word(state, model.params).text)
            for section in self._sections:
                section.show_state(state)
        else:
            self.word.setText("Starting" if model.busy else "Not started")
            for section in self._sections:
                section.hide()
        self.card.show_state(state, answer_rule(state, model.params))
        self._show_verdict()
        self.open_button.setEnabled(model.run_id is not None)

    @Slot()
    def _on_history(self) -> None:
        if self.model is not None and self.model.run_id is not None:
            self.history_wanted.emit(self.model.run_id)

    @Slot()
    def _on_tree(self) -> None:
        if self.model is not None and self.model.run_id is not None:
            self.tree_wanted.emit(self.model.run_id)
