"""The prompt that is compared, with its variables, and the list of prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.domain.errors import WorkbenchError
from workbench.domain.prompts.library import PromptRecord
from workbench.domain.prompts.prompt import PromptFile, TemplateAnalysis
from workbench.domain.runs.spec import Json
from workbench.domain.views import StrategyInfo
from workbench.ui.compare.session import question_of
from workbench.ui.runs.words import error_sentence
from workbench.ui.tasks import background, latest

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

_PREVIEW_MS = 250

_Lists = tuple[tuple[StrategyInfo, ...], tuple[PromptRecord, ...]]


class PromptModel(QObject):
    """A prompt file or a text that is being edited, its variables and its question.

    Signals:
        strategies_changed(), library_changed(): lists to choose from.
        prompt_changed(): another prompt, or its inputs became known.
        variables_changed(): an input has another value.
        previewed(): ``question`` or ``problem`` changed.
    """

    strategies_changed = Signal()
    library_changed = Signal()
    prompt_changed = Signal()
    variables_changed = Signal()
    previewed = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.bridge = self._bridge = bridge
        self.strategies: tuple[StrategyInfo, ...] = ()
        self.library: tuple[PromptRecord, ...] = ()
        self.path = ""
        self.text = ""
        self.edited = False
        self.analysis: TemplateAnalysis | None = None
        self.variables: dict[str, Json] = {}
        self.question = ""
        self.prompt_tokens: int | None = None
        self.problem = ""
        self._is_opening = False
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

    @background
    async def refresh(self) -> None:
        """Ask again which strategies, prompts and models there are."""

        async def ask(core: Workbench) -> _Lists:
            return core.runs.strategies(), await core.library.entries()

        lists = await self._bridge.ask(ask)
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

    @latest
    async def open_prompt(
        self, path: str, text: str | None = None, variables: dict[str, Json] | None = None
    ) -> None:
        """Work on a prompt file, or on its text as it is being edited elsewhere.

        Without ``variables`` the samples of the file are taken.
        """
        self._is_opening = True

        async def ask(core: Workbench) -> tuple[PromptFile, TemplateAnalysis]:
            prompt = PromptFile(path=path, text=text or "", sha256="")
            if text is None:
                prompt = await core.prompt_files.read(path)
            return prompt, await core.prompts.analyse(prompt.text, path)

        try:
            found = await self._bridge.ask(ask)
        except WorkbenchError as error:
            self._is_opening = False
            self.problem = str(error)
            self.previewed.emit()
            return
        prompt, analysis = found
        self._is_opening = False
        self.path, self.text, self.edited = prompt.path, prompt.text, text is not None
        self.analysis = analysis
        self.variables = dict(variables if variables is not None else analysis.sample)
        self.problem = ""
        self.prompt_changed.emit()
        self._ask_preview()

    def set_variables(self, variables: dict[str, Json]) -> None:
        """Other values; the question follows a moment later."""
        if variables != self.variables:
            self.variables = variables
            self._preview_timer.start()
            self.variables_changed.emit()

    def show_variables(self, variables: dict[str, Json]) -> None:
        """Other values, which the form of the inputs takes over."""
        self.variables = variables
        self.prompt_changed.emit()
        self._ask_preview()

    @latest
    async def _ask_preview(self) -> None:
        self._preview_timer.stop()
        text, path, variables = self.text, self.path, dict(self.variables)
        preview = await self._bridge.ask(lambda core: core.prompts.preview(text, path, variables))
        self.problem = error_sentence(preview.error)
        self.prompt_tokens = preview.prompt_tokens
        if preview.messages:
            self.question = question_of(preview.messages)
        self.previewed.emit()
