"""What a person does to the files of the library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.views import PromptFile

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge
    from workbench.ui.design.view_model import DesignModel

_NEW_PROMPT = """---
name: New prompt
description:
inputs:
  question:
    type: string
    multiline: true
---
system:
You are a helpful assistant.
user:
{{ question }}
"""


class LibraryActions(QObject):
    """Makes, copies, renames and removes prompt files, and opens what came of it.

    Args:
        notify: shows a passing sentence.

    Signals:
        created(): a file was made and is being opened. failed(str): a sentence.
    """

    created = Signal()
    failed = Signal(str)

    def __init__(self, bridge: Bridge, model: DesignModel, notify: Callable[[str], None]) -> None:
        super().__init__()
        self._bridge = bridge
        self._model = model
        self._notify = notify

    @Slot()
    def create(self, name: str = "New prompt", text: str = _NEW_PROMPT) -> None:
        """A new prompt of the user."""
        self._bridge.call(
            lambda core: core.create_prompt(name, "", text),
            self._on_created,
            self._on_error,
            owner=self,
        )

    @Slot(str)
    def duplicate(self, path: str) -> None:
        """A copy in the user's folder."""
        self._bridge.call(
            lambda core: core.duplicate_prompt(path), self._on_created, self._on_error, owner=self
        )

    @Slot(str, str)
    def rename(self, path: str, name: str) -> None:
        """Another name in the same folder."""

        def renamed(file: PromptFile) -> None:
            self._model.close(path)
            self._on_created(file)

        self._bridge.call(
            lambda core: core.rename_prompt(path, name), renamed, self._on_error, owner=self
        )

    @Slot(str)
    def trash(self, path: str) -> None:
        """Put a file aside."""

        def done(where: str) -> None:
            self._model.close(path)
            self._model.read_library()
            self._notify(f"{Path(path).name} was moved to {where}.")

        self._bridge.call(lambda core: core.trash_prompt(path), done, self._on_error, owner=self)

    def _on_created(self, file: PromptFile) -> None:
        self._model.read_library()
        self._model.open(file.path)
        self.created.emit()

    def _on_error(self, error: WorkbenchError) -> None:
        self.failed.emit(str(error))
