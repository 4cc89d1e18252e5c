"""Votes of the user on the answers of an evaluation: what is asked next, the board, exports."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from workbench import files
from workbench.domain.errors import UsageError
from workbench.domain.evaluation.board import VoteBoard
from workbench.domain.evaluation.judging import JudgedPairs, JudgeReport
from workbench.domain.evaluation.preferences import (
    CHOSEN_PROMPT,
    ExportForm,
    ExportKind,
    PreferenceExport,
    PromptText,
)
from workbench.domain.evaluation.votes import (
    COUNTED,
    Choice,
    ComparedAnswers,
    Order,
    Vote,
    VoteAnswer,
    VoteEntry,
    VotePair,
    VotingRound,
    votes_planned,
)
from workbench.evaluation.pairing import Pairing
from workbench.evaluation.preferences import export_votes
from workbench.evaluation.statistics.votes import PairVote, couples_by_doubt, vote_board
from workbench.history.evaluation import votes as kept
from workbench.service.core import Core
from workbench.service.evaluation.evaluation import Evaluation
from workbench.service.evaluation.judges.asking import OnMeasured
from workbench.service.evaluation.judges.gating import Gating
from workbench.service.evaluation.judges.other_pairs import OtherPairs
from workbench.service.runs.runs import Runs

Votable = Evaluation | ComparedAnswers
"""Whose answers can be voted on."""
ABOUT_SUFFIX = ".about.jsonl"
"""Of the file with what is known of the rows, which trainers need not read."""


class Votes:
    """`core.votes`: blind votes on pairs of answers, kept in the history as they are made."""

    def __init__(self, core: Core, runs: Runs, gating: Gating, others: OtherPairs) -> None:
        self._store = core.store
        self._runs = runs
        self._gating = gating
        self._others = others

    async def round(self, given: Votable, order: Order = "least_sure") -> VotingRound:
        """How far voting on an evaluation or a comparison is, and the pair that comes next.

        Args:
            given: that is open; answers that finish meanwhile make more pairs.
            order: the least sure couple of variants first, or case by case.
        """
        pairing = _pairing(given)
        votes, earlier = await self._votes(given, pairing)
        doubted: Sequence[tuple[str, str]] = ()
        if order == "least_sure" and len(pairing.couples) > 1:
            names = _names(given)
            doubted = await asyncio.to_thread(couples_by_doubt, names, _pair_votes(votes))
        counts = await asyncio.to_thread(pairing.counts)
        return VotingRound(
            pair=pairing.next(votes, order, doubted),
            votes=votes,
            planned=votes_planned(counts.pairs, counts.rows, counts.couples),
            pairs=counts.pairs,
            identical=counts.identical,
            unfinished=counts.unfinished,
            earlier=earlier,
        )

    async def on(self, evaluation: Evaluation) -> tuple[Vote, ...]:
        """The votes on the answers that an evaluation shows, by its names of variants and cases."""
        return (await self._votes(evaluation, _pairing(evaluation)))[0]

    async def _votes(self, given: Votable, pairing: Pairing) -> tuple[tuple[Vote, ...], int]:
        """The votes on what is shown, and how many of the set are on answers that changed."""
        path = given.set_path if isinstance(given, ComparedAnswers) else given.set.path
        found = await self._store.read(kept.load, _keys(given), path)
        votes = pairing.of_this(found.votes)
        return votes, found.earlier + len(found.votes) - len(votes)

    async def vote(
        self,
        pair: VotePair,
        choice: Choice,
        reasons: Sequence[str] = (),
        note: str = "",
        seconds: float = 0.0,
    ) -> int:
        """Vote on a pair, or change the vote on it; it is on disk when this returns.

        Args:
            pair: as it is shown.
            choice: "a" is the left one.
            reasons: what decided.
            note: of the user.
            seconds: how long the pair was looked at.

        Returns:
            The pair's id.

        Raises:
            StoreError: it could not be saved.
        """
        return await self._store.write(kept.cast, pair, choice, tuple(reasons), note, seconds)

    async def undo(self, given: Votable) -> int:
        """Take back the last vote on one of the answers, and at each call the one before.

        Returns:
            The id of its pair, which is as it was before that vote.

        Raises:
            UsageError: there is none.
            StoreError: it could not be saved.
        """
        return await self._store.write(kept.undo_last, _keys(given))

    async def history_of(self, pair_id: int) -> tuple[VoteEntry, ...]:
        """Everything that was voted on a pair, first to last, what was undone included."""
        return await self._store.read(kept.history_of, pair_id)

    async def board(self, evaluation: Evaluation, judge: str = "") -> VoteBoard | None:
        """The variants by the votes, with intervals and rank ranges; None without a vote.

        Several votes on a case count as one case. It is made on a thread of its own.

        Args:
            evaluation: that was voted on.
            judge: a check whose known picks count where the user did not vote; it must rank.
        """
        votes = _pair_votes(await self.on(evaluation))
        if not votes:
            return None
        if judge and await self._may_rank(evaluation, judge):
            picks = (await self.others(evaluation, judge)).picks
            votes += [
                PairVote(each.case, each.one, each.other, each.pick) for each in picks if each.pick
            ]
        return await asyncio.to_thread(vote_board, votes, seed=evaluation.set.seed)

    async def others(
        self,
        evaluation: Evaluation,
        judge: str,
        on_measured: OnMeasured | None = None,
        *,
        ask: bool = False,
    ) -> JudgedPairs:
        """What a judge picks of the pairs that the user did not vote on.

        Args:
            evaluation: that was voted on.
            judge: the title of its check.
            on_measured: hears how far it is.
            ask: whether the model is asked; else only what is known is found.

        Raises:
            UsageError: there is no such judge, or it is asked and may not rank yet.
            ModelError, EngineError: the model cannot be had.
            StoreError: an answer could not be kept.
        """
        if ask and not await self._may_rank(evaluation, judge):
            raise UsageError(f"“{judge}” does not rank yet: it judges no pair in your place.")
        pairing = _pairing(evaluation)
        votes, _ = await self._votes(evaluation, pairing)
        pairs = await asyncio.to_thread(lambda: list(pairing.without_vote(votes)))
        return await self._others.judged(evaluation, judge, pairs, on_measured, ask=ask)

    async def _may_rank(self, evaluation: Evaluation, judge: str) -> bool:
        reports = await self._gating.apply(evaluation)
        return any(each.check == judge and each.may_rank for each in reports)

    async def judges(self, evaluation: Evaluation) -> tuple[JudgeReport, ...]:
        """The judges of an evaluation against the votes as they are now."""
        return await self._gating.apply(evaluation)

    async def export(
        self,
        evaluation: Evaluation,
        kind: ExportKind,
        form: ExportForm = "messages",
        prompt_of: str = CHOSEN_PROMPT,
    ) -> PreferenceExport:
        """The votes as rows for training, and everything that makes no row.

        Args:
            evaluation: whose answers were voted on.
            kind: dpo, kto or sft.
            form: lists of messages, or texts.
            prompt_of: the variant whose prompt all rows have; else a row has the prompt of the
                answer that was preferred, or of the answer that it is about.

        Raises:
            UsageError: there is no such variant.
        """
        pairing = _pairing(evaluation)
        votes, _ = await self._votes(evaluation, pairing)
        known = {each.spec.name for each in evaluation.variants}
        if prompt_of and prompt_of not in known:
            raise UsageError(f"There is no variant “{prompt_of}”: there is {', '.join(known)}.")
        prompts = await self._prompts(evaluation, votes, prompt_of)
        models = {
            cell.key: run.model.name
            for name, run in evaluation.prepared.items()
            for cell in evaluation.cells.values()
            if cell.id.variant == name
        }
        return await asyncio.to_thread(export_votes, votes, prompts, kind, form, models)

    async def _prompts(
        self, evaluation: Evaluation, votes: Sequence[Vote], prompt_of: str
    ) -> Mapping[str, PromptText]:
        """What leads to each answer that was voted on, by the key of its run."""
        answers = _answers(evaluation)
        found: dict[str, PromptText] = {}
        for vote in votes:
            for each in (vote.pair.a, vote.pair.b):
                source = answers.get((prompt_of or each.variant, vote.pair.case))
                if source is None:
                    missing = f"{prompt_of or each.variant} has no finished answer to the case"
                    found[each.key] = PromptText(reason=missing)
                elif each.key not in found:
                    found[each.key] = await self._prompt(source.run_id)
        return found

    async def _prompt(self, run_id: int) -> PromptText:
        state = await self._runs.load(run_id)
        if not state.calls:
            return PromptText(reason="the prompt of its answer is not in the history")
        if len(state.calls) > 1:
            return PromptText(reason="several calls made the answer, so no one prompt leads to it")
        (call,) = state.calls.values()
        return PromptText(messages=tuple((each.role, each.text) for each in call.messages))

    async def save(self, export: PreferenceExport, path: str) -> str:
        """Write an export, and next to it a file with what is known of each row.

        Returns:
            The path of the second file.

        Raises:
            UsageError: a file cannot be written.
        """
        place = Path(path)
        about = place.with_name(place.name.removesuffix(".jsonl") + ABOUT_SUFFIX)
        for target, text in ((place, export.lines), (about, export.about_lines)):
            try:
                await asyncio.to_thread(files.write_file, target, text.encode())
            except OSError as error:
                reason = error.strerror or error
                raise UsageError(
                    f"{target} cannot be written ({reason}): choose another."
                ) from None
        return str(about)


def _answers(evaluation: Evaluation) -> dict[tuple[str, str], VoteAnswer]:
    """The answers that can be voted on, by variant and case: of repeats the first that is done."""
    found: dict[tuple[str, str], VoteAnswer] = {}
    for cell in evaluation.cells.values():
        place = (cell.id.variant, cell.id.case)
        if cell.is_finished and place not in found:
            found[place] = VoteAnswer(
                variant=cell.id.variant, key=cell.key, text=cell.output, run_id=cell.run_id
            )
    return found


def _names(given: Votable) -> list[str]:
    if isinstance(given, ComparedAnswers):
        return list(given.variants)
    return [each.spec.name for each in given.variants]


def _keys(given: Votable) -> set[str]:
    """Of the runs whose answers are voted on."""
    if isinstance(given, ComparedAnswers):
        return {each.key for each in given.answers}
    return {cell.key for cell in given.cells.values() if cell.key}


def _pairing(given: Votable) -> Pairing:
    if isinstance(given, ComparedAnswers):
        return Pairing(
            given.variants,
            [given.case],
            {(each.variant, given.case): each for each in given.answers},
            seed=given.seed,
            set_name=given.set_name,
            set_path=given.set_path,
        )
    evaluation = given
    return Pairing(
        [each.spec.name for each in evaluation.variants],
        [case.id for case in evaluation.cases if not case.duplicate_of],
        _answers(evaluation),
        seed=evaluation.set.seed,
        set_name=evaluation.set.name,
        set_path=evaluation.set.path,
    )


def _pair_votes(votes: Sequence[Vote]) -> list[PairVote]:
    outcomes: dict[str, Literal["one", "other", "tie", "both_bad"]] = {
        "a": "one",
        "b": "other",
        "tie": "tie",
        "both_bad": "both_bad",
    }
    return [
        PairVote(vote.pair.case, vote.pair.a.variant, vote.pair.b.variant, outcomes[vote.choice])
        for vote in votes
        if vote.choice in COUNTED
    ]
