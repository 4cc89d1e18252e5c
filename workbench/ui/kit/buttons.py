"""The buttons: primary (ink), default (raised), ghost (text only), icon."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QPushButton, QToolButton

from workbench.ui.actions import shown_keys
from workbench.ui.bindings import bindings
from workbench.ui.theme import icon, theme


def is_enter(event: QKeyEvent) -> bool:
    """Whether a key presses a button as the space bar does: people expect it of Enter too."""
    plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Button(QPushButton):
    """A button with an optional icon; ``keys`` is shown in its text and tooltip.

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
        self._tip = tip
        self._has_key_tip = bool(keys)
        self.setProperty("kind", self.kind)
        self.setProperty("tall", tall)
        self.setIconSize(QSize(16, 16))
        self.setCursor(Qt.CursorShape.ArrowCursor)
        if tip:
            self.setToolTip(tip)
        self.set_text(text)
        self._show_key_tip()
        self._recolour()
        theme().changed.connect(self._recolour)
        bindings().changed.connect(self._show_keys)

    def set_text(self, text: str) -> None:
        """Another text, the shortcut kept."""
        self.setAccessibleName(text)
        hint = shown_keys(bindings().at(self._keys, self))
        lead = " " if self._icon_name else ""  # the style leaves too little room after an icon
        self.setText(f"{lead}{text}  {hint}" if hint else f"{lead}{text}")

    @Slot()
    def _show_keys(self) -> None:
        """Show the keys that work now."""
        if self._keys:
            self.set_text(self.accessibleName())
            self._show_key_tip()

    def _show_key_tip(self) -> None:
        if self._has_key_tip:
            hint = shown_keys(bindings().at(self._keys, self))
            named = self._tip or self.accessibleName()
            self.setToolTip(f"{named} ({hint})" if hint else self._tip)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if bindings().any:  # made since they were changed, or put into another workspace
            self._show_keys()

    def set_keys(self, keys: str) -> None:
        """Another shortcut, shown with the next text."""
        self._keys = keys

    def set_icon(self, name: str) -> None:
        """Another icon of the family."""
        self._icon_name = name
        self._recolour()

    def set_primary(self, primary: bool, keys: str = "") -> None:
        """Fill it with ink or not: one button of a screen has it, and the shortcut with it."""
        kind = "primary" if primary else "default"
        if (self.property("kind"), self._keys) == (kind, keys):
            return
        text = self.accessibleName()
        self._keys = keys
        self.tone = PrimaryButton.tone if primary else Button.tone
        self.setProperty("kind", kind)
        self.style().unpolish(self)
        self.style().polish(self)
        self.set_text(text)
        self._recolour()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_enter(event):
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
    """Text only; for secondary actions."""

    kind = "ghost"


class IconButton(QToolButton):
    """An icon with a tooltip, a shortcut in it, and an accessible name."""

    def __init__(
        self, icon_name: str, name: str, *, keys: str = "", size: int = 28, glyph: int = 16
    ) -> None:
        super().__init__()
        self._icon_name = icon_name
        self._keys = keys
        self.setFixedSize(size, size)
        self.setIconSize(QSize(glyph, glyph))
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._show_keys()
        self._recolour()
        theme().changed.connect(self._recolour)
        bindings().changed.connect(self._show_keys)

    @Slot()
    def _show_keys(self) -> None:
        """Show the keys that work now."""
        if self._keys:
            hint, name = shown_keys(bindings().at(self._keys, self)), self.accessibleName()
            self.setToolTip(f"{name} ({hint})" if hint else name)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if bindings().any:
            self._show_keys()

    def set_icon(self, name: str) -> None:
        """Another icon of the family."""
        self._icon_name = name
        self._recolour()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_enter(event):
            self.click()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _recolour(self) -> None:
        self.setIcon(icon(self._icon_name))


def show_one(shown: QAbstractButton, hidden: QAbstractButton) -> None:
    """Show one of two buttons that take turns in one place; the focus stays in that place."""
    had_focus = hidden.hasFocus()
    shown.show()
    if had_focus:
        shown.setFocus()
    hidden.hide()
