"""The foot of the library: tags to choose from, and how many prompts there are."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QToolButton

from workbench.domain.prompts.library import PromptRecord
from workbench.domain.text import count_text
from workbench.ui.kit import IconButton, Label, row
from workbench.ui.kit.menu import Menu
from workbench.ui.theme import font

_MOST_CHIPS = 6


class LibraryFoot(QFrame):
    """The tags that most prompts have, as many as there is room for, and all of them in a menu.

    Signals:
        tag_toggled(str): a tag was pressed.
    """

    tag_toggled = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(36)
        self.setProperty("rule", "top")
        self._entries: tuple[PromptRecord, ...] = ()
        self._tags: list[tuple[str, int]] = []
        self._chosen: frozenset[str] = frozenset()
        self.all_tags = IconButton("tag", "All tags", size=24, glyph=14)
        self.all_tags.clicked.connect(self._show_menu)
        self.all_tags.hide()
        self.chips: list[QToolButton] = []
        self._row = row(gap=0)
        self.count = Label("", "small", "text-2")
        self.count.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        layout = row(self.all_tags, margins=(12, 0, 16, 0), gap=2)
        layout.addLayout(self._row)
        layout.addStretch(1)
        layout.addWidget(self.count)
        self.setLayout(layout)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_entries(self, entries: tuple[PromptRecord, ...]) -> None:
        """Count the tags of these prompts; a tag in another case is the same one."""
        if entries is self._entries:
            self._show_count()
            return
        self._entries = entries
        counted: Counter[str] = Counter()
        names: dict[str, str] = {}
        for entry in entries:
            for tag in entry.tags:
                key = tag.casefold()
                names.setdefault(key, tag)
                counted[key] += 1
        ranked = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
        self._tags = [(names[key], times) for key, times in ranked]
        self.all_tags.setVisible(bool(self._tags))
        self._make_chips()
        self._show_count()

    def _show_count(self) -> None:
        number = len(self._entries)
        self.count.setText(count_text(number, "prompt"))
        self._fit()

    def show_found(self, number: int) -> None:
        """Say how many a search found."""
        self.count.setText(f"{number:,} found")
        self._fit()

    def show_chosen(self, tags: Iterable[str]) -> None:
        """Light the tags that are searched for."""
        self._chosen = frozenset(tag.casefold() for tag in tags)
        for chip in self.chips:
            chip.setChecked(chip.text().casefold() in self._chosen)

    def tags(self) -> list[str]:
        """All tags, the most used first."""
        return [tag for tag, _ in self._tags]

    def _make_chips(self) -> None:
        names = self.tags()[:_MOST_CHIPS]
        if names != [chip.text() for chip in self.chips]:
            for chip in self.chips:
                self._row.removeWidget(chip)
                chip.hide()
                chip.deleteLater()
            self.chips = [self._chip(name) for name in names]
        self.show_chosen(self._chosen)
        self._fit()

    def _chip(self, name: str) -> QToolButton:
        chip = QToolButton()
        chip.setText(name)
        chip.setFont(font("small"))
        chip.setCheckable(True)
        chip.setAccessibleName(f"Tag {name}")
        chip.setToolTip(f"Prompts with the tag {name}")
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        chip.setFixedHeight(24)
        chip.clicked.connect(functools.partial(self._on_chip, name))
        self._row.addWidget(chip)
        return chip

    def _on_chip(self, name: str, _checked: bool = False) -> None:
        self.tag_toggled.emit(name)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Show as many chips as there is room for; one that does not fit ends the row."""
        room = self.width() - 28 - 8 - self.count.sizeHint().width()
        room -= 24 if self._tags else 0
        for chip in self.chips:
            room -= chip.sizeHint().width() + 2
            chip.setVisible(room >= 0)

    @Slot()
    def _show_menu(self) -> None:
        menu = Menu("Tags", self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for tag, times in self._tags:
            entry = menu.addAction(f"{tag.replace('&', '&&')}\t{times:,}")
            entry.setCheckable(True)
            entry.setChecked(tag.casefold() in self._chosen)
            entry.triggered.connect(functools.partial(self._on_chip, tag))
        corner = self.all_tags.mapToGlobal(self.all_tags.rect().topLeft())
        corner.setY(corner.y() - menu.sizeHint().height())
        menu.popup(corner)
