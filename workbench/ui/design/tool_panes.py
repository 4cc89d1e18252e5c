"""The pane at the right: tabs for the rendered prompt, a run's result, and tools for the prompt."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QFrame, QStackedWidget, QTabBar, QWidget

from workbench.ui.actions import Action
from workbench.ui.kit import Button, Pane, column, row, strip
from workbench.ui.theme import font

if TYPE_CHECKING:
    from workbench.ui.design.run.result import ResultPane
    from workbench.ui.design.run.results import Results
    from workbench.ui.design.run.run_bar import RunBar
    from workbench.ui.design.view_model import DesignModel
    from workbench.ui.design.work_area import WorkArea
    from workbench.ui.panels import Context

RENDERED, RESULT = "rendered", "result"


@dataclass(frozen=True)
class SideContext:
    """What a tool at the right may use."""

    window: Context
    model: DesignModel
    work: WorkArea
    run_bar: RunBar
    result: ResultPane
    results: Results


class SidePane(Pane):
    """A tool for the prompt that is open.

    Signals:
        closed(): the rendered prompt is wanted back.
        result_wanted(): a run that it has put into the result is to be shown.
        primary_changed(): another of its buttons, or none, is its strong action now.
    """

    closed = Signal()
    result_wanted = Signal()
    primary_changed = Signal()

    def __init__(self, name: str, side: SideContext) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.side = side
        self.bridge = side.window.bridge

    def shown(self) -> None:
        """Called when it comes to the front, by a key as often as not: take the focus."""

    def hidden(self) -> None:
        """Called when something else takes its place; marks in the editor go now."""

    def primary(self) -> Button | None:
        """The button that Ctrl+Enter presses while this is shown; None leaves it to Run."""
        return None

    def at_work(self) -> str:
        """What quitting would stop, as a sentence; "" for nothing."""
        return ""

    def is_working(self) -> bool:
        """Whether its strong action is under way: Ctrl+Enter is still its, and starts no run."""
        return bool(self.at_work())


@dataclass(frozen=True)
class SideSpec:
    """A tool as its tab knows it; ``make`` is called at first use."""

    id: str
    title: str
    keys: str
    make: Callable[[SideContext], SidePane]
    has_tab: bool = True
    """Whether it always has a tab; the others have one from their first use until they close."""


def _import(side: SideContext) -> SidePane:
    from workbench.ui.design.tools.exchange import ImportPane  # noqa: PLC0415 - it derives from SidePane

    return ImportPane(side)


def _data(side: SideContext) -> SidePane:
    from workbench.ui.design.tools.data.pane import DataPane  # noqa: PLC0415 - it derives from SidePane

    return DataPane(side)


def _versions(side: SideContext) -> SidePane:
    from workbench.ui.design.tools.versions.pane import VersionsPane  # noqa: PLC0415 - at first use

    return VersionsPane(side)


def _rewrite(side: SideContext) -> SidePane:
    from workbench.ui.design.tools.rewrite.pane import RewritePane  # noqa: PLC0415 - at first use

    return RewritePane(side)


def _xray(context: SideContext) -> SidePane:
    from workbench.ui.design.tools.xray.pane import XRayPane  # noqa: PLC0415 - it derives from SidePane

    return XRayPane(context)


def _batch(context: SideContext) -> SidePane:
    from workbench.ui.design.run.batch_pane import BatchPane  # noqa: PLC0415 - at first use

    return BatchPane(context)


SIDES: tuple[SideSpec, ...] = (
    SideSpec("xray", "X-ray", "Ctrl+Shift+X", _xray),
    SideSpec("rewrite", "Rewrite", "", _rewrite),
    SideSpec("data", "Data", "Ctrl+Shift+D", _data),
    SideSpec("versions", "Versions", "", _versions),
    SideSpec("batch", "Run on", "", _batch, has_tab=False),
    SideSpec("import", "Import", "", _import, has_tab=False),
)


class _Bar(QTabBar):
    """Quiet tabs that are all in view."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("quiet", True)
        self.setAccessibleName("Pane at the right")
        self.setFont(font("small"))
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setUsesScrollButtons(False)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def minimumTabSizeHint(self, index: int) -> QSize:
        return self.tabSizeHint(index)


