"""The theme of the running program: which scheme is on, and its colours, fonts and icons."""

from __future__ import annotations

from typing import Literal, cast

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QIcon,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from workbench.ui.theme.stylesheet import stylesheet
from workbench.ui.theme.tokens import RESOURCES, TOKENS, Scheme

ThemeChoice = Literal["system", "light", "dark"]

_MONO, _MONO_TALL = "JetBrains Mono", "Workbench Mono"
_TALL = 1.5
"""From this many times its size on a line takes the taller copy: editors know no line height."""
_PALETTE: tuple[tuple[QPalette.ColorRole, str], ...] = (
    (QPalette.ColorRole.Window, "panel"),
    (QPalette.ColorRole.WindowText, "text"),
    (QPalette.ColorRole.Base, "canvas"),
    (QPalette.ColorRole.AlternateBase, "panel"),
    (QPalette.ColorRole.Text, "text"),
    (QPalette.ColorRole.PlaceholderText, "text-3"),
    (QPalette.ColorRole.Button, "raised"),
    (QPalette.ColorRole.ButtonText, "text"),
    (QPalette.ColorRole.BrightText, "bad"),
    (QPalette.ColorRole.Highlight, "selection"),
    (QPalette.ColorRole.HighlightedText, "text"),
    (QPalette.ColorRole.Accent, "focus"),
    (QPalette.ColorRole.Link, "link"),
    (QPalette.ColorRole.LinkVisited, "link"),
    (QPalette.ColorRole.ToolTipBase, "popover"),
    (QPalette.ColorRole.ToolTipText, "text"),
    (QPalette.ColorRole.Light, "hover"),
    (QPalette.ColorRole.Midlight, "line"),
    (QPalette.ColorRole.Mid, "line-strong"),
    (QPalette.ColorRole.Dark, "line-strong"),
    (QPalette.ColorRole.Shadow, "scrim"),
)


class Theme(QObject):
    """Colours by token name, fonts by type name, recoloured icons; tells when the scheme changes.

    Signals:
        changed: the scheme is another one; repaint and recolour.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.scheme: Scheme = "dark"
        self.choice: ThemeChoice = "system"
        self._icons: dict[tuple[str, str, str], QIcon] = {}

    def install(self, choice: ThemeChoice = "system") -> None:
        """Load the fonts and put the theme on the application; call once, before any window."""
        for file in sorted((RESOURCES / "fonts").glob("*.[ot]tf")):
            QFontDatabase.addApplicationFont(str(file))
        app = cast("QApplication", QApplication.instance())
        app.setStyle("Fusion")
        app.setFont(self.font("body"))
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_system_scheme)
        self.choose(choice)

    def choose(self, choice: ThemeChoice) -> None:
        """Follow the system, or stay light or dark."""
        self.choice = choice
        if choice == "system":
            system = QGuiApplication.styleHints().colorScheme()
            self._apply("light" if system == Qt.ColorScheme.Light else "dark")
        else:
            self._apply(choice)

    @Slot(Qt.ColorScheme)
    def _on_system_scheme(self, scheme: Qt.ColorScheme) -> None:
        if self.choice == "system":
            self._apply("light" if scheme == Qt.ColorScheme.Light else "dark")

    def _apply(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self._icons.clear()
        app = cast("QApplication", QApplication.instance())
        app.setPalette(self._palette())
        app.setStyleSheet(stylesheet(TOKENS.color[scheme]))
        self.changed.emit()

    def _palette(self) -> QPalette:
        palette = QPalette()
        for role, name in _PALETTE:
            palette.setColor(role, self.color(name))
        off = self.color("text-off")
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, off)
        palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText, off)
        return palette

    def color(self, name: str, alpha: float = 1.0) -> QColor:
        """The colour of a token in the present scheme; ``alpha`` from 0 to 1."""
        value = QColor(TOKENS.color[self.scheme][name])
        value.setAlphaF(alpha)
        return value

    def font(self, name: str) -> QFont:
        """The font of a type token, with tabular figures."""
        token = TOKENS.type[name]
        mono = _MONO_TALL if token.line >= _TALL * token.size else _MONO
        family = "Inter" if token.family == "ui" else mono
        font = QFont(family)
        font.setPixelSize(token.size)
        font.setWeight(QFont.Weight(token.weight))
        if token.family == "ui":
            font.setFeature(QFont.Tag("tnum"), 1)
        else:
            font.setFeature(QFont.Tag("calt"), 0)
            font.setStyleHint(QFont.StyleHint.Monospace)
        return font

    def icon(self, name: str, tone: str = "text-2", active: str = "text") -> QIcon:
        """An icon of the family in a token's colour; ``active`` while hovered or checked."""
        key = (name, tone, active)
        if key not in self._icons:
            result = QIcon()
            for size in (16, 18, 20, 32, 40):
                normal, lit = self._pixmap(name, tone, size), self._pixmap(name, active, size)
                result.addPixmap(normal, QIcon.Mode.Normal, QIcon.State.Off)
                result.addPixmap(lit, QIcon.Mode.Active, QIcon.State.Off)
                result.addPixmap(lit, QIcon.Mode.Normal, QIcon.State.On)
                result.addPixmap(self._pixmap(name, "text-off", size), QIcon.Mode.Disabled)
            self._icons[key] = result
        return self._icons[key]

    def pixmap(self, name: str, tone: str, size: int, ratio: float) -> QPixmap:
        """An icon as a picture of ``size`` device-independent pixels."""
        picture = self._pixmap(name, tone, round(size * ratio))
        picture.setDevicePixelRatio(ratio)
        return picture

    def _pixmap(self, name: str, tone: str, size: int) -> QPixmap:
        source = (RESOURCES / "icons" / f"{name}.svg").read_text(encoding="utf-8")
        source = source.replace("currentColor", self.color(tone).name())
        renderer = QSvgRenderer(QByteArray(source.encode()))
        picture = QPixmap(QSize(size, size))
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        renderer.render(painter, QRectF(0, 0, size, size))
        painter.end()
        return picture


_theme: Theme | None = None


def theme() -> Theme:
    """The theme of this program (made when first asked for)."""
    global _theme  # noqa: PLW0603 - one look for one application, as QApplication itself
    if _theme is None:
        _theme = Theme()
    return _theme


def color(name: str, alpha: float = 1.0) -> QColor:
    """Short for ``theme().color``."""
    return theme().color(name, alpha)


def font(name: str) -> QFont:
    """Short for ``theme().font``."""
    return theme().font(name)


def icon(name: str, tone: str = "text-2", active: str = "text") -> QIcon:
    """Short for ``theme().icon``."""
    return theme().icon(name, tone, active)
