"""Beginning a new evaluation, and giving an open one other data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Signal

from workbench.domain.errors import WorkbenchError
from workbench.ui.evaluate.view_model import EvaluationModel
from workbench.ui.tasks import latest

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge


class Starting(QObject):
    """Makes sets of prompts, above all of the one that is open in Design.

    Signals:
        failed(str): a sentence.
    """

    failed = Signal(str)

    def __init__(self, bridge: Bridge, model: EvaluationModel) -> None:
        super().__init__()
        self._bridge = bridge
        self._model = model
        self._path = self._text = ""

    def take_offer(self, offer: dict[str, object]) -> None:
        """Remember the prompt that is open in Design."""
        path, text = offer.get("path"), offer.get("text")
        if isinstance(path, str) and isinstance(text, str):
            self._path, self._text = path, text

    def choices(self) -> list[tuple[str, str]]:
        """What a new evaluation can be made of, with titles."""
        found = []
        if self._path:
            found.append(("design", f"Of {Path(self._path).stem}, open in Design"))
        if self._model.set is not None:
            found.append(("copy", "Of a copy of this evaluation"))
        return found

    def start(self, choice: str) -> None:
        """Make one of what was chosen."""
        given = self._model.set
        if choice == "design":
            self.from_prompt(self._path, self._text)
        elif given is not None:
            place = Path(given.path)
            self._model.open_set(
                msgspec.structs.replace(
                    given,
                    name=f"{given.name} (copy)",
                    path=str(place.with_name(f"{place.name.split('.')[0]}-copy.eval.yaml")),
                )
            )

    @latest
    async def from_prompt(self, path: str, text: str = "") -> None:
        """Open a new set of a prompt; ``text`` is as it is in the editor."""
        try:
            made = await self._bridge.ask(lambda core: core.new_sets.from_prompt(path, text))
        except WorkbenchError as error:
            self.failed.emit(str(error))
            return
        self._model.open_set(made)

    def use_data(self, path: str) -> None:
        """Have the cases of the open set from a data set."""
        given = self._model.set
        if given is None:
            self.failed.emit("Open an evaluation first: a data set gives it its rows.")
            return
        self._model.edit(msgspec.structs.replace(given, data=path, rows=()))
