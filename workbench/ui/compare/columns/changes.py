"""Word diffs between the columns and the pinned one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from workbench.domain.answers.forms import plain_text, same_answer
from workbench.domain.errors import WorkbenchError
from workbench.domain.text import count_text
from workbench.ui.compare.columns.column_model import ColumnModel
from workbench.ui.compare.view_model import CompareModel
from workbench.ui.tasks import background

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge
    from workbench.ui.compare.columns.column import ColumnView


class Changes(QObject):
    """Asks the core for the differences of finished texts, and shows them in the columns.

    Args:
        views: gives the columns that are there now.
    """

    def __init__(
        self, model: CompareModel, bridge: Bridge, views: Callable[[], Sequence[ColumnView]]
    ) -> None:
        super().__init__()
        self._model = model
        self._bridge = bridge
        self._views = views
        self._asked: dict[ColumnModel, tuple[str, str]] = {}
        model.pinned_changed.connect(self.refresh)
        model.counted.connect(self.refresh)
        model.columns_changed.connect(self.refresh)

    @Slot()
    def refresh(self) -> None:
        """Show changes in each column that has ended, or take them away."""
        views = {view.model: view for view in self._views()}
        self._asked = {model: asked for model, asked in self._asked.items() if model in views}
        pinned = views.get(self._model.pinned) if self._model.pinned is not None else None
        for view in views.values():
            view.show_pinned(view is pinned)
            ready = pinned is not None and not view.model.busy and not pinned.model.busy
            if not self._model.changes or view is pinned or not ready or pinned is None:
                self._asked.pop(view.model, None)
                view.clear_changes()
            else:
                self._compare(pinned, view)

    def _compare(self, pinned: ColumnView, view: ColumnView) -> None:
        before, after = pinned.compared_text(), view.compared_text()
        view.show_same_answer(_answers(pinned, view))
        if not before or not after:
            view.clear_changes()
            return
        if self._asked.get(view.model) == (before, after) and view.has_changes():
            return
        self._asked[view.model] = (before, after)
        self._show_diff(view, before, after)

    @background
    async def _show_diff(self, view: ColumnView, before: str, after: str) -> None:
        try:
            parts = await self._bridge.ask(lambda core: core.answers.word_diff(before, after))
        except WorkbenchError as error:
            if view in self._views():
                view.show_changes((), str(error))
            return
        if view in self._views() and self._asked.get(view.model) == (before, after):
            words = sum(len(part.text.split()) for part in parts if part.kind != "same")
            same = not words or plain_text(before) == plain_text(after)
            view.show_changes(parts, "unchanged" if same else f"{count_text(words, 'word')} differ")


def _answers(pinned: ColumnView, view: ColumnView) -> str:
    """Whether two columns answer the same, as a sentence; "" where one has no answer."""
    old, new = pinned.model.answer, view.model.answer
    if not old or not new:
        return ""
    title = pinned.model.info.title
    if same_answer(old, new):
        return f"Answer unchanged from {title}"
    return f"{title} answers {' '.join(old.split())[:40]}"
