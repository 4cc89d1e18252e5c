"""The look: tokens, palette, style sheet, fonts and icons."""

from workbench.ui.theme.theme import Theme, ThemeChoice, color, font, icon, theme

__all__ = ["Theme", "ThemeChoice", "color", "font", "icon", "theme"]
