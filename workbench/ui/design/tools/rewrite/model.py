"""View model of Rewrite: requests, follows and applies a suggested rewrite."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Literal

from PySide6.QtCore import QObject, Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.prompts.rewriting import Rewrite, RewriteRequest
from workbench.domain.prompts.versions import Hunk, apply_hunks
from workbench.ui.design.tool_panes import SideContext
from workbench.ui.runs.run_model import RunModel
from workbench.ui.tasks import cancel, latest

Stage = Literal["idle", "asking", "suggested"]


class RewriteModel(QObject):
    """One request at a time.

    ``parts`` are the changes from ``base``, the text in the editor when they were made, to the
    suggestion; ``stale`` says that this text is not the one that the model was given.

    Signals:
        changed(): another stage, progress, or parts. failed(str): a sentence.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, side: SideContext) -> None:
        super().__init__()
        self._side = side
        self._bridge = side.window.bridge
        self.stage: Stage = "idle"
        self.request: RewriteRequest | None = None
        self.rewrite: Rewrite | None = None
        self.base = ""
        self.parts: tuple[Hunk, ...] = ()
        self.run: RunModel | None = None
        side.model.analysed.connect(self.compare_again)
        side.model.opened.connect(self.compare_again)

    @property
    def stale(self) -> bool:
        """Whether the prompt was changed since the rewrite was asked for."""
        return self.request is not None and self.base != self.request.text

    @property
    def shown_elsewhere(self) -> bool:
        """Whether the suggestion is for another prompt than the one that is open."""
        current = self._side.model.current
        return self.request is not None and (current is None or current.path != self.request.path)

    # --- asking ---------------------------------------------------------------------------------

    def ask(self, goal: str, failing: str, expected: str) -> None:
        """Have the model suggest a rewrite of the current text."""
        document = self._side.model.current
        info = next((each for each in self._side.model.strategies if each.id == "direct"), None)
        if document is None or info is None or self.stage == "asking":
            return
        self.request = RewriteRequest(
            path=document.path,
            text=document.text,
            goal=goal,
            failing=failing,
            expected=expected,
            model=self._side.run_bar.model.model_path,
        )
        self.rewrite, self.parts, self.stage = None, (), "asking"
        if self.run is None:
            self.run = RunModel(self._bridge, info, {})
            self.run.setParent(self)
            self.run.changed.connect(self.changed)
            self.run.ended.connect(self._on_ended)
        self._converse(self._start(self.run, self.request))
        self.changed.emit()

    @latest
    async def _converse(self, conversation: Awaitable[None]) -> None:
        """One conversation at a time; where it is refused there is no suggestion."""
        try:
            await conversation
        except WorkbenchError as error:
            self.discard()
            self.failed.emit(str(error))

    async def _start(self, run: RunModel, request: RewriteRequest) -> None:
        run.start(await self._bridge.ask(lambda core: core.rewrite.spec(request)))

    def stop(self) -> None:
        """Stop asking; what came is in the history."""
        if self.stage == "asking" and self.run is not None:
            self.discard()
            self.run.stop()

    def discard(self) -> None:
        """Put the suggestion away."""
        cancel(self, "_converse")
        self.stage, self.rewrite, self.parts = "idle", None, ()
        self.changed.emit()

    @Slot()
    def _on_ended(self) -> None:
        run, request = self.run, self.request
        if self.stage != "asking" or run is None or request is None:
            return
        if run.error or run.state is None or run.state.status != "done":
            error = run.state.error if run.state is not None else None
            words = str(WorkbenchError.from_wire(error)) if error else run.error
            self.discard()
            self.failed.emit(words or "The run ended without an answer.")
            return
        self._converse(self._read(request, run.state.output, run.state.finish_reason))

    async def _read(self, request: RewriteRequest, output: str, reason: str) -> None:
        self.rewrite = await self._bridge.ask(
            lambda core: core.rewrite.read(request, output, reason)
        )
        self.stage = "suggested"
        await self._compare()

    # --- taking ---------------------------------------------------------------------------------

    @Slot()
    def compare_again(self) -> None:
        """Make the parts again where the text in the editor changed."""
        if self.stage != "suggested" or self.shown_elsewhere:
            self.changed.emit()
            return
        current = self._side.model.current
        if current is not None and current.text != self.base:
            self._converse(self._compare())

    async def _compare(self) -> None:
        current, rewrite = self._side.model.current, self.rewrite
        if rewrite is None or self.request is None:
            return
        on_top = current is not None and current.path == self.request.path
        base = current.text if on_top and current is not None else self.request.text
        self.parts = await self._bridge.ask(lambda core: core.rewrite.hunks(base, rewrite.text))
        self.base = base
        self.changed.emit()

    def accept(self, chosen: frozenset[int]) -> bool:
        """Put the chosen parts into the editor as one step of undo.

        Returns:
            False where the text is not the one that the parts belong to; they are made again.
        """
        current = self._side.model.current
        if current is None or self.shown_elsewhere:
            return False
        if current.text != self.base:
            self._converse(self._compare())
            return False
        self._side.work.editor.replace_all(apply_hunks(self.base, self.parts, chosen))
        self.discard()
        return True
