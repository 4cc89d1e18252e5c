"""The prompt that is compared, with its variables, and what there is to choose from."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.prompts import LibraryEntry, Preview, PromptFile, TemplateAnalysis
from workbench.domain.spec import Json
from workbench.domain.views import StrategyInfo
from workbench.ui.compare.session import question_of
from workbench.ui.runs.words import error_sentence

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

_PREVIEW_MS = 250

_Lists = tuple[tuple[StrategyInfo, ...], tuple[LibraryEntry, ...]]


class PromptModel(QObject):
    """A prompt file or a text that is being edited, its variables and its question.

    Signals:
        strategies_changed(), library_changed(): lists to choose from.
        prompt_changed(): another prompt, or its inputs became known.
        previewed(): ``question`` or ``problem`` is another.
    """

    strategies_changed = Signal()
    library_changed = Signal()
    prompt_changed = Signal()
    previewed = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.bridge = self._bridge = bridge
        self.strategies: tuple[StrategyInfo, ...] = ()
        self.library: tuple[LibraryEntry, ...] = ()
        self.path = ""
        self.text = ""
        self.edited = False
        self.analysis: TemplateAnalysis | None = None
        self.variables: dict[str, Json] = {}
        self.question = ""
        self.prompt_tokens: int | None = None
        self.problem = ""
        self._opening = 0
        self._is_opening = False
        self._previewing = 0
        self._preview_timer = QTimer(self, singleShot=True, interval=_PREVIEW_MS)
        self._preview_timer.timeout.connect(self._ask_preview)

    @property
    def title(self) -> str:
        """The prompt's name."""
        if self.analysis is not None and self.analysis.name:
            return self.analysis.name
        entry = next((each for each in self.library if each.path == self.path), None)
        return entry.name if entry is not None else self.path.rpartition("/")[2]

    # --- lists ----------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Ask again which strategies, prompts and models there are."""

        async def ask(core: Workbench) -> _Lists:
            return core.strategies(), await core.library()

        self._bridge.call(ask, self._on_lists, owner=self)

    def _on_lists(self, lists: _Lists) -> None:
        strategies, library = lists
        if strategies != self.strategies:
            self.strategies = strategies
            self.strategies_changed.emit()
        if library != self.library:
            self.library = library
            self.library_changed.emit()
        if not self.path and not self._is_opening and library:
            self.open_prompt(library[0].path)

    def strategy(self, strategy_id: str) -> StrategyInfo | None:
        """The strategy of that id, None where there is none (yet)."""
        return next((each for each in self.strategies if each.id == strategy_id), None)

    # --- the prompt -----------------------------------------------------------------------------

    def open_prompt(
        self, path: str, text: str | None = None, variables: dict[str, Json] | None = None
    ) -> None:
        """Work on a prompt file, or on its text as it is being edited elsewhere.

        Without ``variables`` the samples of the file are taken.
        """
        self._opening += 1
        self._is_opening = True
        number = self._opening

        async def ask(core: Workbench) -> tuple[PromptFile, TemplateAnalysis, bool]:
            prompt = PromptFile(path=path, text=text or "", sha256="")
            if text is None:
                prompt = await core.read_prompt(path)
            return prompt, await core.analyse(prompt.text, path), text is not None

        self._bridge.call(
            ask,
            functools.partial(self._on_prompt, number, variables),
            functools.partial(self._on_prompt_failed, number),
            owner=self,
        )

    def _on_prompt(
        self,
        number: int,
        variables: dict[str, Json] | None,
        found: tuple[PromptFile, TemplateAnalysis, bool],
    ) -> None:
        if number != self._opening:
            return
        self._is_opening = False
        prompt, self.analysis, self.edited = found
        self.path, self.text = prompt.path, prompt.text
        names = {field.name for field in self.analysis.inputs}
        given = variables if variables is not None else self.analysis.sample
        self.variables = {name: value for name, value in given.items() if name in names}
        self.problem = ""
        self.prompt_changed.emit()
        self._ask_preview()

    def _on_prompt_failed(self, number: int, error: WorkbenchError) -> None:
        if number == self._opening:
            self._is_opening = False
            self.problem = str(error)
            self.previewed.emit()

    def set_variables(self, variables: dict[str, Json]) -> None:
        """Other values; the question follows a moment later."""
        if variables != self.variables:
            self.variables = variables
            self._preview_timer.start()

    @Slot()
    def _ask_preview(self) -> None:
        self._preview_timer.stop()
        self._previewing += 1
        text, path, variables = self.text, self.path, dict(self.variables)
        self._bridge.call(
            lambda core: core.preview(text, path, variables),
            functools.partial(self._on_preview, self._previewing),
            owner=self,
        )

    def _on_preview(self, number: int, preview: Preview) -> None:
        if number != self._previewing:
            return
        self.problem = error_sentence(preview.error)
        self.prompt_tokens = preview.prompt_tokens
        if preview.messages:
            self.question = question_of(preview.messages)
        self.previewed.emit()
