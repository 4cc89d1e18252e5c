"""A hit that is no run: where it is, its text, and the way there."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame

from workbench.domain.views import SearchHit
from workbench.ui.kit import Button, Label, StreamingText, column, row

_WAYS = {
    "message": ("Open in Chat", "chat"),
    "version": ("Open in Design", "design"),
    "case": ("Open in Evaluate", "evaluate"),
}


class HitView(QFrame):
    """The right side of History for what is found outside of runs.

    Signals:
        open_wanted(object): the SearchHit that is shown.
        labels_wanted(int): tags and folder of the conversation that it is in.
    """

    open_wanted = Signal(object)
    labels_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("surface", "canvas")
        self._hit: SearchHit | None = None
        self.title = Label("", "heading", elide=True)
        self.facts = Label("", "small", "text-3", wrap=True)
        self.open = Button("Open in Chat", "chat", tip="Go to this place and mark the words")
        self.open.clicked.connect(self._on_open)
        self.labels = Button("Tags and folder", "tag", tip="Order the conversation")
        self.labels.clicked.connect(self._on_labels)
        head = QFrame()
        head.setProperty("surface", "panel")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        buttons = row(self.open, self.labels, None, gap=8)
        head.setLayout(column(self.title, self.facts, 4, buttons, margins=(16, 10, 16, 10), gap=2))
        self.text = StreamingText("The place where the words are", "body")
        layout = column(head, row(self.text, margins=(16, 12, 16, 12)), gap=0)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def show_hit(self, hit: SearchHit, facts: str) -> None:
        """Show a place; ``facts`` say where it is."""
        self._hit = hit
        self.title.setText(" ".join(hit.title.split()) or "Untitled")
        at = time.strftime("%Y-%m-%d %H:%M", time.localtime(hit.at)) if hit.at else "date unknown"
        self.facts.setText(f"{facts} · {at}")
        self.open.set_text(_WAYS[hit.kind][0] if hit.kind in _WAYS else "Open")
        self.labels.setVisible(hit.kind == "message")
        self.text.set_text(hit.snippet.replace("\x02", "").replace("\x03", ""), follow=False)

    @Slot()
    def _on_open(self) -> None:
        if self._hit is not None:
            self.open_wanted.emit(self._hit)

    @Slot()
    def _on_labels(self) -> None:
        if self._hit is not None:
            self.labels_wanted.emit(self._hit.id)
