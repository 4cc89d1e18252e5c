"""Votes on an evaluation, with the board that they make and the judges that they are held to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from workbench.domain.evaluation.board import VoteBoard
from workbench.domain.evaluation.judging import JudgeReport
from workbench.ui.evaluate.votes.judges.judging import Judging
from workbench.ui.evaluate.votes.model import VotesModel
from workbench.ui.tasks import errors_to, latest

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge
    from workbench.ui.evaluate.view_model import EvaluationModel


class RankedVotes(VotesModel):
    """Votes of an evaluation; board and judges follow them.

    Signals:
        board_changed(): the board was made again.
        judges_changed(): judges were compared with the votes again.
    """

    board_changed = Signal()
    judges_changed = Signal()

    def __init__(self, bridge: Bridge, evaluations: EvaluationModel) -> None:
        super().__init__(bridge, evaluations)
        self._evaluations = evaluations
        self.board: VoteBoard | None = None
        self.judges: tuple[JudgeReport, ...] = ()
        self.judging = Judging(bridge, evaluations)
        self.judging.setParent(self)
        self.judging.failed.connect(self.failed)
        self.judging.changed.connect(self._read_board)
        self.votes_changed.connect(self._read_board)
        self.votes_changed.connect(self._read_judges)
        evaluations.opened.connect(self._on_other)
        evaluations.result_changed.connect(self._read_judges)

    @Slot()
    def _on_other(self) -> None:
        self.board, self.judges = None, ()
        self.judging.show(())
        self.board_changed.emit()
        self.judges_changed.emit()

    @latest
    async def _read_board(self) -> None:
        evaluation, judge = self._evaluations.evaluation, self.judging.counted
        if evaluation is None:
            return
        with errors_to(self.failed.emit):
            self.board = await self._bridge.ask(lambda core: core.votes.board(evaluation, judge))
            self.board_changed.emit()

    @latest
    async def _read_judges(self) -> None:
        evaluation = self._evaluations.evaluation
        if evaluation is None:
            return
        with errors_to(self.failed.emit):
            before = {each.check: each.may_rank for each in self.judges}
            self.judges = await self._bridge.ask(lambda core: core.votes.judges(evaluation))
            self.judging.show(self.judges)
            self.judges_changed.emit()
            now = {each.check: each.may_rank for each in self.judges}
            if before and now != before:  # scores are other ones now
                self._evaluations.read_result()
