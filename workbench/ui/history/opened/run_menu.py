"""The context menu of a run in the list."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton

from workbench.ui.erasing import ASK, Eraser
from workbench.ui.evaluate.data.case_form import ask_for_case
from workbench.ui.history.bundles.bundle_files import BundleSaver
from workbench.ui.history.opened.open_run import OpenRun
from workbench.ui.history.opened.run_view import RunView
from workbench.ui.kit import plain_tip
from workbench.ui.kit.menu import IconMenu
from workbench.ui.panels import Context
from workbench.ui.runs.explaining import XRAY, explain_request, why_no_xray

_READING = "The run is being read."


class RunMenu(IconMenu):
    """The menu of the run that is opened: what its buttons do, and its X-ray.

    Args:
        opened: the run; one that is still being read can do nothing yet.
        view: whose buttons do the work.
        context: of the window.
    """

    def __init__(self, opened: OpenRun, view: RunView, context: Context) -> None:
        super().__init__("Run", view)
        self._opened, self._view, self._context = opened, view, context
        self._buttons: list[tuple[QAction, QAbstractButton]] = []
        self._press("Open in Design", "design", view.design)
        self.xray = self.add_entry(XRAY, "xray")
        self.xray.triggered.connect(self.open_xray)
        self._press("Open the comparison", "compare", view.compare)
        self._press("Open the tree", "tot", view.tree)
        self.case = self.add_entry("Save the output as a case…", "file-plus")
        self.case.triggered.connect(self._save_case)
        self.bundle = self.add_entry("Save as a bundle…", "save")
        self.bundle.setToolTip("One file with which the run is done again elsewhere")
        self.bundle.triggered.connect(self.save_bundle)
        self._saver = BundleSaver(context, view)
        self.compare_two = self.add_entry("Compare the two marked runs", "compare")
        self.addSeparator()
        self._press("Run again", "retry", view.again)
        self._press("Reproduce", "target", view.reproduce)
        self._press("Tags and pin", "tag", view.labels)
        self._press("Delete this run", "trash", view.delete)
        self.eraser = Eraser(context.bridge, context.notify, view)
        self.eraser.erased.connect(opened.close)
        self.add_entry(ASK, "trash").triggered.connect(self._erase)
        opened.changed.connect(self.refresh)

    def _press(self, title: str, icon_name: str, button: QAbstractButton) -> None:
        action = self.add_entry(title, icon_name)
        action.triggered.connect(button.click)
        self._buttons.append((action, button))

    @Slot()
    def _erase(self) -> None:
        if self._opened.run_id is not None:
            self.eraser.erase([self._opened.run_id])

    @Slot()
    def save_bundle(self) -> None:
        """Ask for a file and save the run there as a bundle."""
        if self._opened.run_id is not None:
            self._saver.ask_for_target(self._opened.run_id)

    @Slot()
    def _save_case(self) -> None:
        ask_for_case(self._context, self._view, self._opened.run_id)

    @Slot(QPoint)
    def open_at(self, place: QPoint) -> None:
        """Show it at a place of the screen."""
        self.refresh()
        self.popup(place)

    @property
    def _is_read(self) -> bool:
        opened = self._opened
        return opened.state is not None and opened.state.run_id == opened.run_id

    def why_no_xray(self) -> str:
        """Why the run cannot be X-rayed, "" where it can."""
        opened = self._opened
        if not self._is_read:
            return _READING
        if opened.spec is None:
            return opened.problem or _READING
        status = self._context.bridge.engine_status
        title = self._view.strategy_title(opened.spec.strategy)
        return why_no_xray(opened.spec, opened.state, status, title)

    def can_xray(self) -> bool:
        """Whether the run can be X-rayed."""
        return not self.why_no_xray()

    @Slot()
    def refresh(self) -> None:
        """Say what can be done now."""
        reason = self.why_no_xray()
        self.xray.setEnabled(not reason)
        can = "See in Design which part of the prompt this answer rests on"
        self.xray.setToolTip(plain_tip(reason or can))
        ended = self._opened.state is not None and self._opened.state.status != "running"
        self.bundle.setEnabled(self._is_read and ended and self._opened.spec is not None)
        for action, button in self._buttons:
            action.setEnabled(self._is_read and not button.isHidden() and button.isEnabled())

    @Slot()
    def open_xray(self) -> None:
        """Open the X-ray of the run's answer in Design."""
        opened = self._opened
        if opened.run_id is None or opened.spec is None or opened.state is None:
            return
        if self.can_xray():
            request = explain_request(
                opened.run_id, opened.spec, opened.state, expected=opened.expected
            )
            self._context.go("design", explain=request)
