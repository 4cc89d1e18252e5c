"""A judge that may rank, asked about the pairs that the user did not vote on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.domain.evaluation.judging import JudgedPairs, JudgeReport
from workbench.ui.tasks import cancel, errors_to, latest

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge
    from workbench.ui.evaluate.view_model import EvaluationModel

_TELL_MS = 200


class Judging(QObject):
    """The other pairs of the judge that is shown; its picks count in the board where wanted.

    Signals:
        changed(): the picks that the board counts are other ones.
        progressed(): how far the judge is, or what is left for it.
        failed(str): a sentence.
    """

    changed = Signal()
    progressed = Signal()
    failed = Signal(str)

    def __init__(self, bridge: Bridge, evaluations: EvaluationModel) -> None:
        super().__init__()
        self._bridge, self._evaluations = bridge, evaluations
        self._reports: tuple[JudgeReport, ...] = ()
        self._chosen = ""
        self.others: JudgedPairs | None = None
        """Of the judge that is chosen; None where it may not rank or nothing is known yet."""
        self.is_running = False
        self.progress = (0, 0)
        """Questions with an answer, and all; written on the core's thread."""
        self.is_counted = True
        """Whether the board counts its picks."""
        self._soon = QTimer(self, interval=_TELL_MS)
        self._soon.timeout.connect(self.progressed)

    @property
    def counted(self) -> str:
        """The judge whose picks the board counts, "" for none."""
        has_picks = self.others is not None and bool(self.others.picks)
        return self._chosen if has_picks and self.is_counted else ""

    @property
    def can_begin(self) -> bool:
        """Whether there are pairs to ask it about."""
        return self.others is not None and self.others.left > 0 and not self.is_running

    def show(self, reports: Sequence[JudgeReport]) -> None:
        """Take new reports: a judge may rank now, or no longer."""
        self._reports = tuple(reports)
        self._refresh()

    def choose(self, report: JudgeReport | None) -> None:
        """Another judge is shown."""
        chosen = report.check if report is not None else ""
        if chosen != self._chosen:
            self.stop()
            self._chosen = chosen
            self._refresh()

    def _refresh(self) -> None:
        if any(each.check == self._chosen and each.may_rank for each in self._reports):
            self._read()
            return
        cancel(self, "_read")
        self._take(None)

    @latest
    async def _read(self) -> None:
        evaluation, judge = self._evaluations.evaluation, self._chosen
        if evaluation is None:
            return
        with errors_to(self.failed.emit):
            self._take(await self._bridge.ask(lambda core: core.votes.others(evaluation, judge)))

    def _take(self, others: JudgedPairs | None) -> None:
        before = self.counted
        picks = self.others.picks if self.others is not None else ()
        self.others = others
        now = others.picks if others is not None else ()
        self.progressed.emit()
        if before != self.counted or (self.counted and picks != now):
            self.changed.emit()

    def count_picks(self, counted: bool) -> None:
        """Whether the board counts its picks."""
        if counted != self.is_counted:
            self.is_counted = counted
            self.changed.emit()

    @Slot()
    def begin(self) -> None:
        """Ask the judge about the pairs that are left."""
        if self.can_begin:
            self._ask()

    @latest
    async def _ask(self) -> None:
        evaluation, judge = self._evaluations.evaluation, self._chosen
        if evaluation is None:
            return

        def note(done: int, total: int) -> None:
            self.progress = (done, total)

        async def ask(core: Workbench) -> JudgedPairs:
            return await core.votes.others(evaluation, judge, note, ask=True)

        self.is_running, self.progress = True, (0, 0)
        self._soon.start()
        self.progressed.emit()
        try:
            with errors_to(self.failed.emit):
                self._take(await self._bridge.ask(ask))
        finally:
            self.is_running = False
            self._soon.stop()
            self.progressed.emit()

    @Slot()
    def stop(self) -> None:
        """Stop asking; what was answered is kept."""
        if self.is_running:
            cancel(self, "_ask")
            self._refresh()
