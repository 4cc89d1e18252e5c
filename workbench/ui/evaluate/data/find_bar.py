"""Finds words in the cells of a sheet, without holding the window."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit

from workbench.ui.bridge import Bridge
from workbench.ui.evaluate.data.sheet_model import Place, SheetModel
from workbench.ui.kit import IconButton, Label, row
from workbench.ui.tasks import cancel, latest

_TYPED_MS = 150


class FindBar(QFrame):
    """A field, how many cells have the words, and steps from one to the next.

    Signals:
        found(int, int): the row and column of the cell to show.
        closed(): the user closed it.
    """

    found = Signal(int, int)
    closed = Signal()

    def __init__(self, bridge: Bridge, sheet: SheetModel) -> None:
        super().__init__()
        self._bridge, self._sheet = bridge, sheet
        self.places: tuple[Place, ...] = ()
        self.current = -1
        self.field = QLineEdit()
        self.field.setAccessibleName("Find in all cells")
        self.field.setPlaceholderText("Find in all cells")
        self.count = Label("", "small", "text-3")
        self.back = IconButton("chevron-up", "The cell before (Shift+Enter)", size=24, glyph=14)
        self.on = IconButton("chevron-down", "The next cell (Enter)", size=24, glyph=14)
        self.shut = IconButton("close", "Close (Esc)", size=24, glyph=14)
        layout = row(
            self.field, self.count, self.back, self.on, self.shut, margins=(12, 6, 8, 6), gap=6
        )
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.setProperty("rule", "bottom")
        self._timer = QTimer(self, singleShot=True, interval=_TYPED_MS)
        self._timer.timeout.connect(self._search)
        self.field.textChanged.connect(self._on_typed)
        self.back.clicked.connect(self.step_back)
        self.on.clicked.connect(self.step)
        self.shut.clicked.connect(self.shut_down)
        sheet.edited.connect(self._on_edited)
        self.hide()

    def start(self) -> None:
        """Show it and take words."""
        self.show()
        self.field.setFocus()
        self.field.selectAll()
        self._search()

    @Slot()
    def shut_down(self) -> None:
        """Hide it."""
        self._timer.stop()
        cancel(self, "_search")
        self.hide()
        self.closed.emit()

    @Slot()
    def _on_typed(self) -> None:
        self.current = -1
        self._timer.start()

    @Slot()
    def _on_edited(self) -> None:
        if self.isVisible() and self.field.text():
            self._timer.start()

    @Slot()
    @latest
    async def _search(self) -> None:
        words = self.field.text()
        columns, rows = self._sheet.columns, tuple(self._sheet.rows)
        self.places = await self._bridge.ask(lambda core: core.sheets.find(columns, rows, words))
        if self.current < 0 and self.places:
            self.step()
        self.current = min(self.current, len(self.places) - 1)
        self._show_count()

    @Slot()
    def step(self) -> None:
        """Show the next cell."""
        self._go(1)

    @Slot()
    def step_back(self) -> None:
        """Show the cell before."""
        self._go(-1)

    def _go(self, by: int) -> None:
        if self.places:
            start = self.current if self.current >= 0 or by > 0 else 0
            self.current = (start + by) % len(self.places)
            self.found.emit(*self.places[self.current])
        self._show_count()

    def _show_count(self) -> None:
        if not self.field.text():
            self.count.setText("")
        elif not self.places:
            self.count.setText("Not found")
        else:
            self.count.setText(f"{self.current + 1:,} of {len(self.places):,}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.shut_down()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            is_back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self._go(-1 if is_back else 1)
        else:
            super().keyPressEvent(event)
