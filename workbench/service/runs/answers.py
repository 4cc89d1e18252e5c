"""Answers of ended runs: found again, extracted by another rule, compared, counted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from workbench.domain.errors import UsageError
from workbench.domain.runs.agreement import PATH_ROLE
from workbench.domain.runs.comparison import (
    DiffPart,
    ExtractedText,
    ExtractionPreview,
    FoundRun,
    Interval,
    Verdict,
)
from workbench.domain.runs.events import (
    AnswerExtracted,
    Event,
    LoggedEvent,
    NoteAdded,
    Parsed,
    Voted,
)
from workbench.domain.runs.extraction import ExtractionRule
from workbench.domain.runs.run_state import RunState, fold_all
from workbench.domain.runs.spec import RunSpec
from workbench.domain.text import Message
from workbench.evaluation.diff import word_diff
from workbench.evaluation.extraction import extract_in
from workbench.evaluation.statistics.intervals import wilson
from workbench.evaluation.statistics.repeats import verdict_on_repeats
from workbench.history.runs import run_list
from workbench.history.runs.runs import load_manifest
from workbench.runs.executor import despite_cancel
from workbench.runs.journal import Journal
from workbench.service.core import Core
from workbench.service.history import History
from workbench.service.runs.runs import Runs
from workbench.service.runs.steering import Steering
from workbench.strategies import STRATEGIES
from workbench.strategies.answer_extraction import text_after
from workbench.strategies.search.voting import TieRule, majority, remark


class _Reading(NamedTuple):
    """What a rule takes out of a run: each text's Parsed, the vote, and the answer."""

    before: tuple[Parsed, ...]
    after: tuple[Parsed, ...]
    voted: Voted | None
    answer: AnswerExtracted
    remark: str = ""

    @property
    def events(self) -> tuple[Event, ...]:
        """What is put behind the run's log."""
        vote = (self.voted,) if self.voted is not None else ()
        note = (NoteAdded(text=self.remark, level="warning"),) if self.remark else ()
        return (*self.after, *vote, *note, self.answer)


class Answers:
    """The answers of ended runs: found again, extracted again, compared and counted."""

    def __init__(self, core: Core, runs: Runs, history: History, steering: Steering) -> None:
        self._prompt_library = core.prompt_library
        self._pool = core.pool
        self._publish = core.publish
        self._store = core.store
        self._runs = runs
        self._history = history
        self._steering = steering
        self._looking = asyncio.Lock()

    async def find_or_start(self, spec: RunSpec, expected: str = "") -> FoundRun | int:
        """The run that :meth:`find_done` finds, else the id of one that is started.

        With ``expected`` either is judged by that answer.

        Raises:
            UsageError, ModelError: the spec cannot be run.
            StoreError: the run cannot be saved, so it is not started.
        """
        async with self._looking:  # ids rise in the order in which runs were asked for
            prepared = await self._runs.prepare(spec)
            found = await self._find_done(prepared.spec) if spec.seed else None
            if found is None:
                async with self._runs.starting:
                    return await self._runs.start_prepared(prepared, expected)
        if expected.strip():
            await self._history.expect(expected, [found.run_id])
        return found

    async def find_done(self, spec: RunSpec) -> FoundRun | None:
        """The newest finished run of exactly this spec, None where there is none.

        A spec without a seed asks for a new one, so none is found. A run whose strategy's own
        prompts were edited since is not the same run.

        Raises:
            UsageError, ModelError: the spec cannot be run.
        """
        if not spec.seed:
            return None
        return await self._find_done((await self._runs.prepare(spec)).spec)

    async def _find_done(self, prepared: RunSpec) -> FoundRun | None:
        key = prepared.digest()
        await self._store.flush()
        summaries = await self._store.read(run_list.find_done, key)
        if not summaries:
            return None
        prompts = await self.strategy_prompts(prepared.strategy)
        for run in summaries:
            manifest = await self._store.read(load_manifest, run.run_id)
            if manifest.get("strategy_prompts", {}) == prompts:
                state = await self._runs.load(run.run_id)
                ended_at = run.started_at + run.seconds
                return FoundRun(run.run_id, prepared, state, ended_at, key)
        return None

    async def strategy_prompts(self, strategy: str) -> dict[str, str]:
        """The digests of a strategy's own prompts as they are now."""
        names = STRATEGIES.get(strategy).templates
        return {
            name: (await asyncio.to_thread(self._prompt_library.strategy_prompt, name)).sha256
            for name in names
        }

    async def preview_extraction(self, run_id: int, rule: ExtractionRule) -> ExtractionPreview:
        """What :meth:`extract_again` would give; nothing is changed.

        Raises:
            UsageError: no such run, it is still running, or the pattern cannot be used.
        """
        reading = await self._read_again(fold_all(await self._ended(run_id)), run_id, rule)
        texts = tuple(
            ExtractedText(before.value, after.value, after.raw)
            for before, after in zip(reading.before, reading.after, strict=True)
        )
        return ExtractionPreview(reading.answer.value, texts)

    async def extract_again(self, run_id: int, rule: ExtractionRule) -> RunState:
        """Take the answer of an ended run out of its stored texts by another rule.

        The model is not asked. The log keeps what was there and gets what was read now, the vote
        where there was one, and an AnswerExtracted.

        Returns:
            The run with its answer by ``rule``.

        Raises:
            UsageError: no such run, it is still running, or the pattern cannot be used.
        """
        await self._ended(run_id)
        return await despite_cancel(self._extract_again(run_id, rule))

    async def _extract_again(self, run_id: int, rule: ExtractionRule) -> RunState:
        async with self._steering.writing:
            _, log = await self._steering.claim(run_id)
            try:
                reading = await self._read_again(fold_all(log), run_id, rule)
            except BaseException:
                await self._steering.give_back(run_id, log)
                raise
            journal = Journal(run_id, self._store, self._publish, log)
            for event in reading.events:
                journal.add(event)
            return await journal.close()

    async def _ended(self, run_id: int) -> list[LoggedEvent]:
        """The events of a run that has ended."""
        events = await self._runs.events(run_id)
        if not events:
            await self._runs.spec(run_id)  # says that there is no such run
        if self._runs.is_running(run_id) or fold_all(events).status == "running":
            raise UsageError(f"Run {run_id} is still running: wait for its end, or stop it.")
        return events

    async def _read_again(self, state: RunState, run_id: int, rule: ExtractionRule) -> _Reading:
        if rule.kind == "regex" and not rule.pattern:
            raise UsageError("Give a pattern: the rule regex takes what it matches last.")
        own = _own_rule(await self._runs.spec(run_id))
        before = _texts_read(state, state.extraction or own)
        rule = rule.for_prompt(_asked(state, before))
        values = await extract_in(self._pool, [each.raw for each in before], rule)
        after = tuple(
            Parsed(
                node=each.node,
                rule=rule.describe(),
                value=value,
                raw=each.raw,
                call=each.call,
                sample=each.sample,
                followed=text_after(rule, value, each.raw),
            )
            for each, value in zip(before, values, strict=True)
        )
        return _with_answer(state, rule, before, after)

    async def word_diff(self, before: str, after: str) -> tuple[DiffPart, ...]:
        """Which words of ``after`` are new and which of ``before`` are gone, in their order.

        Raises:
            UsageError: a text is too long to be compared by word.
        """
        return await asyncio.to_thread(word_diff, before, after)

    def verdict(self, counts: Sequence[tuple[int, int]]) -> Verdict | None:
        """Compare strategies by the repeats of one question: :func:`verdict_on_repeats`.

        Args:
            counts: (how often right, of how many runs) for each strategy.
        """
        return verdict_on_repeats(counts)

    def interval(self, successes: int, trials: int) -> Interval:
        """A share with its 95 % interval (Wilson); UsageError where it is no share."""
        return wilson(successes, trials)


