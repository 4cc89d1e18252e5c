"""The bar that offers the text of an opened run where the file has changed since."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Slot

if TYPE_CHECKING:
    from workbench.ui.design.view_model import DesignModel
    from workbench.ui.design.work_area import WorkArea


class _Wanted(NamedTuple):
    path: str
    text: str
    run_id: int


class EarlierText(QObject):
    """Compares what is opened with what a run was made from.

    Args:
        model: knows when a prompt is open.
        work: where the editor is.
    """

    def __init__(self, model: DesignModel, work: WorkArea) -> None:
        super().__init__(work)
        self._model, self._work = model, work
        self._wanted: _Wanted | None = None
        model.opened.connect(self._on_opened)

    def expect(self, path: str, text: str, run_id: int) -> None:
        """The prompt of a run is about to be opened."""
        self._wanted = _Wanted(path, text, run_id)

    @Slot(str)
    def _on_opened(self, path: str) -> None:
        wanted, document = self._wanted, self._model.current
        if wanted is None or path != wanted.path or document is None:
            return
        self._wanted = None
        if document.text != wanted.text:
            self._work.banner.show_message(
                f"This is {Path(path).name} as it is now. Run {wanted.run_id:,} was made from "
                "another text.",
                "text-2",
                "Put that text into the editor",
                functools.partial(self._put, wanted),
            )

    def _put(self, wanted: _Wanted) -> None:
        document = self._model.current
        if document is not None and document.path == wanted.path:
            self._work.editor.replace_all(wanted.text)
            self._work.editor.setFocus()
            self._work.tell_of_text(
                f"The text of run {wanted.run_id:,} is in the editor. The file stays as it is "
                "until you save."
            )
