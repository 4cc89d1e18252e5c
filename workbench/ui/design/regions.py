"""Keyboard navigation between the parts of Design."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from workbench.ui.actions import Action
from workbench.ui.kit.panes.regions import Part, Regions

if TYPE_CHECKING:
    from workbench.ui.design.work_area import WorkArea


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
        return (
            *self._regions.actions("parts"),
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
