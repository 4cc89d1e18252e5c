"""The theme of the running program: the colour scheme, and its colours, fonts and icons."""

from __future__ import annotations

import functools
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
from PySide6.QtWidgets import QApplication, QWidget

from workbench.ui.theme.restyling import Restyling
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


_ICON_SIZES = (16, 18)
"""The largest icons of buttons, and those of the rail; smaller ones are drawn from the first."""


@functools.cache
def _source(icon_name: str) -> str:
    return (RESOURCES / "icons" / f"{icon_name}.svg").read_text(encoding="utf-8")


@functools.lru_cache(maxsize=256)
def _drawing(icon_name: str, tint: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_source(icon_name).replace("currentColor", tint).encode()))


_KEPT_FONT = "_q_styleSheetWidgetFont"
"""Where Qt keeps a widget's own font, which it puts back when the style sheet changed. It is
not notified of fonts that are set later (QWidget::setFont notifies the widget's style only)."""
TEXT_SCALES = (0.9, 1.0, 1.1, 1.25, 1.5)
"""How much larger than in the design text can be."""


def put_font(widget: QWidget, font: QFont) -> None:
    """Give a widget another font, which it keeps when it is styled again."""
    widget.setFont(font)
    widget.setProperty(_KEPT_FONT, font)


def token_size(pixels: int, scale: float) -> int:
    """The size in the design of a text that has ``pixels`` at ``scale``; tokens' sizes first."""
    tokens = {token.size for token in TOKENS.type.values()}
    fitting = [size for size in tokens if round(size * scale) == pixels]
    return min(fitting, default=round(pixels / scale))


class Theme(QObject):
    """Colours by token name, fonts by type name, recoloured icons; signals scheme changes.

    Signals:
        changed: the scheme changed; repaint and recolour.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.scheme: Scheme = "dark"
        self.choice: ThemeChoice = "system"
        self.text_scale = 1.0
        self.editor_family = ""
        self._restyling = Restyling(self)
        self._icons: dict[tuple[Scheme, str, str, str, float], QIcon] = {}
        self._pictures: dict[tuple[Scheme, str, str, int], QPixmap] = {}

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
        app = cast("QApplication", QApplication.instance())
        self._restyling.change(app, self._sheet, lambda: app.setPalette(self._palette()))
        self.changed.emit()

    @property
    def _sheet(self) -> str:
        return stylesheet(TOKENS.color[self.scheme], self.text_scale)

    def set_text(self, scale: float, editor_family: str = "") -> None:
        """Change the size of all text, and the family in which prompts and code are shown.

        Args:
            scale: 1 is the size of the design; see :data:`TEXT_SCALES`.
            editor_family: an installed family, "" for the one that comes with the program.
        """
        before = (self.text_scale, self.editor_family)
        if before == (scale, editor_family):
            return
        mono = {_MONO, _MONO_TALL, self.editor_family}
        self.text_scale, self.editor_family = scale, editor_family
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            return
        self._restyling.change_all(app, self._sheet, lambda: app.setFont(self.font("body")))
        for widget in app.allWidgets():
            if widget.testAttribute(Qt.WidgetAttribute.WA_SetFont):
                font = self._changed_font(widget.font(), before[0], mono)
                put_font(widget, font)
        self.changed.emit()

    def _changed_font(self, font: QFont, scale: float, mono: set[str]) -> QFont:
        """A font that was made at ``scale`` as it is to be now."""
        size = token_size(font.pixelSize(), scale)
        if font.family() in mono:
            tall = font.family() == _MONO_TALL or size == TOKENS.type["code"].size
            font.setFamily(self.editor_family or (_MONO_TALL if tall else _MONO))
        font.setPixelSize(round(size * self.text_scale))
        return font

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
        """The font of a type token, with tabular figures and no sign drawn for another."""
        token = TOKENS.type[name]
        mono = _MONO_TALL if token.line >= _TALL * token.size else _MONO
        family = "Inter" if token.family == "ui" else self.editor_family or mono
        font = QFont(family)
        font.setPixelSize(round(token.size * self.text_scale))
        font.setWeight(QFont.Weight(token.weight))
        # Text is shown as it is: "->" would be drawn as an arrow, and "0x7E" with a times sign.
        font.setFeature(QFont.Tag("calt"), 0)
        if token.family == "ui":
            font.setFeature(QFont.Tag("tnum"), 1)
        else:
            font.setStyleHint(QFont.StyleHint.Monospace)
        return font

    def icon(self, name: str, tone: str = "text-2", active: str = "text") -> QIcon:
        """An icon of the family in a token's colour; ``active`` while hovered or checked."""
        ratio = cast("QGuiApplication", QGuiApplication.instance()).devicePixelRatio()
        key = (self.scheme, name, tone, active, ratio)
        if key not in self._icons:
            result = QIcon()
            for size in {round(each * ratio) for each in _ICON_SIZES}:
                normal = self._pixmap(name, tone, size)
                lit = self._pixmap(name, active, size)
                result.addPixmap(normal, QIcon.Mode.Normal, QIcon.State.Off)
                result.addPixmap(lit, QIcon.Mode.Active, QIcon.State.Off)
                result.addPixmap(lit, QIcon.Mode.Normal, QIcon.State.On)
                result.addPixmap(self._pixmap(name, "text-off", size), QIcon.Mode.Disabled)
            self._icons[key] = result
        return self._icons[key]

    def pixmap(self, name: str, tone: str, size: int, ratio: float) -> QPixmap:
        """An icon as a picture of ``size`` device-independent pixels."""
        picture = QPixmap(self._pixmap(name, tone, round(size * ratio)))
        picture.setDevicePixelRatio(ratio)
        return picture

    def _pixmap(self, name: str, tone: str, size: int) -> QPixmap:
        key = (self.scheme, name, tone, size)
        if key not in self._pictures:
            picture = QPixmap(QSize(size, size))
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            drawing = _drawing(name, TOKENS.color[self.scheme][tone])
            drawing.render(painter, QRectF(0, 0, size, size))
            painter.end()
            self._pictures[key] = picture
        return self._pictures[key]


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
