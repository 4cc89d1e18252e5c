"""The files of the message that is written, with their tokens; each can be taken out."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from workbench.domain.attachments import file_title, file_words
from workbench.domain.text import count_text
from workbench.domain.transcripts import Part
from workbench.ui.kit import IconButton, Label, row
from workbench.ui.kit.label import plain_tip
from workbench.ui.kit.panes.flow import FlowLayout

_NAME = 36
"""Characters of a name that a chip has room for."""


class FileChip(QFrame):
    """One file: its name, its tokens or its size, and a button that takes it out."""

    def __init__(self, part: Part) -> None:
        super().__init__()
        self.setProperty("chip", True)
        self.part = part
        self.words = Label("", "small", "text-2")
        self.remove = IconButton("close", f"Take {file_title(part)} out", size=20, glyph=12)
        self.setLayout(row(self.words, self.remove, gap=2, margins=(8, 1, 2, 1)))
        self.show_tokens(None)

    def show_tokens(self, tokens: int | None) -> None:
        """Say how many tokens it has for the loaded model; its size where that is not known."""
        size = file_words(self.part).rpartition(" · ")[2]
        name = file_title(self.part)
        short = name if len(name) <= _NAME else f"{name[:_NAME]}…"
        self.words.setText(f"{short} · {size if tokens is None else count_text(tokens, 'token')}")
        self.words.setToolTip(plain_tip(f"{name}, {size}"))
        self.setAccessibleName(self.words.text())


class FileChips(QWidget):
    """The files of the next message.

    Signals:
        changed(): others than before. removed(): the user took one out.
    """

    changed = Signal()
    removed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Attached files")
        self._flow = FlowLayout(self, gap=6)
        self.chips: list[FileChip] = []
        self.hide()

    @property
    def parts(self) -> tuple[Part, ...]:
        """The files."""
        return tuple(each.part for each in self.chips)

    def set_parts(self, parts: Sequence[Part]) -> None:
        """Show the files of another message."""
        if tuple(parts) == self.parts:
            return
        for each in self.chips:
            self._drop(each)
        self.chips = []
        for part in parts:
            self._add(part)
        self._tell()

    def add(self, parts: Sequence[Part]) -> None:
        """Show more files."""
        for part in parts:
            self._add(part)
        self._tell()

    def _add(self, part: Part) -> None:
        chip = FileChip(part)
        chip.remove.clicked.connect(functools.partial(self._on_remove, chip))
        self.chips.append(chip)
        self._flow.addWidget(chip)

    def _on_remove(self, chip: FileChip, _checked: bool = False) -> None:
        place = self.chips.index(chip)
        self.chips.remove(chip)
        self._drop(chip)
        self._tell()
        if self.chips:
            self.chips[min(place, len(self.chips) - 1)].remove.setFocus()
        self.removed.emit()

    def _drop(self, chip: FileChip) -> None:
        self._flow.removeWidget(chip)
        chip.hide()
        chip.deleteLater()

    def _tell(self) -> None:
        self.setVisible(bool(self.chips))
        self.updateGeometry()
        self.changed.emit()
