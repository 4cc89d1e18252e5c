"""The open prompt on many inputs: all its sample sets, or the rows of a data set."""

from __future__ import annotations

import contextlib
import functools
import time
from asyncio import shield
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.prompts.cases import Case, CaseResult, CaseSummary, KeptCases, summarise
from workbench.domain.prompts.library import CASES_STATE
from workbench.domain.prompts.matching import DataFit
from workbench.domain.runs.comparison import Interval
from workbench.domain.runs.made_with import Aspect, changed_aspects
from workbench.domain.runs.spec import Json, RunSpec
from workbench.domain.text import count_text
from workbench.domain.views import Estimate
from workbench.ui.design.run.running import spec_of
from workbench.ui.tasks import Task, background, latest

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.design.tool_panes import SideContext

SAMPLES = ""
"""The source that is all sample sets of the prompt; others are paths of data sets."""
MOST_ROWS = 10_000
_SHOWN_MS = 80
_KEPT_MS = 2_000
_MOST_KEPT = 1_000
"""Rows of a table that is there again at the next start; a longer one is not kept."""


@dataclass
class Batch:
    """Runs of one prompt on many inputs. ``spec`` has the variables of no case."""

    spec: RunSpec
    source: str
    results: list[CaseResult] = field(default_factory=list)
    task: Task | None = None
    started: float = 0.0
    intervals: dict[tuple[int, int], Interval] = field(default_factory=dict)
    """The last confidence interval, and the counts it is of."""

    @property
    def summary(self) -> CaseSummary:
        """Counts so far."""
        return summarise(self.results)

    @property
    def interval(self) -> Interval | None:
        """Of the share that was right, where it is known for the counts so far."""
        summary = self.summary
        return self.intervals.get((summary.right, summary.judged))

    @property
    def running(self) -> bool:
        """Whether cases are being run."""
        return self.task is not None

    def seconds_left(self) -> float | None:
        """How long the rest takes at the pace so far; None before one case is over."""
        summary = self.summary
        if not summary.over or not self.running:
            return None
        taken = time.monotonic() - self.started
        return taken / summary.over * (summary.total - summary.over)


