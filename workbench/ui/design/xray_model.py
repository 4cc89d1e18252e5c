"""The X-ray of the prompt that is open: what is asked of the core, and what came of it."""

from __future__ import annotations

import functools
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.spec import TemplatePrompt
from workbench.domain.views import RunSummary
from workbench.domain.xray import Counterfactual, Level, XRay, XRayEstimate
from workbench.ui.design.view_model import DesignModel
from workbench.ui.design.xray_answer import Known
from workbench.ui.runs.explaining import STRATEGY

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

_RUNS = 256
_LOOKED_AT = 8
"""So many of the last runs are looked at for one of the prompt that is open."""


class Asked(NamedTuple):
    """What an X-ray was made of; another one does not count for it any more."""

    prompt: TemplatePrompt
    answer: str
    level: Level
    thorough: bool
    model: str


class XRayModel(QObject):
    """One X-ray, and one comparison with another run, at a time.

    Signals:
        changed(): more is known, or it has ended.
        estimated(): the cost is known, or there is none to tell.
        runs_changed(): the runs to compare with were read.
        last_changed(): the answer of the prompt's last run was read.
        compared(): the comparison is there, or failed.
    """

    changed = Signal()
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
        self._future: Future[None] | None = None
        self._comparing: Future[None] | None = None
        self._number = 0
        self._estimates = 0

    @property
    def prompt(self) -> TemplatePrompt | None:
        """The prompt that is open, with its values."""
        document = self._design.current
        if document is None:
            return None
        return TemplatePrompt(document.path, document.text, document.given_values())

    @property
    def running(self) -> bool:
        """Whether an X-ray is being made."""
        return self._future is not None

    @property
    def comparing(self) -> bool:
        """Whether a comparison is being made."""
        return self._comparing is not None

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
        self._number += 1
        self.asked = Asked(prompt, answer, level, thorough, model)
        self.found, self.error = None, ""
        ask = functools.partial(self._ask, self._number, self.asked)
        self._future = self._bridge.call(
            ask,
            functools.partial(self._on_found, self._number),
            functools.partial(self._on_failed, self._number),
            owner=self,
        )
        self.changed.emit()

    async def _ask(self, number: int, asked: Asked, core: Workbench) -> XRay:
        """On the core's thread."""

        def tell(found: XRay) -> None:
            self._bridge.tell(functools.partial(self._on_progress, number), found, self)

        return await core.xray(
            asked.prompt,
            asked.answer,
            level=asked.level,
            model=asked.model,
            thorough=asked.thorough,
            on_progress=tell,
        )

    @Slot()
    def cancel(self) -> None:
        """Stop; what is known stays."""
        if self._future is not None:
            self._future.cancel()
            self._number += 1
            self._future = None
            self.changed.emit()

    def _on_progress(self, number: int, found: XRay) -> None:
        if number == self._number and self.running:
            self.found = found
            self.changed.emit()

    def _on_found(self, number: int, found: XRay) -> None:
        if number == self._number:
            self.found, self._future = found, None
            self.changed.emit()

    def _on_failed(self, number: int, error: WorkbenchError) -> None:
        if number == self._number:
            self.error, self._future = str(error), None
            self.changed.emit()

    def ask_estimate(self, level: Level, model: str, *, thorough: bool) -> None:
        """Ask what it would cost; a newer question makes older answers void."""
        self._estimates += 1
        number, prompt, document = self._estimates, self.prompt, self._design.current
        if prompt is None or document is None or document.preview.error is not None:
            self._on_estimate(number, None)
            return
        tokens = document.preview.prompt_tokens or 0

        async def estimate(core: Workbench) -> XRayEstimate:
            return await core.estimate_xray(
                prompt, level=level, thorough=thorough, prompt_tokens=tokens, model=model
            )

        self._bridge.call(
            estimate,
            functools.partial(self._on_estimate, number),
            lambda _error: self._on_estimate(number, None),
            owner=self,
        )

    def _on_estimate(self, number: int, estimate: XRayEstimate | None) -> None:
        if number == self._estimates:
            self.estimate = estimate
            self.estimated.emit()

    # --- against another run --------------------------------------------------------------------

    def read_runs(self) -> None:
        """Read the runs of this prompt that have an answer."""
        self._bridge.call(lambda core: core.list_runs(limit=_RUNS), self._on_runs, owner=self)

    def _on_runs(self, runs: tuple[RunSummary, ...]) -> None:
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
            self._bridge.call(
                lambda core: _last_answer(core, path, ids),
                functools.partial(self._on_last, path),
                owner=self,
            )

    def last_answer(self) -> Known | None:
        """What the last run of the prompt answered, None where that is not known."""
        prompt = self.prompt
        return self._last.get(prompt.path) if prompt is not None else None

    def _on_last(self, path: str, known: Known) -> None:
        if known.text and known != self._last.get(path):
            self._last[path] = known
            self.last_changed.emit()

    def compare(self, old: int, new: int, answer: str, model: str) -> None:
        """Score a run's answer and another one under the prompts of both.

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
                return await core.counterfactual_of_runs(old, new, model)
            return await core.counterfactual_against(old, prompt, answer, model)

        self.comparison, self.comparison_error = None, ""
        self.compared_runs = (old, new)
        self._comparing = self._bridge.call(
            ask,
            self._on_compared,
            self._on_not_compared,
            owner=self,
        )
        self.compared.emit()

    @Slot()
    def cancel_comparison(self) -> None:
        """Stop comparing."""
        if self._comparing is not None:
            self._comparing.cancel()
            self._comparing = None
            self.compared.emit()

    def _on_compared(self, found: Counterfactual) -> None:
        if self.comparing:
            self.comparison, self._comparing = found, None
            self.compared.emit()

    def _on_not_compared(self, error: WorkbenchError) -> None:
        if self.comparing:
            self.comparison_error, self._comparing = str(error), None
            self.compared.emit()


async def _last_answer(core: Workbench, path: str, run_ids: list[int]) -> Known:
    """The answer of the first of some runs that is the prompt's; of others their short answer."""
    for run_id in run_ids:
        spec = await core.run_spec(run_id)
        if not isinstance(spec.prompt, TemplatePrompt) or spec.prompt.path != path:
            continue
        state = await core.load_run(run_id)
        text = state.output if spec.strategy == STRATEGY else state.answer or ""
        if text.strip():
            return Known(text.strip(), f"Answer of run {run_id:,}, the last one")
    return Known()
