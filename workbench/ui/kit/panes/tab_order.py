"""The order of Tab for widgets that are made while the window is shown."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QScrollArea, QWidget


def chain_after(before: QWidget, container: QWidget) -> None:
    """Let Tab go from ``before`` through all of a container, as it is read, and on from there.

    Qt puts a new widget behind all others of the window, wherever it is.
    """
    last = before
    for widget in reading_order(container):
        QWidget.setTabOrder(last, widget)
        last = widget


def chain_in_place(container: QWidget) -> None:
    """Let Tab go through all of a container as it is read, from where it was reached until now.

    To be called again when something was put into it.
    """
    inside = set(reading_order(container))
    before = container.previousInFocusChain()
    while before is not None and before is not container:
        is_reached = bool(before.focusPolicy() & Qt.FocusPolicy.TabFocus)
        if is_reached and before not in inside and not container.isAncestorOf(before):
            chain_after(before, container)
            return
        before = before.previousInFocusChain()


def reading_order(widget: QWidget) -> Iterator[QWidget]:
    """The widgets inside that Tab can reach, in the order of their layouts."""
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
        yield widget
        return
    if isinstance(widget, QScrollArea):
        inner = widget.widget()
        if inner is not None:
            yield from reading_order(inner)
        return
    layout = widget.layout()
    if layout is not None:
        yield from _of_layout(layout)


def _of_layout(layout: QLayout) -> Iterator[QWidget]:
    for index in range(layout.count()):
        item = layout.itemAt(index)
        inner, widget = (item.layout(), item.widget()) if item is not None else (None, None)
        if inner is not None:
            yield from _of_layout(inner)
        elif widget is not None:
            yield from reading_order(widget)
