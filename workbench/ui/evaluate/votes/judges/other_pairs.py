"""The other pairs of a judge: its button, its progress, and whether its picks count."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame

from workbench.domain.text import count_text
from workbench.ui.evaluate.votes.judges.judging import Judging
from workbench.ui.kit import Button, GhostButton, Label, Switch, column, row


class JudgeOthers(QFrame):
    """Shown once a judge may rank."""

    def __init__(self, judging: Judging) -> None:
        super().__init__()
        self._judging = judging
        self.begin = Button("Judge the other pairs", "target")
        self.stop = GhostButton("Stop", "stop")
        self.words = Label("", "small", "text-3", elide=True)
        self.counts = Switch("Count its picks in the board")
        self.counts.setChecked(judging.is_counted)
        first = row(self.begin, self.stop, self.words, gap=8)
        first.setStretch(2, 1)
        self.setLayout(column(first, row(self.counts, None), gap=6))
        self.begin.clicked.connect(judging.begin)
        self.stop.clicked.connect(judging.stop)
        self.counts.toggled.connect(self._on_counts)
        judging.progressed.connect(self.show_state)
        self.show_state()

    @Slot(bool)
    def _on_counts(self, counted: bool) -> None:
        self._judging.count_picks(counted)

    @Slot()
    def show_state(self) -> None:
        """Show what is left, or how far it is."""
        judging = self._judging
        others = judging.others
        self.setVisible(others is not None)
        if others is None:
            return
        self.begin.set_text(f"Judge the other {count_text(others.left, 'pair')}")
        self.begin.setVisible(judging.can_begin)
        self.stop.setVisible(judging.is_running)
        done, total = judging.progress
        words = f"{done:,} of {total:,} questions" if total else "The model is loaded…"
        if not judging.is_running:
            picks = len(others.picks)
            words = f"{count_text(picks, 'pick')} of it" if picks else ""
        self.words.setText(words)
        self.counts.setVisible(bool(others.picks))
