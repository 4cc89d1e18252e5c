"""The card with a run's answer: the answer, its extraction rule, and Copy."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QLabel

from workbench.domain.runs.run_state import RunState
from workbench.ui.kit import IconButton, Label, column, plain_tip, row, set_tone
from workbench.ui.runs.words import limit_sentence
from workbench.ui.theme import font, put_font, theme

_SHORT_CHARACTERS = 24
_MOST_CHARACTERS = 100
_NOTHING_YET = "Not reached yet"


class AnswerCard(QFrame):
    """The last word of a run, in place while there is none yet.

    Signals:
        rule_wanted(): the answer is to be taken out by another rule; see :meth:`allow_rule`.
    """

    rule_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.rule = Label("", "small", "text-3", elide=True)
        self.rule.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.copy = IconButton("copy", "Copy the answer", size=24, glyph=14)
        self.copy.clicked.connect(self._on_copy)
        self.edit = IconButton("edit", "Extract the answer by another rule", size=24, glyph=14)
        self.edit.clicked.connect(self.rule_wanted)
        self.edit.hide()
        self.value = Label("", "answer", wrap=True)
        self.value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.verdict_icon = QLabel()
        self.verdict = Label("", "body")
        self._right: bool | None = None
        self.note = Label("", "small", "text-3", wrap=True)
        self.extra = ""
        self.answer = ""
        self._style = "answer"
        theme().changed.connect(self._on_theme)
        head = row(Label("Answer", "micro", "text-2"), self.rule, self.edit, self.copy, gap=4)
        head.setStretch(1, 1)
        words = row(self.value, self.verdict_icon, self.verdict, 6, gap=6)
        words.setStretch(0, 1)
        self.setLayout(column(head, words, self.note, margins=(12, 6, 6, 10), gap=2))
        self.setMinimumHeight(72)
        self.show_state(None, "")
        self.show_verdict(None, "")

    def show_state(self, state: RunState | None, rule: str, *, known: bool = True) -> None:
        """Show a run's answer, or why there is none.

        Args:
            state: the run, None where there is none.
            rule: by which rule the answer is taken out, in words.
            known: False while it is being read whether there is a run.
        """
        self.rule.setText(rule)
        self.answer = (state.answer or "") if state is not None else ""
        missing = _no_answer(state) if known else ""
        text, tone = (self.answer, "text") if self.answer else (missing, "text-3")
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
        limit = limit_sentence(state) if state is not None else ""
        self.note.setText("\n".join(each for each in (limit, self.extra) if each))
        self.note.setVisible(bool(self.note.text()))

    def allow_rule(self, allowed: bool) -> None:
        """Whether the rule can be edited: the run has ended and its texts are kept."""
        self.edit.setVisible(allowed)

    def set_extra(self, sentence: str) -> None:
        """A sentence under the answer from the next :meth:`show_state` on, "" for none."""
        self.extra = sentence

    def show_verdict(self, right: bool | None, expected: str) -> None:
        """Say whether the answer is the expected one, None for nothing to say."""
        self._right = right
        self.verdict.setText("Correct" if right else f"Expected {expected}")
        set_tone(self.verdict, "ok" if right else "bad")
        for widget in (self.verdict, self.verdict_icon):
            widget.setVisible(right is not None)
        self._on_theme()

    @Slot()
    def _on_theme(self) -> None:
        put_font(self.value, font(self._style))
        if self._right is not None:
            icon, tone = ("circle-check", "ok") if self._right else ("circle-x", "bad")
            ratio = self.devicePixelRatioF()
            self.verdict_icon.setPixmap(theme().pixmap(icon, tone, 16, ratio))

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
