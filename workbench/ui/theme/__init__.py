"""The look: tokens, palette, style sheet, fonts and icons."""

from workbench.ui.theme.theme import (
    TEXT_SCALES,
    Theme,
    ThemeChoice,
    color,
    font,
    icon,
    put_font,
    theme,
)

__all__ = ["TEXT_SCALES", "Theme", "ThemeChoice", "color", "font", "icon", "put_font", "theme"]
