"""The focus from part to part of a workspace."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from workbench.ui.actions import Action


class Part(NamedTuple):
    """A part of a workspace, and how the focus gets into it."""

    widget: QWidget
    entry: QWidget | None = None
    """What has the focus first; None is the first that can."""
    enter: Callable[[], bool] | None = None
    """Gives the same place the focus each time, wherever it was; False where it cannot."""


class Regions(QObject):
    """Knows which widget of each part had the focus last.

    Args:
        parts: in the order in which they are walked.
    """

    def __init__(self, parts: Sequence[Part]) -> None:
        super().__init__(parts[0].widget)
        self._parts = tuple(parts)
        self._last: dict[int, QWidget] = {}
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)

    def actions(self, name: str) -> tuple[Action, Action]:
        """The commands of a workspace that go to the next part and the one before."""
        return (
            Action(id=f"{name}.next", title="Go to the next part of the window",
                   run=functools.partial(self.step, 1), keys="F6"),
            Action(id=f"{name}.before", title="Go to the previous part of the window",
                   run=functools.partial(self.step, -1), keys="Shift+F6"),
        )  # fmt: skip

    def step(self, step: int) -> None:
        """Go to the next part that can have the focus, or with -1 to the one before."""
        here = self.current()
        count = len(self._parts)
        start = here if here is not None else (-1 if step > 0 else 0)
        for distance in range(1, count + 1):
            if self._go((start + step * distance) % count):
                return

    def current(self) -> int | None:
        """The part that has the focus."""
        return self._part_of(QApplication.focusWidget())

    def go(self, widget: QWidget) -> None:
        """Give a part the focus, where it was in it."""
        self._go([part.widget for part in self._parts].index(widget))

    def _go(self, index: int) -> bool:
        """Go to a part; False where nothing in it can have the focus."""
        part, last = self._parts[index], self._last.get(index)
        if not part.widget.isVisible():
            return False
        if part.enter is not None and part.enter():
            return True
        for widget in (last, part.entry, *_focusable(part.widget)):
            if widget is not None and isValid(widget) and _can_focus(widget):
                widget.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return True
        return False

    def _part_of(self, widget: QWidget | None) -> int | None:
        for index, part in enumerate(self._parts):
            if widget is not None and (part.widget is widget or part.widget.isAncestorOf(widget)):
                return index
        return None

    @Slot(QWidget, QWidget)
    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        index = self._part_of(now)
        if index is not None and now is not None:
            self._last[index] = now


def _can_focus(widget: QWidget) -> bool:
    tab = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    return bool(tab) and widget.isVisible() and widget.isEnabled()


def _focusable(part: QWidget) -> Iterator[QWidget]:
    """The widgets of a part in the order of Tab."""
    if _can_focus(part):
        yield part
    widget = part.nextInFocusChain()
    while widget is not part and widget is not None:
        if part.isAncestorOf(widget) and _can_focus(widget):
            yield widget
        widget = widget.nextInFocusChain()