class SideTabs(QFrame):
    """One of: the rendered prompt, the result of its run, a tool of :data:`SIDES`.

    Signals:
        primary_changed(): what Ctrl+Enter does may be something else.
    """

    primary_changed = Signal()

    def __init__(self, preview: QWidget, result: QWidget, context: SideContext) -> None:
        super().__init__()
        self._context = context
        self._widgets: dict[str, QWidget] = {RENDERED: preview, RESULT: result}
        self._awaits_result = False
        """The result was in front until a prompt without one was opened."""
        self.bar = _Bar()
        self.bar.setAccessibleName("Right pane")
        self.stack = QStackedWidget()
        for side, title in ((RENDERED, "Rendered"), (RESULT, "Result")):
            self._add_tab(side, title)
            self.stack.addWidget(self._widgets[side])
        for spec in SIDES:
            if spec.has_tab:
                self._add_tab(spec.id, spec.title)
        self.bar.currentChanged.connect(self._on_tab)
        head = strip(row(self.bar, None, margins=(8, 0, 8, 0), gap=0))
        head.setProperty("surface", "panel")
        self.setLayout(column(head, self.stack, gap=0))
        self._fit()

    def _add_tab(self, side: str, title: str) -> None:
        self.bar.setTabData(self.bar.addTab(title), side)

    def actions_table(self) -> tuple[Action, ...]:
        """A command for each tab."""
        return (
            Action(id="design.rendered", title="Show the rendered prompt", run=self.show_preview),
            Action(id="design.result", title="Show the result of the prompt", run=self.show_result),
            *(
                Action(id=f"design.{spec.id}", title=f"Show {spec.title} of the prompt",
                       run=functools.partial(self.toggle, spec.id), keys=spec.keys)
                for spec in SIDES
            ),
        )  # fmt: skip

    # --- what is in front -----------------------------------------------------------------------

    @property
    def current(self) -> str:
        """The id of what is in front."""
        front = self.stack.currentWidget()
        return next(side for side, widget in self._widgets.items() if widget is front)

    @property
    def shows_result(self) -> bool:
        """Whether the run is in front."""
        return self.current == RESULT

    def primary(self) -> Button | None:
        """The strong action of the pane in front, where it has one that can be pressed."""
        front = self.stack.currentWidget()
        button = front.primary() if isinstance(front, SidePane) else None
        return button if button is not None and button.isEnabled() else None

    def is_front_at_work(self) -> bool:
        """Whether the pane in front works at something that Ctrl+Enter started."""
        front = self.stack.currentWidget()
        return isinstance(front, SidePane) and front.is_working()

    def at_work(self) -> str:
        """What quitting would stop, as sentences; "" for nothing."""
        made = [pane for pane in self._widgets.values() if isinstance(pane, SidePane)]
        return " ".join(words for pane in made if (words := pane.at_work()))

    def pane(self, side: str) -> SidePane:
        """A tool, made when it is asked for first."""
        if side not in self._widgets:
            spec = next(spec for spec in SIDES if spec.id == side)
            made = spec.make(self._context)
            made.closed.connect(functools.partial(self._on_closed, side))
            made.result_wanted.connect(self.show_result)
            made.primary_changed.connect(self.primary_changed)
            self._widgets[side] = made
            self.stack.addWidget(made)
        pane = self._widgets[side]
        assert isinstance(pane, SidePane)
        return pane

    def toggle(self, side: str) -> None:
        """Show a tool, or the rendered prompt where it is shown already."""
        self.show_side(RENDERED if self.current == side else side)

    def show_tool(self, side: str) -> SidePane:
        """Show a tool, and give it."""
        self.show_side(side)
        return self.pane(side)

    @Slot()
    def show_preview(self) -> None:
        """The rendered prompt."""
        self.show_side(RENDERED)

    @Slot()
    def show_result(self) -> None:
        """The run of the prompt."""
        self.show_side(RESULT)

    @Slot(bool)
    def follow_result(self, there: bool) -> None:
        """Another prompt is open: an empty result goes from the front, and comes back when there.

        Args:
            there: whether the prompt has a result.
        """
        if not there and self.current == RESULT:
            self.show_preview()
            self._awaits_result = True
        elif there and self._awaits_result:
            self.show_result()

    def show_side(self, side: str) -> None:
        """Bring one to the front; an id that is not known is passed over."""
        if side not in self._widgets and side not in {spec.id for spec in SIDES}:
            return
        widget = self._widgets[side] if side in self._widgets else self.pane(side)
        self._awaits_result = False
        self._show_tab(side)
        before = self.stack.currentWidget()
        if before is widget:
            return
        focused = QApplication.focusWidget()
        had_focus = focused is not None and self.stack.isAncestorOf(focused)
        if isinstance(before, SidePane):
            before.hidden()
        self.stack.setCurrentWidget(widget)
        if isinstance(widget, SidePane):
            on_tabs = self.bar.hasFocus()
            widget.shown()
            if on_tabs:
                self.bar.setFocus()  # the arrows walk along the tabs
        elif had_focus:
            self._context.work.editor.setFocus()
        self.primary_changed.emit()

    def _show_tab(self, side: str) -> None:
        """Put its tab down, made where there is none."""
        with QSignalBlocker(self.bar):
            if self._place(side) < 0:
                self._add_tab(side, next(spec.title for spec in SIDES if spec.id == side))
                self._fit()
            self.bar.setCurrentIndex(self._place(side))

    def _on_closed(self, side: str) -> None:
        self.show_preview()
        if not next(spec for spec in SIDES if spec.id == side).has_tab:
            with QSignalBlocker(self.bar):
                self.bar.removeTab(self._place(side))
            self._fit()

    def _fit(self) -> None:
        self.setMinimumWidth(self.bar.sizeHint().width() + 16)

    def _place(self, side: str) -> int:
        places = range(self.bar.count())
        return next((place for place in places if self.bar.tabData(place) == side), -1)

    @Slot(int)
    def _on_tab(self, index: int) -> None:
        if index >= 0:
            self.show_side(str(self.bar.tabData(index)))
