"""What the chosen row of a table would give to each input."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QGridLayout

from workbench.domain.prompts.datasets import DataRow
from workbench.domain.prompts.matching import columns_of
from workbench.domain.prompts.prompt import InputField
from workbench.domain.text import count_text
from workbench.ui.kit import Label, set_tone
from workbench.ui.kit.inputs.values import text_of_cell

MOST_LINES = 6
_CHARACTERS = 400


class RowPreview(QFrame):
    """A line for each input: its name, and the value it would get."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("rule", "top")
        layout = QGridLayout(self)
        layout.setContentsMargins(16, 8, 16, 8)
        layout.setHorizontalSpacing(12)
        layout.setVerticalSpacing(4)
        layout.setColumnStretch(1, 1)
        self.lines = [
            (Label("", "small", "text-3"), Label("", "small", elide=True))
            for _ in range(MOST_LINES + 1)
        ]
        for place, (name, value) in enumerate(self.lines):
            layout.addWidget(name, place, 0)
            layout.addWidget(value, place, 1)
        self.hide()

    def show_row(self, row: DataRow | None, inputs: Sequence[InputField]) -> None:
        """Show a row; None, or a prompt without inputs, shows nothing."""
        texts: list[tuple[str, str, bool]] = []
        if row is not None:
            columns = columns_of(row.values, inputs)
            for field in inputs[:MOST_LINES]:
                value = row.values.get(columns.get(field.name, ""))
                shown = " ".join(text_of_cell(value)[:_CHARACTERS].split())
                there = field.name in columns
                texts.append((field.name, shown if there else "no column", there))
            if len(inputs) > MOST_LINES:
                texts.append(
                    ("", f"and {count_text(len(inputs) - MOST_LINES, 'more input')}", False)
                )
        for place, (name, value) in enumerate(self.lines):
            there = place < len(texts)
            name.setVisible(there)
            value.setVisible(there)
            if there:
                name.setText(texts[place][0])
                value.setText(texts[place][1])
                set_tone(value, "text" if texts[place][2] else "text-3")
        self.setVisible(bool(texts))
