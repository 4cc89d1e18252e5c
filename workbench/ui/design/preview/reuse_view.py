"""Re-reading costs of each variable, and what the last run left to reuse."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from workbench.domain.prompts.prompt import Preview, VariableReuse
from workbench.domain.text import count_text, rough_seconds
from workbench.ui.kit import Label, Section
from workbench.ui.kit.origin_colours import OriginSquare
from workbench.ui.kit.panes.layout import column

_MOST_ROWS = 6


class ReuseView(QWidget):
    """A folded section under the meter; hidden while nothing is known."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: object = None
        self.section = Section("Reuse", QWidget(), opened=False)
        self.setLayout(column(self.section, margins=(12, 0, 16, 8)))
        self.hide()

    def show_preview(self, preview: Preview, tones: Mapping[str, str]) -> None:
        """Show what is known of the prompt."""
        shown = (preview.reuse, preview.same_tokens, preview.prompt_tokens, dict(tones))
        if shown == self._shown:
            return
        self._shown = shown
        self.setVisible(bool(preview.reuse) or preview.same_tokens is not None)
        self.section.note.setText(_summary(preview))
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(20, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        for row, each in enumerate(preview.reuse[:_MOST_ROWS]):
            grid.addWidget(OriginSquare(tones.get(each.variable, "text-3")), row, 0)
            grid.addWidget(Label(each.variable, "code-small", "text-2", elide=True), row, 1)
            words = Label(_cost(each), "small", "text-2")
            words.setToolTip(each.hint)
            grid.addWidget(words, row, 2, Qt.AlignmentFlag.AlignRight)
        last = min(len(preview.reuse), _MOST_ROWS)
        if len(preview.reuse) > last:
            grid.addWidget(Label(f"{len(preview.reuse) - last} more", "small", "text-3"), last, 1)
        for row, each in enumerate([each for each in preview.reuse if each.hint][:1]):
            grid.addWidget(Label(each.hint, "small", "text-3", wrap=True), last + 1 + row, 0, 1, 3)
        self.section.set_body(body)


def _cost(each: VariableReuse) -> str:
    words = f"re-reads {count_text(each.reread_tokens, 'token')}"
    return (
        words if each.reread_seconds is None else f"{words}, {rough_seconds(each.reread_seconds)}"
    )


def _summary(preview: Preview) -> str:
    same = preview.same_tokens
    if same is not None and same == preview.prompt_tokens:
        return "the same as in the last run"
    if same:
        return f"the first {count_text(same, 'token')} are the same as in the last run"
    if same == 0:
        return "nothing is the same as in the last run"
    first = preview.reuse[0] if preview.reuse else None
    return f"{first.variable} {_cost(first)}" if first is not None else ""
