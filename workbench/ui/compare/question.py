"""The question that all columns get, on one line, with the variables folded under it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QLineEdit, QScrollArea

from workbench.domain.text import count_text
from workbench.ui.compare.view_model import CompareModel
from workbench.ui.kit import GhostButton, Label, Switch, column, row, set_tone
from workbench.ui.kit.inputs.variable_fields import VariableFields

_HEIGHT = 44
_MOST_VARIABLES_HEIGHT = 220


class QuestionStrip(QFrame):
    """The last user message as rendered, or what is wrong with the prompt; and what to look for.

    Signals:
        together_toggled(bool): the texts of the columns are to be scrolled together.
        voting_toggled(bool): the answers are to be voted on, or the columns shown again.
    """

    together_toggled = Signal(bool)
    voting_toggled = Signal(bool)

    def __init__(self, model: CompareModel) -> None:
        super().__init__()
        self._model = model
        self.setProperty("surface", "canvas")
        self.setProperty("rule", "bottom")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.title = Label("Question", "small", "text-3")
        self.question = Label("", "body", elide=True)
        self.tokens = Label("", "small", "text-3")
        self.expected = QLineEdit()
        self.expected.setAccessibleName("Expected answer")
        self.expected.setPlaceholderText("answer")
        self.expected.setToolTip("The right answer, if it is known: each run is then judged by it")
        self.expected.setFixedWidth(84)
        self.changes = Switch("Changes", tip="Mark what differs from the pinned column, by word")
        self.together = Switch("Scroll together", tip="Scroll the texts of all columns together")
        self.voting = Switch(
            "Vote blind", tip="Vote on pairs of answers without knowing their columns"
        )
        self.voting.toggled.connect(self.voting_toggled)
        self.together.toggled.connect(self.together_toggled)
        self.variables_button = GhostButton("Variables", "chevron-down")
        self.variables_button.setCheckable(True)
        self.variables_button.setToolTip("Show or hide the values of the prompt's variables")
        self.variables = VariableFields(model.bridge)
        self._fold = QScrollArea()
        self._fold.setWidgetResizable(True)
        self._fold.setFrameShape(QFrame.Shape.NoFrame)
        self._fold.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._fold.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._fold.setWidget(self.variables)
        self._fold.hide()
        line = row(
            self.title,
            4,
            self.question,
            self.tokens,
            self.variables_button,
            4,
            Label("Expected", "small", "text-3"),
            self.expected,
            4,
            self.changes,
            self.together,
            self.voting,
            margins=(16, 0, 8, 0),
            gap=8,
        )
        line.setStretch(2, 1)
        head = QFrame()
        head.setFixedHeight(_HEIGHT - 1)
        head.setLayout(line)
        self.setLayout(column(head, self._fold, gap=0))
        self.variables_button.toggled.connect(self._on_toggled)
        self.variables.changed.connect(model.set_variables)
        self.expected.textChanged.connect(model.set_expected)
        self.changes.toggled.connect(model.set_changes)
        model.counted.connect(self._on_counted)
        model.pinned_changed.connect(self._on_pinned)
        model.prompt_changed.connect(self._on_prompt)
        model.previewed.connect(self._on_preview)

    @Slot(bool)
    def _on_toggled(self, shown: bool) -> None:
        height = min(self.variables.sizeHint().height(), _MOST_VARIABLES_HEIGHT)
        self._fold.setFixedHeight(height)
        self._fold.setVisible(shown)
        self.variables_button.set_icon("chevron-up" if shown else "chevron-down")

    @Slot()
    def _on_counted(self) -> None:
        if self.expected.text() != self._model.expected:
            self.expected.setText(self._model.expected)

    @Slot()
    def _on_pinned(self) -> None:
        self.changes.setChecked(self._model.changes)

    @Slot()
    def _on_prompt(self) -> None:
        analysis = self._model.analysis
        inputs = analysis.inputs if analysis is not None else ()
        self.variables.show_inputs(inputs, self._model.variables)
        self._on_toggled(self.variables_button.isChecked() and bool(inputs))
        self.variables_button.setVisible(bool(inputs))
        self.variables_button.set_text(count_text(len(inputs), "input"))

    @Slot()
    def _on_preview(self) -> None:
        problem = self._model.problem
        self.title.setText("Prompt" if problem else "Question")
        self.question.setText(problem or self._model.question)
        set_tone(self.question, "bad" if problem else "text")
        tokens = self._model.prompt_tokens
        self.tokens.setText(
            count_text(tokens, "token") if tokens is not None and not problem else ""
        )
