"""What is voted on: the pair that is shown, and earlier votes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal, Slot

from workbench.domain.evaluation.votes import (
    COUNTED,
    Choice,
    ComparedAnswers,
    Order,
    Vote,
    VotePair,
    VotingRound,
)
from workbench.ui.tasks import background, errors_to, latest

if TYPE_CHECKING:
    from workbench.service.evaluation.evaluation import Evaluation
    from workbench.ui.bridge import Bridge

_NEW_ANSWERS_MS = 1_500
_LONGEST_SECONDS = 600.0
"""A pair that was looked at longer was left alone: it says nothing of how long a vote takes."""


class VoteSource(Protocol):
    """An evaluation or a comparison whose answers are voted on."""

    opened: Any
    """A signal: it is no longer the same."""
    cells_changed: Any
    """A signal: answers came."""
    result_changed: Any
    """A signal: answers are other ones."""

    @property
    def evaluation(self) -> Evaluation | ComparedAnswers | None:
        """Whose answers they are; None where there are none."""


class VotesModel(QObject):
    """Votes on answers; a vote is on disk before the next pair is shown.

    Args:
        bridge: to the core.
        source: whose answers they are.

    Signals:
        changed(): another pair, another vote, other counts.
        votes_changed(): other votes count.
        failed(str): a sentence.
    """

    changed = Signal()
    votes_changed = Signal()
    failed = Signal(str)

    def __init__(self, bridge: Bridge, source: VoteSource) -> None:
        super().__init__()
        self._bridge = bridge
        self._source = source
        self.round: VotingRound | None = None
        self.order: Order = "least_sure"
        self.pair: VotePair | None = None
        """That is shown."""
        self.vote: Vote | None = None
        """On the pair that is shown, where it is an earlier one."""
        self.last: Vote | None = None
        """The vote that was made last."""
        self.reasons: frozenset[str] = frozenset()
        self.note = ""
        self.is_saving = False
        self._browsed: tuple[int, ...] = ()
        """The pairs that are gone through, oldest vote first; empty where all are."""
        self._looked = QElapsedTimer()
        self._new_answers = QTimer(self, singleShot=True, interval=_NEW_ANSWERS_MS)
        self._new_answers.timeout.connect(self.read)
        source.opened.connect(self._on_opened)
        source.cells_changed.connect(self._on_cells)
        source.result_changed.connect(self._on_cells)

    # --- reading --------------------------------------------------------------------------------

    @Slot()
    def _on_opened(self) -> None:
        self.round = self.pair = self.vote = self.last = None
        self._browsed = ()
        self._clear_ballot()
        self.changed.emit()
        self.read()

    @Slot()
    def _on_cells(self) -> None:
        """Answers came: there may be more pairs."""
        if not self._new_answers.isActive():
            self._new_answers.start()

    @latest
    async def read(self) -> None:
        """Read votes and what comes next; a pair that is looked at stays, if it has no vote."""
        await self._read()

    async def _read(self) -> None:
        evaluation, order = self._source.evaluation, self.order
        if evaluation is None:
            return
        with errors_to(self.failed.emit):
            found = await self._bridge.ask(lambda core: core.votes.round(evaluation, order))
            if self._source.evaluation is not evaluation:
                return
            before, self.round = self.round, found
            self._show_again(found)
            self.changed.emit()
            if before is None or _counted(before.votes) != _counted(found.votes):
                self.votes_changed.emit()

    def _show_again(self, found: VotingRound) -> None:
        votes = {each.pair.identity: each for each in found.votes}
        shown = votes.get(self.pair.identity) if self.pair is not None else None
        if self.vote is not None and shown is not None:
            self.vote = shown
        elif self.vote is not None or self.pair is None or shown is not None:
            self._show(found.pair, None)

    def set_order(self, order: Order) -> None:
        """Ask in another order from the next pair on."""
        if order != self.order:
            self.order = order
            if self.vote is None:
                self.pair = None
            self.read()

    # --- voting ---------------------------------------------------------------------------------

    @property
    def can_vote(self) -> bool:
        """Whether a pair is shown and the vote before is on disk."""
        return self.pair is not None and not self.is_saving

    @background
    async def cast(self, choice: Choice) -> None:
        """Vote on the pair that is shown, or change the vote on it."""
        pair, revised = self.pair, self.vote
        if pair is None or self.is_saving:
            return
        reasons, note = tuple(sorted(self.reasons)), self.note.strip()
        seconds = min(self._looked.elapsed() / 1000, _LONGEST_SECONDS)
        self.is_saving = True
        try:
            with errors_to(self.failed.emit):
                await self._bridge.ask(
                    lambda core: core.votes.vote(pair, choice, reasons, note, seconds)
                )
                if revised is None:
                    self.pair = None
                await self._read()
                if self.round is not None and choice != "skipped":
                    made = [e for e in self.round.votes if e.pair.identity == pair.identity]
                    self.last = made[0] if made else None
        finally:
            self.is_saving = False
        self.changed.emit()

    def skip(self) -> None:
        """Ask this pair again at the end; an earlier vote is only left."""
        if self.vote is not None:
            self.go_on()
        else:
            self.cast("skipped")

    @background
    async def undo(self) -> None:
        """Take back the last vote, and show its pair again."""
        evaluation = self._source.evaluation
        if evaluation is None or self.is_saving:
            return
        self.is_saving = True
        try:
            with errors_to(self.failed.emit):
                before = {each.pair_id: each for each in self.round.votes} if self.round else {}
                changed = await self._bridge.ask(lambda core: core.votes.undo(evaluation))
                self.last = None
                await self._read()
                now = {each.pair_id: each for each in self.round.votes} if self.round else {}
                if changed in now and now[changed].choice in COUNTED:
                    self._show(now[changed].pair, now[changed])
                elif changed in before:
                    self._show(before[changed].pair, None)
        finally:
            self.is_saving = False
        self.changed.emit()

    def toggle_reason(self, reason: str) -> None:
        """Say that this decided, or take it back."""
        self.reasons ^= {reason}
        self.changed.emit()

    def _show(self, pair: VotePair | None, vote: Vote | None) -> None:
        is_new = pair is None or self.pair is None or pair.identity != self.pair.identity
        self.pair, self.vote = pair, vote
        if vote is not None:
            self.reasons, self.note = frozenset(vote.reasons), vote.note
        elif is_new:
            self._clear_ballot()
        self._looked.start()

    def _clear_ballot(self) -> None:
        self.reasons, self.note = frozenset(), ""

    # --- earlier votes --------------------------------------------------------------------------

    def earlier(self) -> list[Vote]:
        """The votes that are gone through, oldest first."""
        votes = self.round.votes if self.round is not None else ()
        found = [each for each in votes if each.choice in COUNTED]
        if self._browsed:
            found = [each for each in found if each.pair_id in self._browsed]
        return sorted(found, key=lambda each: each.pair_id)

    @property
    def place(self) -> tuple[int, int]:
        """Which of the earlier votes is shown, from 1, and of how many; 0 for none."""
        votes = self.earlier()
        shown = self.vote.pair_id if self.vote is not None else 0
        places = [place for place, each in enumerate(votes, 1) if each.pair_id == shown]
        return (places[0] if places else 0), len(votes)

    def show_both_bad(self) -> None:
        """Go through the pairs that were both bad, the newest first."""
        votes = self.round.votes if self.round is not None else ()
        self._browsed = tuple(each.pair_id for each in votes if each.choice == "both_bad")
        self._show_place(-1)

    def show_all(self) -> None:
        """Go through all votes, the newest first."""
        self._browsed = ()
        self._show_place(-1)

    def step(self, by: int) -> None:
        """Show the vote before (-1) or after (1); after the newest, the next pair."""
        place, count = self.place
        if not place:
            if by < 0:
                self.show_all()
        elif place + by > count:
            self.go_on()
        elif place + by >= 1:
            self._show_place(place + by - 1)

    def _show_place(self, place: int) -> None:
        votes = self.earlier()
        if votes:
            self._show(votes[place].pair, votes[place])
            self.changed.emit()

    def go_on(self) -> None:
        """Back from earlier votes to the pair that comes next."""
        self._browsed = ()
        if self.round is not None:
            self._show(self.round.pair, None)
            self.changed.emit()


def _counted(votes: Sequence[Vote]) -> list[tuple[int, Choice]]:
    return [(each.pair_id, each.choice) for each in votes if each.choice in COUNTED]
