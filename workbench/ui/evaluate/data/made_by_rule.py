"""A data set made by rule: which kind, how difficult, how many rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QSpinBox, QWidget

from workbench.domain.errors import WorkbenchError
from workbench.domain.prompts.datasets import GeneratedKind
from workbench.ui.bridge import Bridge
from workbench.ui.evaluate.data.cell_values import text_of
from workbench.ui.kit import Chooser, GhostButton, Label, PrimaryButton, column, row, set_tone
from workbench.ui.tasks import background, latest

if TYPE_CHECKING:
    from workbench.service import Workbench

_WIDTH = 460
_MOST_ROWS = 10_000
_MOST_SHOWN = 400


class MadeByRule(QDialog):
    """Asks what to make, with its first row, and makes it.

    Signals:
        made(str): the path of the new data set.
    """

    made = Signal(str)

    def __init__(self, bridge: Bridge, owner: QWidget) -> None:
        super().__init__(owner.window())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Make a data set by rule")
        self.setAccessibleName("Make a data set by rule")
        self._bridge = bridge
        self._kinds: dict[str, GeneratedKind] = {}
        self.kind = Chooser("Kind")
        self.about = Label("", "small", "text-3", wrap=True)
        self.difficulty = Chooser("Difficulty")
        self.rows = _number("Rows", 100, _MOST_ROWS)
        self.seed = _number("Seed", 1, 2**31 - 1)
        self.first = Label("", "small", "text-2", wrap=True)
        self.message = Label("", "small", "bad", wrap=True)
        self.make = PrimaryButton("Make")
        self.shut = GhostButton("Cancel")
        self._build()
        self.kind.currentIndexChanged.connect(self._on_kind)
        self.difficulty.currentIndexChanged.connect(self._show_first)
        self.seed.valueChanged.connect(self._show_first)
        self.make.clicked.connect(self._on_make)
        self.shut.clicked.connect(self.close)
        self._read()

    def _build(self) -> None:
        for label in (self.about, self.first, self.message):
            label.setFixedWidth(_WIDTH)
        self.make.setEnabled(False)
        layout = column(
            Label("Make a data set by rule", "heading"), self.kind, self.about, self.difficulty,
            row(Label("Rows", "small", "text-2"), self.rows, Label("Seed", "small", "text-2"),
                self.seed, None, gap=8),
            Label("Its first row", "small", "text-2"), self.first, self.message,
            row(None, self.shut, self.make, gap=8), margins=(24, 20, 24, 20), gap=10,
        )  # fmt: skip
        self.setLayout(layout)

    @background
    async def _read(self) -> None:
        """Fill the kinds."""
        kinds = await self._bridge.ask(_kinds)
        self._kinds = {each.id: each for each in kinds}
        for each in kinds:
            self.kind.add_choice(each.title, each.id, icon="hash")
        self.make.setEnabled(True)
        self._on_kind()

    @Slot()
    def _on_kind(self) -> None:
        kind = self._kinds.get(self.kind.currentData())
        if kind is None:
            return
        self.about.setText(kind.description)
        chosen = max(self.difficulty.currentIndex(), 0)
        self.difficulty.blockSignals(True)
        self.difficulty.clear()
        for number, level in enumerate(kind.levels, 1):
            self.difficulty.add_choice(f"{number}: {level}", number)
        self.difficulty.setCurrentIndex(min(chosen, len(kind.levels) - 1))
        self.difficulty.blockSignals(False)
        self._show_first()

    @Slot()
    @latest
    async def _show_first(self) -> None:
        """Show the first row of what would be made."""
        kind, difficulty = self.kind.currentData(), self.difficulty.currentData()
        seed = self.seed.value()
        if not kind or not difficulty:
            return
        found = await self._bridge.ask(lambda core: core.generated.preview(kind, difficulty, seed))
        lines = [f"{name}: {' '.join(text_of(value).split())}" for name, value in found.items()]
        self.first.setText("\n".join(lines)[:_MOST_SHOWN])

    @Slot()
    @background
    async def _on_make(self) -> None:
        """Write the data set, and close."""
        kind, difficulty = self.kind.currentData(), self.difficulty.currentData()
        rows, seed = self.rows.value(), self.seed.value()
        self.make.setEnabled(False)
        try:
            path = await self._bridge.ask(
                lambda core: core.generated.make(kind, difficulty, rows, seed)
            )
        except WorkbenchError as error:
            self.message.setText(str(error))
            set_tone(self.message, "bad")
            self.make.setEnabled(True)
            return
        self.made.emit(path)
        self.close()


def _number(name: str, value: int, most: int) -> QSpinBox:
    made = QSpinBox()
    made.setAccessibleName(name)
    made.setRange(1, most)
    made.setValue(value)
    return made


async def _kinds(core: Workbench) -> tuple[GeneratedKind, ...]:
    return core.generated.kinds()
