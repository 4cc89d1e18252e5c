"""Choosing strategies, versions and models whose combinations become variants."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QWidget

from workbench.domain.evaluation.evaluation_set import VariantSpec
from workbench.domain.text import count_text
from workbench.domain.views import ModelEntry, StrategyInfo
from workbench.ui.evaluate.setup.variants import combinations
from workbench.ui.kit import Label, PrimaryButton, column, row

_MOST_SHOWN = 12


class Combining(QWidget):
    """Ticks in three columns, and how many variants they make.

    Args:
        base: the variant that all have the rest from.
        strategies: to choose from; that of ``base`` is ticked.
        models: to choose from.
        versions: numbers of the prompt, None for the file as it is.

    Signals:
        wanted(list): the variants to add.
    """

    wanted = Signal(list)

    def __init__(
        self,
        base: VariantSpec,
        strategies: Sequence[StrategyInfo],
        models: Sequence[ModelEntry],
        versions: Sequence[int | None],
    ) -> None:
        super().__init__()
        self._base = base
        self._titles = {info.id: info.title for info in strategies}
        self._titles |= {entry.path: entry.name for entry in models}
        self._strategies = [(_box(info.title), info.id) for info in strategies]
        self._models = [(_box(entry.name), entry.path) for entry in models[:_MOST_SHOWN]]
        self._versions = [
            (_box(f"v{number}" if number is not None else "as in the file"), number)
            for number in versions[:_MOST_SHOWN]
        ]
        self.button = PrimaryButton("")
        self.button.clicked.connect(self._on_button)
        groups = (
            ("Strategy", self._strategies, base.strategy or "direct"),
            ("Version", self._versions, base.version),
            ("Model", self._models, base.model),
        )
        columns = []
        for title, boxes, chosen in groups:
            parts: list[QWidget] = [Label(title, "micro", "text-3")]
            for box, value in boxes:
                box.setChecked(value == chosen)
                box.toggled.connect(self._count)
                parts.append(box)
            if boxes:
                columns.append(column(*parts, None, gap=6))
        self.setLayout(column(row(*columns, gap=24), row(None, self.button), gap=16))
        self._count()

    def _chosen(self) -> list[VariantSpec]:
        strategies = [value for box, value in self._strategies if box.isChecked()]
        versions = [value for box, value in self._versions if box.isChecked()]
        models = [value for box, value in self._models if box.isChecked()]
        found = combinations(self._base, strategies, versions, models, self._titles)
        return [each for each in found if not _is_same(each, self._base)]

    @Slot()
    def _count(self) -> None:
        count = len(self._chosen())
        self.button.set_text(f"Add {count_text(count, 'variant')}")
        self.button.setEnabled(count > 0)

    @Slot()
    def _on_button(self) -> None:
        self.wanted.emit(self._chosen())


def _is_same(one: VariantSpec, other: VariantSpec) -> bool:
    """Whether two variants are run alike."""
    return (one.strategy or "direct", one.version, one.model) == (
        other.strategy or "direct",
        other.version,
        other.model,
    )


def _box(title: str) -> QCheckBox:
    box = QCheckBox(title)
    box.setAccessibleName(title)
    return box
