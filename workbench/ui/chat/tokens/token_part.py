"""One answer in tokens, and the line that says what they are known from."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from workbench.domain.runs.tokens import AnswerTokens
from workbench.domain.servers import model_name
from workbench.domain.text import count_text
from workbench.ui.chat.tokens.token_text import TokenText
from workbench.ui.kit import GhostButton, Label, column, row

_NOTHING = "No probabilities were recorded for this answer."
_BEGINNING = "text that was given has none"
_ELSEWHERE = "the rest was changed or written elsewhere"
_SCORE = "Ask the loaded model how probable each token is"
_SAMPLERS = "See what samplers would have cut at each token"


class TokenPart(QWidget):
    """The tinted text, what it is known from, and what can be asked of it.

    Signals:
        score_wanted(): ask the loaded model for the probabilities of this text.
    """

    score_wanted = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.text = TokenText(name)
        self.note = Label("", "small", "text-3", elide=True)
        self.score = GhostButton(
            "Score", "target", tip="Ask the loaded model how probable each token is"
        )
        self.score.clicked.connect(self.score_wanted)
        self._line = row(gap=2)
        self._line.addWidget(self.note, 1)
        self._line.addWidget(self.score)
        self.setLayout(column(self.text, self._line, gap=2))

    def show_tokens(self, found: AnswerTokens) -> None:
        """Show an answer."""
        self.text.show_tokens(found)
        self.score.setEnabled(True)
        self.score.setVisible(not found.tokens or not found.has_alternatives)
        self.score.set_text("Score again" if found.tokens else "Score")
        self.note.setText(note_of(found))

    def show_scoring(self) -> None:
        """The model is being asked."""
        self.score.setEnabled(False)
        self.note.setText("Scoring…")

    def show_failure(self, sentence: str) -> None:
        """Say why the model could not be asked."""
        self.score.setEnabled(True)
        self.note.setText(sentence)

    def fit(self, width: int) -> None:
        """Be that wide, in pixels."""
        self.text.fit(width)


class MessageTokenPart(TokenPart):
    """The same for an answer of a conversation.

    Signals:
        samplers_wanted(): look at samplers along this text.
    """

    samplers_wanted = Signal()

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.samplers = GhostButton(
            "Samplers", "settings", tip="See what samplers would have cut at each token"
        )
        self.samplers.clicked.connect(self.samplers_wanted)
        self._line.addWidget(self.samplers)


def note_of(found: AnswerTokens) -> str:
    """What the tokens of an answer are known from, in words."""
    if not found.tokens:
        return _NOTHING
    words = []
    if found.source == "scored":  # a drawn one says with its run who drew how many
        words.append(count_text(sum(token.count for token in found.tokens), "token"))
        if found.model:
            words.append(f"scored by {model_name(found.model)}")
    if found.doubt is not None:
        words.append(f"doubt {found.doubt:.1f} nats")
    covered = sum(token.end - token.start for token in found.tokens)
    if covered < len(found.text.encode("utf-8", "replace")):
        ends = found.tokens[-1].end >= len(found.text.encode("utf-8", "replace"))
        words.append(_BEGINNING if ends else _ELSEWHERE)
    elif not found.has_alternatives:
        words.append("alternatives were not kept")
    return " · ".join(words)
