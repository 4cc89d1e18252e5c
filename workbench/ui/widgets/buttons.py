"""The buttons: primary (ink), default (raised), ghost (text only), icon."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QToolButton

from workbench.ui.actions import shown_keys
from workbench.ui.theme import icon, theme


def _is_enter(event: QKeyEvent) -> bool:
    """Whether a key presses a button as the space bar does: people expect it of Enter too."""
    plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Button(QPushButton):
    """A button with an optional icon; ``keys`` stands in its text and tooltip.

    The accessible name is the text without the shortcut.
    """

    kind = "default"
    tone = "text-2"

    def __init__(
        self, text: str, icon_name: str = "", *, keys: str = "", tip: str = "", tall: bool = False
    ) -> None:
        super().__init__()
        self._icon_name = icon_name
        self._keys = keys
        self.setProperty("kind", self.kind)
        self.setProperty("tall", tall)
        self.setIconSize(QSize(16, 16))
        self.setCursor(Qt.CursorShape.ArrowCursor)
        if tip or keys:
            hint = shown_keys(keys)
            self.setToolTip(f"{tip or text} ({hint})" if hint else tip)
        self.set_text(text)
        self._recolour()
        theme().changed.connect(self._recolour)

    def set_text(self, text: str) -> None:
        """Another text, the shortcut kept."""
        self.setAccessibleName(text)
        hint = shown_keys(self._keys)
        lead = " " if self._icon_name else ""  # the style leaves too little room after an icon
        self.setText(f"{lead}{text}  {hint}" if hint else f"{lead}{text}")

    def set_icon(self, name: str) -> None:
        """Another icon of the family."""
        self._icon_name = name
        self._recolour()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_enter(event):
            self.click()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _recolour(self) -> None:
        if self._icon_name:
            self.setIcon(icon(self._icon_name, self.tone, self.tone))


class PrimaryButton(Button):
    """The one strong action of a screen."""

    kind = "primary"
    tone = "on-ink"


class GhostButton(Button):
    """Text only; for actions beside the main ones."""

    kind = "ghost"


class IconButton(QToolButton):
    """An icon with a tooltip, a shortcut in it, and an accessible name."""

    def __init__(
        self, icon_name: str, name: str, *, keys: str = "", size: int = 28, glyph: int = 16
    ) -> None:
        super().__init__()
        self._icon_name = icon_name
        self.setFixedSize(size, size)
        self.setIconSize(QSize(glyph, glyph))
        self.setAccessibleName(name)
        hint = shown_keys(keys)
        self.setToolTip(f"{name} ({hint})" if hint else name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._recolour()
        theme().changed.connect(self._recolour)

    def set_icon(self, name: str) -> None:
        """Another icon of the family."""
        self._icon_name = name
        self._recolour()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_enter(event):
            self.click()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _recolour(self) -> None:
        self.setIcon(icon(self._icon_name))
