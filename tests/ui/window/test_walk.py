"""A walk over all workspaces: unheard signals, buttons that do nothing, nameless parts, Tab."""

from __future__ import annotations

import gc
import itertools

import pytest
import shiboken6
from PySide6.QtCore import QMetaMethod, QObject
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QScrollBar,
    QSplitter,
    QTabBar,
    QToolButton,
    QWidget,
)

from tests.ui.conftest import WAIT_MS
from workbench.ui.design.tool_panes import SIDES
from workbench.ui.tree.inspector.alternatives import _ForkLine

UNHEARD_ON_PURPOSE = {
    # A signal of a shared part that this use of it has no need of.
    ("FoldingSplitter", "folds_changed"),
    ("Panel", "busy_changed"),
    # Heard while the transcript shows it.
    ("SystemView", "resized"),
    # Heard by the program, which answers other starts of it: a window in a test has none.
    ("Starting", "ending"),
    # Heard by the views of an evaluation, which are made when one is opened.
    ("ChartLoading", "ready"),
    ("Comparing", "changed"),
}


NAMED_WHEN_SHOWN = (QAbstractButton, QLabel, QLineEdit, _ForkLine)
"""Those say what they are for when they are shown: the button of a message, a field for a name."""

READ_WHEN_SAVED = {"Pinned in LabelsForm"}
"""Boxes that only hold a value, which the form's button reads."""


@pytest.fixture
def walked(window, qtbot):
    """The window with every workspace made and shown once."""
    for panel_id in window.specs:
        window.go(panel_id)
    design, compare = window.panels["design"], window.panels["compare"]
    for side in SIDES:
        design.side.pane(side.id)
    qtbot.waitUntil(lambda: bool(compare.model.columns), timeout=WAIT_MS)
    return window


def ours() -> list[QObject]:
    """All living objects of the window's own classes."""
    return [
        each
        for each in gc.get_objects()
        if isinstance(each, QObject)
        and type(each).__module__.startswith("workbench.ui")
        and shiboken6.isValid(each)
    ]


def own_signals(found: QObject) -> list[tuple[str, QMetaMethod]]:
    """The signals that the program's classes declare, with the class."""
    meta = found.metaObject()
    signals = []
    while meta is not None and not meta.className().startswith("Q"):
        signals += [
            (meta.className(), meta.method(place))
            for place in range(meta.methodOffset(), meta.methodCount())
            if meta.method(place).methodType() == QMetaMethod.MethodType.Signal
        ]
        meta = meta.superClass()
    return signals


def test_every_signal_has_a_listener(walked):
    heard: dict[tuple[str, str], bool] = {}
    for found in ours():
        for name, signal in own_signals(found):
            key = (name, signal.name().data().decode())
            heard[key] = heard.get(key, False) or found.isSignalConnected(signal)
    assert len(heard) > 100
    unheard = {key for key, is_heard in heard.items() if not is_heard}
    assert sorted(unheard - UNHEARD_ON_PURPOSE) == []


def is_part_of_another(widget: QWidget) -> bool:
    """Whether Qt made it inside of a widget of its own."""
    around = widget.parent()
    return widget.objectName().startswith("qt_") or isinstance(
        around, QTabBar | QLineEdit | QAbstractSpinBox | QComboBox
    )


def test_every_button_does_something(walked):
    dead = []
    for button in walked.findChildren(QAbstractButton):
        meta = button.metaObject()
        signals = ("clicked(bool)", "toggled(bool)", "pressed()", "released()")
        wired = any(
            button.isSignalConnected(meta.method(meta.indexOfSignal(signal))) for signal in signals
        )
        with_menu = isinstance(button, QToolButton) and button.menu() is not None
        hidden_empty = not button.text() and button.icon().isNull()
        if not (wired or with_menu or button.group() or is_part_of_another(button) or hidden_empty):
            dead.append(
                f"{button.accessibleName() or button.text()} in {type(button.parent()).__name__}"
            )
    assert set(dead) <= READ_WHEN_SAVED


def test_every_part_one_can_use_has_a_name(walked):
    """Also those that are hidden now: the status icons, splitters, and buttons of columns."""
    nameless = []
    panels = tuple(walked.panels.values())
    for widget in walked.findChildren(QWidget):
        usable = widget.focusPolicy().value or isinstance(widget, QSplitter)
        inner = widget.focusProxy() is not None or is_part_of_another(widget)
        named_when_shown = isinstance(widget, NAMED_WHEN_SHOWN) and not any(
            panel.isAncestorOf(widget) and widget.isVisibleTo(panel) for panel in panels
        )
        if not usable or inner or named_when_shown or isinstance(widget, QScrollBar | QHeaderView):
            continue
        face = QAccessible.queryAccessibleInterface(widget)
        name = widget.accessibleName() or (face.text(QAccessible.Text.Name) if face else "")
        if not name:
            nameless.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    assert sorted(set(nameless)) == []


@pytest.mark.parametrize("panel_id", ["design", "compare", "tree", "chat", "history", "models"])
def test_tab_goes_in_the_order_of_reading(walked, panel_id):
    """Within a row of controls from left to right; rows from top to bottom in each column."""
    walked.go(panel_id)
    panel = walked.panels[panel_id]
    jumps = []
    for bar in {w.parentWidget() for w in panel.findChildren(QAbstractButton) if w.isVisible()}:
        row = []
        widget = bar.nextInFocusChain()
        while widget is not bar:
            if widget.parentWidget() is bar and widget.isVisible() and widget.focusPolicy().value:
                row.append(widget)
            widget = widget.nextInFocusChain()
        for one, other in itertools.pairwise(row):
            above = other.geometry().bottom() < one.geometry().top()
            same_row = abs(one.geometry().center().y() - other.geometry().center().y()) < 8
            left = same_row and other.geometry().right() < one.geometry().left()
            if above or left:
                names = (one.accessibleName(), other.accessibleName())
                jumps.append((type(bar).__name__, *names))
    assert jumps == []