class BatchModel(QObject):
    """A batch for each prompt; one of a prompt at a time.

    Signals:
        sources_changed(): there are other data sets, or others fit.
        planned(): there are other cases to run, or what they cost is known.
        changed(): cases are further, or another prompt's are shown.
        failed(str): a sentence.
    """

    sources_changed = Signal()
    planned = Signal()
    changed = Signal()
    failed = Signal(str)

    def __init__(self, side: SideContext) -> None:
        super().__init__()
        self._side, self._bridge = side, side.window.bridge
        self.sources: tuple[DataFit, ...] = ()
        self.source = SAMPLES
        self.most = 20
        self.cases: tuple[Case, ...] = ()
        self.is_planned = False
        """Whether ``cases`` are those of the open prompt."""
        self.estimate: Estimate | None = None
        self._batches: dict[str, Batch] = {}
        self._read: set[str] = set()
        """Prompts whose kept table was asked for."""
        self._starts = False
        self._soon = QTimer(self, singleShot=True, interval=_SHOWN_MS)
        self._soon.timeout.connect(self._on_soon)
        self._keep_timer = QTimer(self, singleShot=True, interval=_KEPT_MS)
        self._keep_timer.timeout.connect(self._keep_running)
        side.model.opened.connect(self._on_opened)
        side.model.analysed.connect(self.plan)
        side.model.moved.connect(self._on_moved)
        side.run_bar.changed.connect(self._ask_estimate)
        self._read_kept()

    @property
    def batch(self) -> Batch | None:
        """That of the open prompt."""
        document = self._side.model.current
        return self._batches.get(document.path) if document is not None else None

    @property
    def running(self) -> bool:
        """Whether the open prompt's cases are being run."""
        return self.batch is not None and self.batch.running

    def at_work(self) -> str:
        """What quitting would stop, as a sentence; "" where nothing runs, of any prompt."""
        running = [batch.summary for batch in self._batches.values() if batch.running]
        if not running:
            return ""
        left = sum(summary.total - summary.over for summary in running)
        return f"“Run on” is running: {count_text(left, 'run')} to come."

    def aspects(self) -> tuple[Aspect, ...]:
        """What the shown batch was made with that is not shown any more, but for its inputs."""
        batch, shown = self.batch, spec_of(self._side)
        if batch is None or shown is None:
            return ()
        infos = {info.id: info for info in self._side.model.strategies}
        info = infos.get(batch.spec.strategy)
        defaults = {each.name: each.default for each in info.fields} if info is not None else {}
        found = changed_aspects(batch.spec, shown, defaults)
        return tuple(each for each in found if each != "inputs")

    # --- what to run on -------------------------------------------------------------------------

    def choose(self, source: str) -> None:
        """Run on all sample sets, or on the rows of a file."""
        self.source = source
        self.plan()

    def set_most(self, most: int) -> None:
        """How many rows of a data set."""
        if most != self.most:
            self.most = most
            self.plan()

    @latest
    async def plan(self) -> None:
        """Read the cases there are to run."""
        document = self._side.model.current
        if document is None:
            return
        text, path, source, most = document.text, document.path, self.source, self.most
        other, inputs = document.given_values(), document.analysis.inputs

        async def ask(core: Workbench) -> tuple[tuple[Case, ...], tuple[DataFit, ...]]:
            fits = await core.datasets.matching(path, inputs)
            if source:
                return await core.cases.of_rows(text, path, source, most=most, other=other), fits
            return await core.cases.of_samples(text, path), fits

        try:
            # A new sandbox process takes longer than finishing an answer that is not needed.
            found = await self._bridge.ask(lambda core: shield(ask(core)))
        except WorkbenchError as error:
            self.cases, self.estimate, self._starts, self.is_planned = (), None, False, False
            self.planned.emit()
            self.failed.emit(str(error))
            return
        self.cases, fits = found
        self.is_planned = True
        if fits != self.sources:
            self.sources = fits
            self.sources_changed.emit()
        self.planned.emit()
        self._ask_estimate()
        if self._starts:
            self._starts = False
            self._begin()

    @latest
    async def _ask_estimate(self) -> None:
        spec, document = spec_of(self._side), self._side.model.current
        if spec is None or document is None:
            return
        tokens = document.preview.prompt_tokens
        estimate = None
        with contextlib.suppress(WorkbenchError):
            estimate = await self._bridge.ask(lambda core: core.runs.estimate(spec, tokens))
        self.estimate = estimate
        self.planned.emit()

    # --- running --------------------------------------------------------------------------------

    def start(self) -> None:
        """Run the open prompt on the cases as they are now, in place of what is shown."""
        if not self.running:
            self._starts = True
            document = self._side.model.current
            if document is not None and document.analysed != document.text:
                self._side.model.refresh()  # read the front matter first: it may name a strategy
            else:
                self.plan()

    def _begin(self) -> None:
        spec, document = spec_of(self._side), self._side.model.current
        if spec is None or document is None or not self.cases or self.running:
            return
        self._side.model.drafts.save()
        results = [CaseResult(case=case) for case in self.cases]
        batch = Batch(spec, self.source, results, started=time.monotonic())
        self._batches[document.path] = batch
        batch.task = self._run(batch, self.cases)
        self.changed.emit()

    @background
    async def _run(self, batch: Batch, cases: tuple[Case, ...]) -> None:
        async def ask(core: Workbench) -> None:
            def report(place: int, result: CaseResult) -> None:
                self._bridge.post(functools.partial(self._on_result, batch, place), result, self)

            await core.cases.run(batch.spec, cases, report)

        sentence = ""
        try:
            await self._bridge.ask(ask)
        except WorkbenchError as error:
            sentence = str(error)
        self._on_over(batch)
        if sentence:
            self.failed.emit(sentence)

    @Slot()
    def cancel(self) -> None:
        """Stop what runs and begin no more; rows that are there stay."""
        batch = self.batch
        if batch is not None and batch.task is not None:
            batch.task.cancel()
            self._on_over(batch)

    def _on_result(self, batch: Batch, place: int, result: CaseResult) -> None:
        batch.results[place] = result
        if not self._keep_timer.isActive():
            self._keep_timer.start()
        if not self._soon.isActive():
            self._soon.start()

    @Slot()
    def _on_soon(self) -> None:
        """At most a few times a second: counting is work for each row."""
        if self.batch is not None:
            self._ask_interval(self.batch)
            self.changed.emit()

    @background
    async def _ask_interval(self, batch: Batch) -> None:
        summary = batch.summary
        if not summary.judged:
            return

        async def ask(core: Workbench) -> Interval:
            return core.answers.interval(summary.right, summary.judged)

        interval = await self._bridge.ask(ask)
        batch.intervals = {(summary.right, summary.judged): interval}
        self._show(batch)

    def _on_over(self, batch: Batch) -> None:
        batch.task = None
        for place, each in enumerate(batch.results):
            if each.status == "waiting":
                batch.results[place] = msgspec.structs.replace(each, status="cancelled")
        self._keep(batch)
        self._ask_interval(batch)
        self._show(batch)
        self._ask_estimate()  # it learns from what was run

    # --- kept for the next start ----------------------------------------------------------------

    @Slot()
    def _keep_running(self) -> None:
        for batch in self._batches.values():
            if batch.running:
                self._keep(batch)

    def _keep(self, batch: Batch) -> None:
        path = next((path for path, each in self._batches.items() if each is batch), None)
        if path is None or len(batch.results) > _MOST_KEPT:
            return
        kept = KeptCases(spec=batch.spec, source=batch.source, results=[*batch.results])

        async def keep(core: Workbench) -> None:
            await core.session.keep(CASES_STATE + path, msgspec.to_builtins(kept))

        self._bridge.call(keep)

    @background
    async def _read_kept(self) -> None:
        document = self._side.model.current
        if document is None or document.path in self._read or document.path in self._batches:
            return
        self._read.add(document.path)
        path = document.path
        self._on_kept(
            path, await self._bridge.ask(lambda core: core.session.get(CASES_STATE + path))
        )

    def _on_kept(self, path: str, stored: Json) -> None:
        try:
            kept = msgspec.convert(stored, KeptCases)
        except msgspec.ValidationError:
            return  # nothing is kept, or an older program kept it
        if path in self._batches:
            return
        ended = [
            each if each.is_over else msgspec.structs.replace(each, status="cancelled")
            for each in kept.results
        ]
        batch = self._batches[path] = Batch(kept.spec, kept.source, ended)
        self._ask_interval(batch)
        self._show(batch)

    def _show(self, batch: Batch) -> None:
        if batch is self.batch:
            self.changed.emit()

    # --- one of them ----------------------------------------------------------------------------

    def open(self, place: int) -> bool:
        """Have a case's run be the prompt's result, with its inputs in the form.

        Returns:
            False where it has no run that can be shown.
        """
        batch, document = self.batch, self._side.model.current
        if batch is None or document is None or not 0 <= place < len(batch.results):
            return False
        result = batch.results[place]
        if not result.run_id:
            return False
        samples = self._side.work.inputs.samples
        if batch.source == SAMPLES and any(e.name == result.case.name for e in samples.sets):
            samples.choose(result.case.name)
        else:
            samples.leave(f"row {result.case.name} of {Path(batch.source).name}")
            self._side.model.fill(dict(result.case.values), result.case.expected)
            samples.changed.emit()
        self._side.results.show_run(document.path, result.run_id, result.case.expected)
        return True

    # --- the open prompt ------------------------------------------------------------------------

    @Slot(str)
    def _on_opened(self, _path: str) -> None:
        self.source, self._starts, self.is_planned = SAMPLES, False, False
        self.cases = ()
        self._read_kept()
        self.changed.emit()
        self.plan()

    @Slot(str, str)
    def _on_moved(self, old: str, new: str) -> None:
        if old in self._batches:
            self._batches[new] = self._batches.pop(old)
