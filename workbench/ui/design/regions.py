"""Keyboard navigation between the parts of Design."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from workbench.ui.actions import Action

if TYPE_CHECKING:
    from workbench.ui.design.work_area import WorkArea


class Part(NamedTuple):
    """A part of the workspace, and what in it has the focus first; None is the first that can."""

    widget: QWidget
    entry: QWidget | None = None


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
        part = self._parts[index]
        for widget in (self._last.get(index), part.entry, *_focusable(part.widget)):
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


class Navigation:
    """The commands that move the focus.

    Args:
        work: editor and inputs; they are between the library and the tool panes.
        library: the pane at the left.
        side: the pane at the right.
        run_bar: the strip at the bottom.
    """

    def __init__(self, work: WorkArea, library: Part, side: Part, run_bar: Part) -> None:
        self._work, self._library, self._side = work, library.widget, side.widget
        centre = (Part(work.upper, work.editor), Part(work.inputs))
        self._regions = Regions((library, *centre, side, run_bar))

    def actions_table(self) -> tuple[Action, ...]:
        """What can be done."""
        step = self._regions.step
        return (
            Action(id="parts.next", title="Go to the next part of the window",
                   run=functools.partial(step, 1), keys="F6"),
            Action(id="parts.before", title="Go to the previous part of the window",
                   run=functools.partial(step, -1), keys="Shift+F6"),
            Action(id="parts.inputs", title="Go to the inputs, and back to the editor",
                   run=self._between, keys="Ctrl+I"),
            Action(id="parts.editor", title="Go to the editor", run=self._work.editor.setFocus),
            Action(id="parts.library", title="Go to the library",
                   run=functools.partial(self._go, self._library), keys="Ctrl+Shift+E"),
            Action(id="parts.side", title="Go to the pane at the right",
                   run=functools.partial(self._go, self._side)),
        )  # fmt: skip

    def _go(self, part: QWidget) -> None:
        self._regions.go(part)

    def _between(self) -> None:
        """From a variable in the editor to its field, from a field to the editor."""
        work = self._work
        if not work.editor.hasFocus():
            work.editor.setFocus()
        elif not work.inputs.fields.focus_input(work.editor.variable()):
            self._regions.go(work.inputs)


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
