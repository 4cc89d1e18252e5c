"""Which samplers work, and in which order."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListWidget, QListWidgetItem

from workbench.domain.runs.sampling import SAMPLERS
from workbench.ui.kit.buttons import GhostButton, IconButton
from workbench.ui.kit.label import Label
from workbench.ui.kit.panes.layout import column, row

_ROW = 28
_NAME = Qt.ItemDataRole.UserRole


class _List(QListWidget):
    """Rows that move with Alt and the arrow keys.

    Signals:
        move_wanted(int): the current row should go up (-1) or down (1).
    """

    move_wanted = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up.value: -1, Qt.Key.Key_Down.value: 1}
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in steps:
            self.move_wanted.emit(steps[event.key()])
            return
        super().keyPressEvent(event)


class SamplerOrder(QFrame):
    """A list to tick and to move: by buttons, by dragging, or with Alt+Up and Alt+Down.

    Signals:
        changed(): the order changed, or a sampler was switched on or off.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.list = _List()
        self.list.setAccessibleName("Order of samplers")
        self.list.setAccessibleDescription("Alt+Up and Alt+Down move, Space switches on or off")
        self.list.setProperty("ticks", True)
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFixedHeight(_ROW * len(SAMPLERS) + 4)
        self.up = IconButton("chevron-up", "Move up", keys="Alt+Up")
        self.down = IconButton("chevron-down", "Move down", keys="Alt+Down")
        self.reset = GhostButton("Usual order")
        hint = Label("From first to last; one without a tick does not work.", "small", "text-3")
        self.setLayout(
            column(hint, self.list, row(self.up, self.down, None, self.reset, gap=4), gap=6)
        )
        self.show_order(SAMPLERS)
        self.list.itemChanged.connect(self._tell)
        self.list.model().rowsMoved.connect(self._tell)
        self.list.currentRowChanged.connect(self._on_row)
        self.list.move_wanted.connect(self._move)
        self.up.clicked.connect(self._on_up)
        self.down.clicked.connect(self._on_down)
        self.reset.clicked.connect(self._on_reset)

    @property
    def order(self) -> list[str]:
        """The samplers that work, first to last."""
        items = [self.list.item(row) for row in range(self.list.count())]
        return [item.data(_NAME) for item in items if item.checkState() is Qt.CheckState.Checked]

    def show_order(self, order: Sequence[str]) -> None:
        """Show these ticked, and the others after them."""
        if list(order) == self.order and self.list.count():
            return
        with QSignalBlocker(self.list), QSignalBlocker(self.list.model()):
            self.list.clear()
            for name in (*order, *(name for name in SAMPLERS if name not in order)):
                item = QListWidgetItem(name.replace("_", " "))
                item.setData(_NAME, name)
                item.setFlags(
                    Qt.ItemFlag.ItemIsEnabled
                    | Qt.ItemFlag.ItemIsSelectable
                    | Qt.ItemFlag.ItemIsUserCheckable
                    | Qt.ItemFlag.ItemIsDragEnabled
                )
                ticked = Qt.CheckState.Checked if name in order else Qt.CheckState.Unchecked
                item.setCheckState(ticked)
                self.list.addItem(item)
        self.list.reset()
        self.list.setCurrentRow(0)
        self._on_row()

    @Slot()
    def _tell(self) -> None:
        self.changed.emit()

    @Slot()
    def _on_row(self) -> None:
        current = self.list.currentRow()
        self.up.setEnabled(current > 0)
        self.down.setEnabled(0 <= current < self.list.count() - 1)

    @Slot()
    def _on_up(self) -> None:
        self._move(-1)

    @Slot()
    def _on_down(self) -> None:
        self._move(1)

    @Slot(int)
    def _move(self, step: int) -> None:
        current = self.list.currentRow()
        target = current + step
        if current < 0 or not 0 <= target < self.list.count():
            return
        with QSignalBlocker(self.list):
            self.list.insertItem(target, self.list.takeItem(current))
            self.list.setCurrentRow(target)
        self._on_row()
        self.changed.emit()

    @Slot()
    def _on_reset(self) -> None:
        self.show_order(SAMPLERS)
        self.changed.emit()
