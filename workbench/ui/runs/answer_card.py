"""The answer of a run: what it is, by which rule it was taken out, and that it can be copied."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame

from workbench.domain.run_state import RunState
from workbench.ui.runs.words import limit_sentence
from workbench.ui.theme import font, theme
from workbench.ui.widgets import IconButton, Label, column, plain_tip, row, set_tone

_SHORT_CHARACTERS = 24
_MOST_CHARACTERS = 150
_NOTHING_YET = "Not reached yet"


class AnswerCard(QFrame):
    """The last word of a run, in place while there is none yet."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.rule = Label("", "small", "text-3", elide=True)
        self.rule.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.copy = IconButton("copy", "Copy the answer", size=24, glyph=14)
        self.copy.clicked.connect(self._on_copy)
        self.value = Label("", "answer", wrap=True)
        self.value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.note = Label("", "small", "text-3", wrap=True)
        self.answer = ""
        self._style = "answer"
        theme().changed.connect(self._on_theme)
        head = row(Label("Answer", "micro", "text-2"), self.rule, self.copy, gap=8)
        head.setStretch(1, 1)
        self.setLayout(column(head, self.value, self.note, margins=(12, 6, 6, 10), gap=2))
        self.setMinimumHeight(72)
        self.show_state(None, "")

    def show_state(self, state: RunState | None, rule: str) -> None:
        """Show a run's answer, or why there is none.

        Args:
            state: the run, None where there is none.
            rule: by which rule the answer is taken out, in words.
        """
        self.rule.setText(rule)
        self.answer = (state.answer or "") if state is not None else ""
        text, tone = (self.answer, "text") if self.answer else (_no_answer(state), "text-3")
        style = "reading" if len(text) > _SHORT_CHARACTERS or not self.answer else "answer"
        shown = " ".join(text.split())
        if len(shown) > _MOST_CHARACTERS:
            shown = f"{shown[:_MOST_CHARACTERS].rstrip()}…"
        set_tone(self.value, tone)
        self._style = style
        self._on_theme()
        if shown != self.value.text():
            self.value.setText(shown)
            self.value.setToolTip(plain_tip(text) if shown != text else "")
        self.copy.setEnabled(bool(self.answer))
        said = limit_sentence(state) if state is not None else ""
        self.note.setText(said)
        self.note.setVisible(bool(said))

    @Slot()
    def _on_theme(self) -> None:
        """The style sheet puts the first font back whenever it is applied anew."""
        self.value.setFont(font(self._style))

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.answer)


def _no_answer(state: RunState | None) -> str:
    if state is None:
        return "Not run yet"
    if state.status == "running":
        return _NOTHING_YET
    if state.status != "done":
        return "No answer"
    return "No majority" if state.tally and any(each for each, _ in state.tally) else "No answer"
