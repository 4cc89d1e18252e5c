"""What stands beside the editor: rendered prompt, a run's result, and tools for the prompt."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from workbench.ui.actions import Action
from workbench.ui.widgets import GhostButton, IconButton, Pane

if TYPE_CHECKING:
    from workbench.ui.design.result import ResultPane
    from workbench.ui.design.run_bar import RunBar
    from workbench.ui.design.view_model import DesignModel
    from workbench.ui.design.work_area import WorkArea
    from workbench.ui.panels import Context


@dataclass(frozen=True)
class SideContext:
    """What a tool beside the editor may use."""

    window: Context
    model: DesignModel
    work: WorkArea
    run_bar: RunBar
    result: ResultPane


class SidePane(Pane):
    """A tool for the prompt that is open.

    Signals:
        closed(): the person wants the rendered prompt back.
    """

    closed = Signal()

    def __init__(self, title: str, side: SideContext) -> None:
        super().__init__(title)
        self.side = side
        self.bridge = side.window.bridge
        self.close_button = IconButton("close", "Back to the rendered prompt")
        self.close_button.clicked.connect(self.closed)
        self.header.addWidget(self.close_button)

    def shown(self) -> None:
        """Called when it comes to the front, by a key as often as not: take the focus."""

    def hidden(self) -> None:
        """Called when something else takes its place; marks in the editor go now."""


@dataclass(frozen=True)
class SideSpec:
    """A tool as the top bar knows it; ``make`` is called at first use.

    ``label`` makes what keeps the button's text, where that is more than the title.
    """

    id: str
    title: str
    icon: str
    keys: str
    make: Callable[[SideContext], SidePane]
    in_bar: bool = True
    """Whether it has a switch in the top bar; the others are opened from where they are wanted."""
    label: Callable[[SideContext, GhostButton], QObject] | None = None


def _import(side: SideContext) -> SidePane:
    from workbench.ui.design.exchange import ImportPane  # noqa: PLC0415 - it derives from SidePane

    return ImportPane(side)


def _data(side: SideContext) -> SidePane:
    from workbench.ui.design.data_pane import DataPane  # noqa: PLC0415 - it derives from SidePane

    return DataPane(side)


def _versions(side: SideContext) -> SidePane:
    from workbench.ui.design.versions_pane import VersionsPane  # noqa: PLC0415 - at first use

    return VersionsPane(side)


def _version_label(side: SideContext, button: GhostButton) -> QObject:
    from workbench.ui.design.versions_model import VersionLabel  # noqa: PLC0415 - a ring otherwise

    return VersionLabel(side, button)


def _rewrite(side: SideContext) -> SidePane:
    from workbench.ui.design.rewrite_pane import RewritePane  # noqa: PLC0415 - at first use

    return RewritePane(side)


def _xray(context: SideContext) -> SidePane:
    from workbench.ui.design.xray import XRayPane  # noqa: PLC0415 - it derives from SidePane

    return XRayPane(context)


SIDES: tuple[SideSpec, ...] = (
    SideSpec("versions", "Versions", "history", "", _versions, label=_version_label),
    SideSpec("xray", "X-ray", "xray", "Ctrl+Shift+X", _xray),
    SideSpec("rewrite", "Rewrite", "edit", "", _rewrite),
    SideSpec("data", "Data", "database", "Ctrl+Shift+D", _data, in_bar=False),
    SideSpec("import", "Import", "download", "", _import, in_bar=False),
)


class SideStack(QStackedWidget):
    """One of: the rendered prompt (first), the result of a run, a tool of :data:`SIDES`."""

    def __init__(self, preview: QWidget, result: QWidget, context: SideContext) -> None:
        super().__init__()
        self.setMinimumWidth(280)
        self._context = context
        self._panes: dict[str, SidePane] = {}
        self._preview, self._result = preview, result
        self.addWidget(preview)
        self.addWidget(result)
        self.buttons: dict[str, GhostButton] = {}
        self._labels: list[QObject] = []
        for spec in (spec for spec in SIDES if spec.in_bar):
            button = GhostButton(spec.title, spec.icon)
            button.setCheckable(True)
            button.clicked.connect(lambda _checked=False, side=spec.id: self.toggle(side))
            self.buttons[spec.id] = button
            if spec.label is not None:
                self._labels.append(spec.label(context, button))

    def actions_table(self) -> tuple[Action, ...]:
        """A command for each tool."""
        return tuple(
            Action(
                f"design.{spec.id}",
                f"Show {spec.title} of the prompt",
                functools.partial(self.toggle, spec.id),
                spec.keys,
                scope="design",
            )
            for spec in SIDES
        )

    def pane(self, side: str) -> SidePane:
        """A tool, made when it is asked for first."""
        if side not in self._panes:
            spec = next(spec for spec in SIDES if spec.id == side)
            pane = spec.make(self._context)
            pane.closed.connect(self.show_preview)
            self._panes[side] = pane
            self.addWidget(pane)
        return self._panes[side]

    def toggle(self, side: str) -> None:
        """Show a tool, or the rendered prompt where it is shown already."""
        pane = self.pane(side)
        self._show(self._preview if self.currentWidget() is pane else pane)

    def show_tool(self, side: str) -> SidePane:
        """Show a tool, and give it."""
        pane = self.pane(side)
        self._show(pane)
        return pane

    @property
    def shows_result(self) -> bool:
        """Whether the run is in front."""
        return self.currentWidget() is self._result

    @Slot()
    def show_preview(self) -> None:
        """The rendered prompt."""
        self._show(self._preview)

    def show_result(self) -> None:
        """The run of the prompt."""
        self._show(self._result)

    def _show(self, widget: QWidget) -> None:
        before = self.currentWidget()
        if before is widget:
            return
        focused = QApplication.focusWidget()
        had_focus = focused is not None and self.isAncestorOf(focused)
        if isinstance(before, SidePane):
            before.hidden()
        self.setCurrentWidget(widget)
        for side, button in self.buttons.items():
            button.setChecked(widget is self._panes.get(side))
        if isinstance(widget, SidePane):
            widget.shown()
        elif had_focus:
            self._context.work.editor.setFocus()
