"""The answers of the columns, as they are voted on."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from workbench.domain.evaluation.votes import ComparedAnswers, VoteAnswer
from workbench.domain.runs.spec import Json

if TYPE_CHECKING:
    from workbench.ui.compare.columns.column_model import ColumnModel
    from workbench.ui.compare.view_model import CompareModel


class ColumnAnswers(QObject):
    """The answers that the columns show to the present question; a source of votes.

    Signals:
        opened(): another question, or other columns.
        cells_changed(), result_changed(): answers came or are other ones.
    """

    opened = Signal()
    cells_changed = Signal()
    result_changed = Signal()

    def __init__(self, model: CompareModel) -> None:
        super().__init__(model)
        self._model = model
        self.evaluation: ComparedAnswers | None = None
        model.columns_changed.connect(self.refresh)
        model.counted.connect(self.refresh)
        model.running_changed.connect(self.refresh)
        self.refresh()

    @property
    def values(self) -> list[tuple[str, Json]]:
        """What the prompt is given, by input; the question where it has none."""
        model = self._model
        given = [(name, value) for name, value in model.variables.items() if value != ""]
        return given or [("question", model.question)]

    @Slot()
    def refresh(self) -> None:
        """Take the answers that are there now."""
        before, now = self.evaluation, self._found()
        if now == before:
            return
        self.evaluation = now
        if before is None or (now.case, now.variants) != (before.case, before.variants):
            self.opened.emit()
        else:
            self.cells_changed.emit()

    def _found(self) -> ComparedAnswers:
        model = self._model
        names = names_of(model.columns)
        answers = [
            VoteAnswer(variant=name, key=spec.digest(), text=state.output, run_id=run_id)
            for name, column in zip(names, model.columns, strict=True)
            if not column.shown_aspects
            and (state := column.state) is not None
            and state.status == "done"
            and (spec := column.spec) is not None
            and (run_id := column.run_id) is not None
        ]
        asked = msgspec.json.encode((model.text, model.variables), order="sorted")
        return ComparedAnswers(
            case=hashlib.sha256(asked).hexdigest()[:12],
            variants=tuple(names),
            answers=tuple(answers),
            set_name=f"Compare: {model.title}",
            set_path=model.path,
        )


def names_of(columns: list[ColumnModel]) -> list[str]:
    """A name for each column: its strategy's, with a number where several have it."""
    counts = Counter(column.info.title for column in columns)
    seen: Counter[str] = Counter()
    names = []
    for column in columns:
        title = column.info.title
        seen[title] += 1
        names.append(f"{title} {seen[title]}" if counts[title] > 1 else title)
    return names
