"""View model of X-ray: asks the core, and keeps the result."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.runs.spec import TemplatePrompt
from workbench.domain.runs.xray import Counterfactual, Level, XRay, XRayEstimate
from workbench.domain.views import RunSummary
from workbench.ui.design.tools.xray.answer import Known
from workbench.ui.design.view_model import DesignModel
from workbench.ui.runs.explaining import STRATEGY
from workbench.ui.tasks import cancel, latest

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

_RUNS = 256
_LOOKED_AT = 8
"""How many of the last runs are searched for one of the open prompt."""


class Asked(NamedTuple):
    """The inputs of an X-ray; its result is stale when they change."""

    prompt: TemplatePrompt
    answer: str
    level: Level
    thorough: bool
    model: str


class XRayModel(QObject):
    """One X-ray, and one comparison with another run, at a time.

    Signals:
        changed(): more is known, or it has ended. ended(): all is known that will be.
        estimated(): the cost is known, or there is none.
        runs_changed(): the runs to compare with were read.
        last_changed(): the answer of the prompt's last run was read.
        compared(): the comparison is there, or failed.
    """

    changed = Signal()
    ended = Signal()
    estimated = Signal()
    runs_changed = Signal()
    last_changed = Signal()
    compared = Signal()

    def __init__(self, bridge: Bridge, design: DesignModel) -> None:
        super().__init__()
        self._bridge = bridge
        self._design = design
        self.asked: Asked | None = None
        self.found: XRay | None = None
        self.error = ""
        self.estimate: XRayEstimate | None = None
        self.runs: tuple[RunSummary, ...] = ()
        self._last: dict[str, Known] = {}
        self.comparison: Counterfactual | None = None
        self.comparison_error = ""
        self.compared_runs = (0, 0)
        """The runs of the comparison, old and new; 0 is the prompt in the editor."""
        self.running = False
        """Whether an X-ray is being made."""
        self.comparing = False
        """Whether a comparison is being made."""

    @property
    def prompt(self) -> TemplatePrompt | None:
        """The prompt that is open, with its values."""
        document = self._design.current
        if document is None:
            return None
        return TemplatePrompt(document.path, document.text, document.given_values())

    @property
    def is_stale(self) -> bool:
        """Whether the prompt is no longer the one that was looked at."""
        return self.asked is not None and self.asked.prompt != self.prompt

    # --- which part matters ---------------------------------------------------------------------

    def start(self, answer: str, level: Level, model: str, *, thorough: bool) -> None:
        """Look at the prompt that is open; what was found before goes."""
        prompt = self.prompt
        if prompt is None or self.running:
            return
        self.asked = Asked(prompt, answer, level, thorough, model)
        self.found, self.error, self.running = None, "", True
        self._look(self.asked)
        self.changed.emit()

    @latest
    async def _look(self, asked: Asked) -> None:
        def show(found: XRay) -> None:
            if asked is self.asked and self.running:
                self.found = found
                self.changed.emit()

        async def look(core: Workbench) -> XRay:
            return await core.xray.run(
                asked.prompt,
                asked.answer,
                level=asked.level,
                model=asked.model,
                thorough=asked.thorough,
                on_progress=lambda found: self._bridge.post(show, found, self),
            )

        try:
            self.found = await self._bridge.ask(look)
        except WorkbenchError as error:
            self.error = str(error)
        self.running = False
        self.changed.emit()
        if not self.error:
            self.ended.emit()

    @Slot()
    def cancel(self) -> None:
        """Stop; results so far are kept."""
        if self.running:
            cancel(self, "_look")
            self.running = False
            self.changed.emit()

    @latest
    async def ask_estimate(self, level: Level, model: str, *, thorough: bool) -> None:
        """Ask what it would cost."""
        prompt, document, estimate = self.prompt, self._design.current, None
        if prompt is not None and document is not None and document.preview.error is None:
            tokens = document.preview.prompt_tokens or 0
            with contextlib.suppress(WorkbenchError):
                estimate = await self._bridge.ask(
                    lambda core: core.xray.estimate(
                        prompt, level=level, thorough=thorough, prompt_tokens=tokens, model=model
                    )
                )
        self.estimate = estimate
        self.estimated.emit()

    # --- against another run --------------------------------------------------------------------

    @latest
    async def read_runs(self) -> None:
        """Read the runs of this prompt that have an answer, and what the last one answered."""
        runs = await self._bridge.ask(lambda core: core.history.list_runs(limit=_RUNS))
        prompt = self.prompt
        title = "" if prompt is None else Path(prompt.path).stem
        found = tuple(
            run
            for run in runs
            if run.title == title and run.strategy == STRATEGY and run.status == "done"
        )
        if found != self.runs:
            self.runs = found
            self.runs_changed.emit()
        if prompt is not None:
            done = [run for run in runs if run.title == title and run.status == "done"]
            path, ids = prompt.path, [run.run_id for run in done[:_LOOKED_AT]]
            known = await self._bridge.ask(lambda core: _last_answer(core, path, ids))
            if known.text and known != self._last.get(path):
                self._last[path] = known
                self.last_changed.emit()

    def last_answer(self) -> Known | None:
        """What the last run of the prompt answered, None where that is not known."""
        prompt = self.prompt
        return self._last.get(prompt.path) if prompt is not None else None

    def compare(self, old: int, new: int, answer: str, model: str) -> None:
        """Score the answers of two runs under the prompts of both.

        Args:
            old: the run.
            new: the other run; 0 is the prompt that is open.
            answer: that of the prompt that is open, "" where there is none.
            model: a name or path, "" the usual one.
        """
        prompt = self.prompt
        if prompt is None or self.comparing:
            return

        async def ask(core: Workbench) -> Counterfactual:
            if new:
                return await core.xray.counterfactual_of_runs(old, new, model)
            return await core.xray.counterfactual_against(old, prompt, answer, model)

        self.comparison, self.comparison_error, self.comparing = None, "", True
        self.compared_runs = (old, new)
        self._compare(ask)
        self.compared.emit()

    @latest
    async def _compare(self, ask: Callable[[Workbench], Awaitable[Counterfactual]]) -> None:
        try:
            self.comparison = await self._bridge.ask(ask)
        except WorkbenchError as error:
            self.comparison_error = str(error)
        self.comparing = False
        self.compared.emit()

    @Slot()
    def cancel_comparison(self) -> None:
        """Stop comparing."""
        if self.comparing:
            cancel(self, "_compare")
            self.comparing = False
            self.compared.emit()


async def _last_answer(core: Workbench, path: str, run_ids: list[int]) -> Known:
    """The answer of the first of some runs that is the prompt's; of others their short answer."""
    for run_id in run_ids:
        spec = await core.runs.spec(run_id)
        if not isinstance(spec.prompt, TemplatePrompt) or spec.prompt.path != path:
            continue
        state = await core.runs.load(run_id)
        text = state.output if spec.strategy == STRATEGY else state.answer or ""
        if text.strip():
            return Known(text.strip(), f"Answer of run {run_id:,}, the last one")
    return Known()
