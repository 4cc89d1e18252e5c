"""The columns side by side, or one of them over the whole width."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea

from workbench.ui.compare.columns.column import LEAST_WIDTH, ColumnView
from workbench.ui.compare.columns.focus_strip import FocusStrip
from workbench.ui.kit import row

_SIDE_BY_SIDE = 4
"""Columns that share the width; more are scrolled sideways."""


class Board(QFrame):
    """Holds the views of the columns; up to four share the width, beyond that it scrolls.

    ``focused`` is the view that fills the width, None where all are shown.
    """

    def __init__(self) -> None:
        super().__init__()
        self.focused: ColumnView | None = None
        self._views: list[ColumnView] = []
        self.strip = FocusStrip()
        self.strip.hide()
        self.strip.chosen.connect(self._on_chosen)
        self.strip.left.connect(self.leave_focus)
        self._row = row(gap=0)
        inner = QFrame()
        inner.setLayout(self._row)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inner)
        layout = row(self.strip, self.area, gap=0)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)

    def show_views(self, views: Sequence[ColumnView]) -> None:
        """Show these, from left to right; views that are gone are taken out."""
        for view in self._views:
            if view not in views:
                self._row.removeWidget(view)
        self._views = list(views)
        for index, view in enumerate(self._views):
            self._row.insertWidget(index, view, 1)
        if self.focused not in self._views:
            self.focused = None
        self._arrange()

    def _arrange(self) -> None:
        """Show one or all, each as wide as it must be."""
        one = self.focused
        many = len(self._views) > _SIDE_BY_SIDE
        share = self.width() // _SIDE_BY_SIDE if many and one is None else 0
        for view in self._views:
            view.setVisible(one is None or view is one)
            view.setMinimumWidth(max(LEAST_WIDTH, share))
            view.expand.setToolTip("Back to all columns (Esc)" if one else "Fill the width (Enter)")
        self.strip.setVisible(one is not None)
        if one is not None:
            columns = [view.model for view in self._views]
            self.strip.show_columns(columns, self._views.index(one))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    # --- one over the whole width ---------------------------------------------------------------

    def toggle_focus(self, view: ColumnView) -> None:
        """Let a column fill the width, or show all again where it does."""
        if self.focused is view:
            self.leave_focus()
        else:
            self.focused = view
            self._arrange()
            view.setFocus()

    @Slot()
    def leave_focus(self) -> None:
        """Show all columns."""
        view, self.focused = self.focused, None
        self._arrange()
        if view is not None:
            self.go_to(view)

    @Slot(int)
    def _on_chosen(self, place: int) -> None:
        self.focused = self._views[place]
        self._arrange()
        self.focused.setFocus()

    # --- walking --------------------------------------------------------------------------------

    def current(self) -> ColumnView | None:
        """The column that has the focus, else the one that fills the width, else the first."""
        holder = QApplication.focusWidget()
        for view in self._views:
            if holder is not None and (view is holder or view.isAncestorOf(holder)):
                return view
        return self.focused or next(iter(self._views), None)

    def go(self, by: int) -> None:
        """Move the focus by ``by`` columns."""
        view = self.current()
        if view is not None:
            place = min(max(self._views.index(view) + by, 0), len(self._views) - 1)
            if self.focused is not None:
                self._on_chosen(place)
            self.go_to(self._views[place])

    def go_to(self, view: ColumnView) -> None:
        """Give the focus to a column and bring it into view, once it has its place."""
        view.setFocus()
        QTimer.singleShot(0, view, self._show_current)

    def show_end(self) -> None:
        """Bring the last column into view, once it has its place."""
        QTimer.singleShot(0, self, self._scroll_to_end)

    @Slot()
    def _scroll_to_end(self) -> None:
        bar = self.area.horizontalScrollBar()
        bar.setValue(bar.maximum())

    @Slot()
    def _show_current(self) -> None:
        view = self.current()
        if view is not None:
            self.area.ensureWidgetVisible(view, 0, 0)

    @Slot()
    def _on_focus(self) -> None:
        holder = QApplication.focusWidget()
        if holder is not None and any(view.isAncestorOf(holder) for view in self._views):
            self._show_current()
