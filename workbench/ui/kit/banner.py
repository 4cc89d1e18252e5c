"""A banner with a message and its remedy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QLabel

from workbench.ui.kit.buttons import GhostButton, IconButton
from workbench.ui.kit.label import Label, set_tone
from workbench.ui.kit.panes.layout import row
from workbench.ui.theme import theme

_ICONS = {"bad": "circle-alert", "warn": "warning", "ok": "circle-check", "text-2": "info"}
Tone = Literal["bad", "warn", "ok", "text-2"]


class Banner(QFrame):
    """A bar with an icon, one sentence, at most one remedy, and a way to close it; hidden at first.

    Screen readers announce it when it appears.
    """

    def __init__(self, *, closable: bool = True) -> None:
        super().__init__()
        self.setProperty("surface", "raised")
        self.setProperty("rule", "top")
        self._tone: Tone = "bad"
        self._icon = QLabel()
        self._text = Label("", "body", wrap=True)
        self.remedy = GhostButton("")
        self.remedy.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click ends it: the focus stays
        self.remedy.clicked.connect(self._on_remedy)
        self._close = IconButton("close", "Close this message", size=24, glyph=14)
        self._close.clicked.connect(self.hide)
        self._act: Callable[[], object] | None = None
        layout = row(self._icon, self._text, self.remedy, self._close, margins=(16, 4, 8, 4))
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self._close.setVisible(closable)  # only a part of something: else it is a window of its own
        self.setMinimumHeight(34)
        self.hide()
        theme().changed.connect(self._recolour)

    def show_message(
        self,
        text: str,
        tone: Tone = "bad",
        remedy: str = "",
        act: Callable[[], object] | None = None,
    ) -> None:
        """Show a sentence; ``remedy`` names what ``act`` does about it."""
        is_news = self.isHidden() or self._text.text() != text
        self._tone, self._act = tone, act
        self._text.setText(text)
        set_tone(self._text, tone if tone != "text-2" else "text")
        self.remedy.set_text(remedy)
        self.remedy.setVisible(bool(remedy))
        self._recolour()
        self.show()
        if is_news:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    @property
    def message(self) -> str:
        """What is shown, "" while hidden."""
        return "" if self.isHidden() else self._text.text()

    @property
    def has_remedy(self) -> bool:
        """Whether it is shown and offers something to do."""
        return not self.isHidden() and not self.remedy.isHidden()

    @Slot()
    def _on_remedy(self) -> None:
        self.hide()
        if self._act is not None:
            self._act()

    @Slot()
    def _recolour(self) -> None:
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(theme().pixmap(_ICONS[self._tone], self._tone, 16, ratio))
