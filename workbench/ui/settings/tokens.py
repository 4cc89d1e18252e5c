"""What the tokens of answers take in the history, and dropping old alternatives."""

from __future__ import annotations

import time

from PySide6.QtCore import Signal, Slot

from workbench.domain.runs.tokens import TokenStorage
from workbench.domain.text import count_text, size_text
from workbench.ui.kit import Button, Chooser, Label, row
from workbench.ui.settings.parts import Group

_AGES = (30, 90, 365)
_NOTE = (
    "The probability of each token that came is kept with every answer, about five bytes a token. "
    "Alternatives are kept where a conversation or its sampling asks for them; dropped ones can be "
    "had again by Score, with the model loaded."
)


class TokenGroup(Group):
    """The size of the stored tokens, and the way to make it smaller.

    Signals:
        drop_wanted(float): drop the alternatives of answers from before this time.
    """

    drop_wanted = Signal(float)

    def __init__(self) -> None:
        super().__init__("Tokens of answers")
        self.total = Label("", "body", wrap=True)
        self.ages = Chooser("Drop alternatives of answers that are older than", width=180)
        for days in _AGES:
            self.ages.add_choice(f"Older than {days} days", days)
        self.drop = Button("Drop alternatives", "trash")
        self.drop.clicked.connect(self._on_drop)
        self.done = Label("", "small", "text-2")
        self.add(
            self.total,
            Label(_NOTE, "small", "text-3", wrap=True),
            row(self.ages, self.drop, self.done, None, gap=8),
        )

    def show_storage(self, found: TokenStorage) -> None:
        """Show what is stored."""
        self.total.setText(
            f"{count_text(found.samples, 'answer')} with {count_text(found.tokens, 'token')}: "
            f"probabilities {size_text(found.chosen_bytes)}, alternatives of "
            f"{count_text(found.with_alternatives, 'answer')} "
            f"{size_text(found.alternative_bytes)}, scored later {size_text(found.scored_bytes)}"
        )
        self.drop.setEnabled(bool(found.with_alternatives or found.scored_bytes))

    def show_freed(self, freed: int) -> None:
        """Say what dropping has freed."""
        self.done.setText(f"{size_text(freed)} freed" if freed else "Nothing was that old")

    @Slot()
    def _on_drop(self) -> None:
        self.drop_wanted.emit(time.time() - self.ages.currentData() * 86_400.0)
