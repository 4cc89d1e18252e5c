"""Shows the options of the open prompt's front matter in the run bar, and writes changes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.prompts.model_options import model_of_front_matter
from workbench.domain.runs.spec import Json
from workbench.ui.tasks import background

if TYPE_CHECKING:
    from workbench.ui.design.document import Document
    from workbench.ui.design.tool_panes import SideContext


class PromptOptions(QObject):
    """Connects the open prompt's front matter with the run bar.

    What is changed of a prompt's own options is kept for that prompt; all else in the run bar
    holds for every prompt.

    Signals:
        failed(str): a sentence.
    """

    failed = Signal(str)

    def __init__(self, side: SideContext, parent: QObject) -> None:
        super().__init__(parent)
        self._side = side
        self._bar = side.run_bar
        self._changed: dict[str, dict[str, Json]] = {}
        self._models: dict[str, str] = {}
        """Models that prompts are shown with because a run of theirs is looked at."""
        self._own_models: set[str] = set()
        """Prompts for which the user chose another model than their front matter names."""
        self._then: Callable[[], None] | None = None
        self._waiting: Document | None = None
        model = side.model
        model.opened.connect(self._on_opened)
        model.analysed.connect(self._on_analysed)
        model.moved.connect(self._on_moved)
        self._bar.sampling.changed.connect(self._on_sampling)
        self._bar.sampling.write_wanted.connect(self.write)
        self._bar.model.listed.connect(self._show)
        self._bar.model.picked.connect(self._on_picked)

    @property
    def _document(self) -> Document | None:
        return self._side.model.current

    @Slot()
    def _on_opened(self) -> None:
        if self._waiting is not self._document:
            self._then = None  # what waits is meant for another prompt
        self._show()

    # --- shown ------------------------------------------------------------------------------------

    @Slot()
    def _show(self) -> None:
        document = self._document
        if document is None:
            return
        given = document.analysis.options.given
        self._bar.sampling.show_prompt(given, self._changed.get(document.path, {}))
        self._show_model(document)
        self._bar.changed.emit()

    def _show_model(self, document: Document) -> None:
        name = document.analysis.options.model
        found = model_of_front_matter(name, self._bar.model.entries)
        own = document.path in self._own_models
        of_front_matter = found.path if found is not None and not own else ""
        self._bar.model.want(self._models.get(document.path) or of_front_matter)
        origins = self._bar.sampling.origins()
        words = [origins.short] if origins.short else []
        lines = [*origins.lines] if origins.given else []
        if name and found is None:
            words.append(f"{name} is not available")
            lines.append(f"Model of the prompt: {name}. It is not available: another one is used.")
        elif name:
            lines.append(f"Model of the prompt: {name}" + (" (another was chosen)" if own else ""))
            words += [] if words else ["another model" if own else "model from the prompt"]
        self._bar.show_origin(" · ".join(words), "\n".join(lines))

    @Slot()
    def _on_analysed(self) -> None:
        self._show()
        then = self._then
        if then is not None and self.are_known():
            self._then = None
            then()

    @Slot()
    def _on_sampling(self) -> None:
        document = self._document
        if document is None:
            return
        changed = self._bar.sampling.changed_values()
        if changed:
            self._changed[document.path] = changed
        else:
            self._changed.pop(document.path, None)
        self._show_model(document)

    @Slot()
    def _on_picked(self) -> None:
        document = self._document
        if document is None:
            return
        self._models.pop(document.path, None)
        if document.analysis.options.model:
            self._own_models.add(document.path)
        self._show_model(document)

    def take_model(self, path: str) -> None:
        """Work on the open prompt with the model that a run of it had, if that is still here."""
        document = self._document
        known = any(each.path == path for each in self._bar.model.entries)
        if document is not None and known and path != self._bar.model.model_path:
            self._models[document.path] = path
            self._show_model(document)

    @Slot(str, str)
    def _on_moved(self, old: str, new: str) -> None:
        if old in self._changed:
            self._changed[new] = self._changed.pop(old)

    # --- before a run -----------------------------------------------------------------------------

    def are_known(self) -> bool:
        """Whether the front matter was read as it is in the editor now."""
        document = self._document
        return document is None or document.analysed == document.text

    def wait(self, then: Callable[[], None]) -> None:
        """Read the front matter now, and continue with it."""
        self._then, self._waiting = then, self._document
        self._side.model.refresh()

    # --- into the prompt --------------------------------------------------------------------------

    def can_write(self) -> bool:
        """Whether an option differs from the front matter."""
        return self._document is not None and bool(self._bar.sampling.origins().changed)

    @background
    async def write(self) -> None:
        """Write the changed options into the front matter, as one step of undo."""
        document = self._document
        if document is None or not self.can_write():
            return
        values: dict[str, Any] = dict(self._bar.sampling.origins().changed)
        values = {name: _written(name, value) for name, value in values.items()}
        text, path = self._side.work.editor.text.plain(), document.path
        try:
            written = await self._side.window.bridge.ask(
                lambda core: core.prompts.write_options(text, path, values)
            )
        except WorkbenchError as error:
            self.failed.emit(str(error))
            return
        editor = self._side.work.editor
        if self._document is None or self._document.path != path or editor.text.plain() != text:
            return
        start, end = _common(text, written)
        editor.replace_range(start, len(text) - end, written[start : len(written) - end], (0, 0))
        editor.ensureCursorVisible()
        self._changed.pop(path, None)
        self._side.window.notify(
            "The options are in the prompt's front matter; Ctrl+Z undoes it.", "ok"
        )

    # --- session ----------------------------------------------------------------------------------

    def changed_options(self) -> dict[str, dict[str, Json]]:
        """What was changed of the options of each prompt."""
        return dict(self._changed)

    def restore(self, sampling: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
        """Put back the sampling of all prompts, and what :meth:`changed_options` gave."""
        if sampling:
            self._bar.sampling.show_prompt({}, {})
            self._bar.sampling.set_values(sampling)
        self._changed = {str(path): dict(values) for path, values in changed.items()}
        self._show()


def _written(name: str, value: Json) -> Json:
    """A value as written in a front matter; None for a new seed each time."""
    return None if name == "seed" and not value else value


def _common(before: str, after: str) -> tuple[int, int]:
    """How many characters two texts share at their beginning, and behind that at their end."""
    shortest = min(len(before), len(after))
    start = next((at for at in range(shortest) if before[at] != after[at]), shortest)
    most = shortest - start
    end = next((at for at in range(most) if before[-1 - at] != after[-1 - at]), most)
    return start, end