def _own_rule(spec: RunSpec) -> ExtractionRule:
    """The rule that a run was started with."""
    kind = spec.params.get("extraction", "answer_line")
    return ExtractionRule(kind, str(spec.params.get("pattern", "")))


def _asked(state: RunState, texts: tuple[Parsed, ...]) -> tuple[Message, ...]:
    """The messages to which the texts were written."""
    call = state.calls.get(texts[-1].call) or state.answering_call()
    return call.messages if call is not None else ()


def _texts_read(state: RunState, rule: ExtractionRule) -> tuple[Parsed, ...]:
    """The texts to which the extraction rule was applied, as last read; else the output."""
    found: dict[tuple[str, str, int], Parsed] = {}
    described = {rule.describe()}
    if rule.kind == "auto":
        described = {ExtractionRule("first_answer").describe(), ExtractionRule("whole").describe()}
    for each in state.parsed:
        if each.rule in described:
            found[each.node, each.call, each.sample] = each
    if found:
        return tuple(found.values())
    node = state.best_node or "0"
    return (Parsed(node=node, rule=rule.describe(), value=state.answer, raw=state.output),)


def _with_answer(
    state: RunState, rule: ExtractionRule, before: tuple[Parsed, ...], after: tuple[Parsed, ...]
) -> _Reading:
    """The answer of texts that were read: by vote where they voted, else the best node's."""
    paths = [each for each in after if each.call.rpartition("/")[2] == PATH_ROLE]
    if not paths:
        best = [each for each in after if each.node == state.best_node] or list(after)
        answer = AnswerExtracted(
            rule=rule, value=best[-1].value, node=best[-1].node, output=state.output
        )
        return _Reading(before, after, None, answer)
    tie: TieRule = "none" if state.tie_rule == "none" else "first_seen"
    vote = majority([each.value for each in paths], tie)
    voted = Voted(tally=vote.tally, winner=vote.winner, tie_rule=tie)
    won = paths[vote.winner_index] if vote.winner_index is not None else None
    answer = AnswerExtracted(
        rule=rule,
        value=vote.winner,
        node=won.node if won is not None else state.best_node,
        output=won.raw if won is not None else state.output,
    )
    return _Reading(before, after, voted, answer, remark(vote))
