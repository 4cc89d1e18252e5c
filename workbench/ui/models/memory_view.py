"""Memory of a model: the estimate next to what it uses."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout

from workbench.domain.text import size_text
from workbench.domain.views import MemoryEstimate, MemoryUse
from workbench.ui.kit import Label, column, set_tone

_TONES = {"Fits": "ok", "May be slow": "warn", "Will not fit": "bad"}
_LINES = (("Weights", "weights_bytes"), ("KV cache", "kv_bytes"), ("Compute", "compute_bytes"),
          ("Together", "total_bytes"))  # fmt: skip


class MemoryView(QFrame):
    """The verdict, the estimate next to the memory used by the loaded model, the formula."""

    def __init__(self) -> None:
        super().__init__()
        self.verdict = Label("", "body-strong")
        self.words = Label("", "body", "text-2", wrap=True)
        self.formula = Label("", "small", "text-3", wrap=True)
        self.off = Label("", "small", "text-3", wrap=True)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(3, 1)
        self.estimated: dict[str, Label] = {}
        self.used: dict[str, Label] = {}
        self._headings = [Label("Estimated", "small", "text-3"), Label("Used", "small", "text-3")]
        for place, heading in enumerate(self._headings, 1):
            self._grid.addWidget(heading, 0, place, Qt.AlignmentFlag.AlignRight)
        for line, (title, key) in enumerate(_LINES, 1):
            self._grid.addWidget(Label(title, "body", "text-2"), line, 0)
            for place, cells in ((1, self.estimated), (2, self.used)):
                cells[key] = Label("", "body")
                self._grid.addWidget(cells[key], line, place, Qt.AlignmentFlag.AlignRight)
        self.setLayout(column(self.verdict, self.words, self._grid, self.off, self.formula, gap=6))

    def clear(self) -> None:
        """Show nothing, for a file that cannot be used."""
        self.hide()

    def show_memory(self, memory: MemoryEstimate, used: MemoryUse | None) -> None:
        """Show the estimate, and next to it what a loaded model takes."""
        self.show()
        self.verdict.setText(memory.fit)
        set_tone(self.verdict, _TONES[memory.fit])
        self.words.setText(
            f"Needs {size_text(memory.total_bytes)} with {memory.context_tokens:,} tokens of "
            f"context; {size_text(memory.free_bytes)} are free"
        )
        for key, label in self.estimated.items():
            label.setText(size_text(getattr(memory, key)))
        for key, label in self.used.items():
            label.setText(size_text(getattr(used, key)) if used else "")
        self._headings[1].setVisible(used is not None)
        self.off.setVisible(used is not None)
        if used is not None:
            self.off.setText(
                f"Used is what llama.cpp reports with the settings of loading; the engine's "
                f"process holds {size_text(used.resident_bytes)} in memory."
            )
        self.formula.setText("\n".join(memory.formula.split("; ")))
