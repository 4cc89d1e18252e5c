"""The map with its heading."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget

from workbench.domain.text import count_text
from workbench.ui.chat.map.map_model import MapModel
from workbench.ui.chat.map.map_view import MapView
from workbench.ui.kit import IconButton, Label, Pane, row

_LEAST_WIDTH = 200


class MapPane(Pane):
    """Heading, map, and the keys that walk it.

    Signals:
        closed(): somebody wants it away.
    """

    closed = Signal()

    def __init__(self, model: MapModel) -> None:
        super().__init__(surface="chrome")
        self.setMinimumWidth(_LEAST_WIDTH)
        self._model = model
        self.view = MapView(model)
        self.counts = Label("", "small", "text-3", elide=True)
        self.deleted = IconButton("trash", "Show deleted messages", size=24, glyph=14)
        self.deleted.setCheckable(True)
        self.deleted.toggled.connect(model.show_deleted)
        close = IconButton("close", "Close the map", keys="Ctrl+T", size=24, glyph=14)
        close.clicked.connect(self.closed)
        heading = row(
            Label("Map", "body-strong"), self.counts, self.deleted, close,
            margins=(12, 8, 6, 6), gap=8,
        )  # fmt: skip
        heading.setStretch(1, 1)
        self._empty = Label(
            "The messages of a conversation appear here.", "small", "text-3", wrap=True
        )
        self._empty.setContentsMargins(12, 8, 12, 8)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self.view)
        keys = Label("Arrows walk · Enter goes there · F2 names", "small", "text-3", elide=True)
        keys.setContentsMargins(12, 6, 12, 8)
        self.body.addLayout(heading)
        self.body.addWidget(self._pages, 1)
        self.body.addWidget(keys)
        model.changed.connect(self._on_changed)
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        tree = self._model.tree
        seen = [each for each in tree.nodes if not each.deleted and not each.hidden] if tree else []
        words = count_text(len(seen), "message")
        if tree is not None and tree.branch_count > 1:
            words += f", {tree.branch_count:,} branches"
        self.counts.setText(words if seen else "")
        self._pages.setCurrentIndex(1 if self._model.layout.places else 0)
