"""The run of the current prompt, as it comes."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot

from workbench.ui.bridge import Bridge
from workbench.ui.runs.answer_card import AnswerCard
from workbench.ui.runs.metrics import Metrics
from workbench.ui.runs.run_model import RunModel
from workbench.ui.runs.sections import sections
from workbench.ui.runs.words import answer_rule, error_sentence, state_word
from workbench.ui.widgets import Banner, IconButton, Label, Pane, column, set_tone


class ResultPane(Pane):
    """Follows one run: state in words, numbers, output, answer.

    Signals:
        closed(): the person wants the preview back. history_wanted(int): open the run there.
    """

    closed = Signal()
    history_wanted = Signal(int)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__("Result")
        self.setMinimumWidth(260)
        self._bridge = bridge
        self.model: RunModel | None = None
        self.word = Label("", "small", "text-2")
        self.open_button = IconButton("history", "Open in History")
        self.open_button.clicked.connect(self._on_history)
        self.close_button = IconButton("close", "Back to the rendered prompt")
        self.close_button.clicked.connect(self.closed)
        for widget in (self.word, self.open_button, self.close_button):
            self.header.addWidget(widget)
        self.metrics = Metrics("direct")
        self.banner = Banner(closable=False)
        self.card = AnswerCard()
        self._sections = sections("direct")
        self.body.addWidget(self.metrics)
        self.body.addWidget(self.banner)
        parts = column(margins=(12, 8, 12, 0), gap=8)
        for section in self._sections:
            parts.addWidget(section, 1)
        parts.addStretch(0)
        self.body.addLayout(parts, 1)
        self.body.addLayout(column(self.card, margins=(16, 8, 16, 16)))

    def follow(self, model: RunModel) -> None:
        """Show what ``model`` runs."""
        if self.model is not None and self.model is not model:
            self.model.changed.disconnect(self._on_changed)
        if self.model is not model:
            self.model = model
            model.changed.connect(self._on_changed)
        for section in self._sections:
            section.set_tone(model.info.short)
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        model = self.model
        if model is None:
            return
        state = model.state
        self.metrics.show_state(state, model.share())
        if model.error or (state is not None and state.error):
            text = model.error or error_sentence(state.error if state else None)
            self.banner.show_message(text)
        else:
            self.banner.hide()
        if state is not None:
            word = state_word(state, model.params)
            self.word.setText(word.text)
            set_tone(self.word, "text-2")
            for section in self._sections:
                section.show_state(state)
        self.card.show_state(state, answer_rule(state, model.params))
        self.open_button.setEnabled(model.run_id is not None)

    @Slot()
    def _on_history(self) -> None:
        if self.model is not None and self.model.run_id is not None:
            self.history_wanted.emit(self.model.run_id)
