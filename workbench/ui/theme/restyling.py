"""Applies a new style sheet: now to what is shown, later to what is hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QWidget

_POLISHED = Qt.WidgetAttribute.WA_WState_Polished
_OWN_STYLE = Qt.WidgetAttribute.WA_SetStyle
_OWN_PALETTE = Qt.WidgetAttribute.WA_SetPalette
_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly


class Restyling(QObject):
    """Changes the style sheet without touching hidden widgets before they are shown.

    Qt styles every widget that there is: 0.25 s with all workspaces open, though only 3 to 5 of 100
    widgets can be seen. So hidden ones are left out, and each topmost one of them is watched: at
    its show event, which comes before it is painted, it and what it shows are styled.

    """

    def change(self, app: QApplication, sheet: str, lay: Callable[[], None]) -> None:
        """Lay a new sheet on what is shown.

        Args:
            app: whose sheet it is.
            sheet: the new one.
            lay: changes what it lies on.
        """
        hidden = [w for w in app.allWidgets() if not w.isVisible() and w.testAttribute(_POLISHED)]
        own = [widget for widget in hidden if widget.testAttribute(_OWN_STYLE)]
        for widget in hidden:  # what Qt leaves out when the style of the application changes
            widget.setAttribute(_POLISHED, on=False)
            widget.setAttribute(_OWN_STYLE)
        _replace_sheet(app, sheet, lay)
        for widget in hidden:
            widget.setAttribute(_POLISHED)
            widget.setAttribute(_OWN_STYLE, on=False)
        for widget in own:
            widget.setAttribute(_OWN_STYLE)
        for widget in hidden:
            parent = widget.parentWidget()
            if parent is None or parent.isVisible():
                widget.installEventFilter(self)

    def change_all(self, app: QApplication, sheet: str, lay: Callable[[], None]) -> None:
        """The same for hidden widgets too, for a sheet that gives widgets another size."""

        def lay_on_clean() -> None:
            for widget in app.allWidgets():
                _forget_palette(widget)
            lay()

        _replace_sheet(app, sheet, lay_on_clean)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget):
            watched.removeEventFilter(self)
            shown = [each for each in self._shown(watched) if each.testAttribute(_POLISHED)]
            for widget in shown:
                widget.style().unpolish(widget)
                _forget_palette(widget)
            for widget in shown:  # only now: styling a field colours its parts
                widget.style().polish(widget)
        return False

    def _shown(self, widget: QWidget) -> Iterator[QWidget]:
        """A widget and what is shown with it; what is hidden in it waits again."""
        yield widget
        for child in widget.findChildren(QWidget, options=_DIRECT):
            if child.isHidden():
                child.installEventFilter(self)
            else:
                yield from self._shown(child)


def _forget_palette(widget: QWidget) -> None:
    """Take away the colours of the sheet before: Qt no longer knows that they came from it.

    No widget of this program has a palette of its own. The list of a combo box has one from Qt,
    which follows that of the box.
    """
    if widget.testAttribute(_OWN_PALETTE) and not widget.inherits("QComboBoxPrivateContainer"):
        widget.setPalette(QPalette())


def _replace_sheet(app: QApplication, sheet: str, lay: Callable[[], None]) -> None:
    """Change what the style sheet lies on, and lay a new one on top.

    Taking the sheet away first polishes each widget once. A sheet that replaces another has Qt
    walk the whole tree of widgets again from each widget: 0.9 s with all workspaces, not 0.2.
    """
    app.setStyleSheet("")
    lay()
    app.setStyleSheet(sheet)
