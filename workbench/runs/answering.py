"""Answers the effects of a strategy: from the log of the run, from the user, or by the model."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

import msgspec

from workbench.domain.errors import UsageError
from workbench.domain.prompts.prompt import PromptFile
from workbench.domain.runs.effects import (
    SUPERSEDED,
    Completion,
    Effect,
    Emit,
    Extract,
    Generate,
    LabelScores,
    Render,
    Score,
    Steering,
)
from workbench.domain.runs.events import BudgetCharged, Event, LoggedEvent, Pruned, Steered
from workbench.domain.runs.spec import Budget, RunSpec
from workbench.domain.runs.steering import SteerAction
from workbench.domain.text import Message
from workbench.evaluation.extraction import extract_in
from workbench.prompts.render import render
from workbench.runs.budget import Meter
from workbench.runs.calls import Calls, Notes
from workbench.runs.control import RunControl
from workbench.runs.journal import Journal
from workbench.runs.replay import Replay
from workbench.runs.tools import Tools
from workbench.strategies import Strategy
from workbench.strategies.steered import is_superseded

Kept = Mapping[int, Completion]
"""Samples of a call that the log has, by number."""


class Answering:
    """What a strategy asks for, batch after batch, within the budget.

    Args:
        tools: what it works with.
        spec: of the run.
        journal: what is answered is put down there.
        control: pauses calls and has the user's actions.
        section: the log of the run, or of the growth, until now.
        growth: which growth of the run this is, 0 for the run itself.
        budget: for all of it.
    """

    def __init__(
        self,
        tools: Tools,
        spec: RunSpec,
        journal: Journal,
        control: RunControl,
        *,
        section: Sequence[LoggedEvent],
        growth: int,
        budget: Budget,
    ) -> None:
        self._tools = tools
        self._spec = spec
        self._journal = journal
        self._control = control
        self._budget = budget
        self._meter = Meter(budget)
        self.replay = Replay(section)
        self.notes = Notes(journal)
        self._calls = Calls(tools.engine, spec, journal, self.notes, growth)
        self.prompts: dict[str, PromptFile] = {}
        """The strategy's own prompts, by name."""
        self._asks = 0
        self._superseded: list[str] = []
        self.limit = ""
        """The limit of the budget that cut an answer short."""

    async def read_prompts(self, strategy: Strategy) -> None:
        """Read the strategy's own prompts once, so that an edit meanwhile changes nothing."""
        for name in strategy.templates:
            self.prompts[name] = await asyncio.to_thread(self._tools.library.strategy_prompt, name)

    async def answer(self, batch: Sequence[Effect]) -> tuple[Any, ...]:
        """The results of a batch, in its order; its calls run together.

        Events are put down first. When one effect fails, the others are stopped.
        """
        for effect in batch:
            if isinstance(effect, Emit):
                self._emit(effect.event)
        known, shares, kept = self._look_up(batch)
        works = [
            _given(known[index])
            if index in known
            else self._work_for(effect, shares.get(index, 0), kept.get(index, {}))
            for index, effect in enumerate(batch)
        ]
        tasks = [asyncio.create_task(work) for work in works]
        try:
            results = await asyncio.gather(*tasks)
        except BaseException:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            raise
        if any(
            isinstance(effect, Generate | Score) and index not in known
            for index, effect in enumerate(batch)
        ):
            self._charge()
        return tuple(
            self._if_current(effect, result, is_known=index in known)
            if isinstance(effect, Generate)
            else result
            for index, (effect, result) in enumerate(zip(batch, results, strict=True))
        )

    def _if_current(
        self, call: Generate, result: tuple[Completion, ...], *, is_known: bool
    ) -> tuple[Completion, ...]:
        """The result of a call, SUPERSEDED where a user changed the thoughts it was made from."""
        if result == SUPERSEDED:
            is_new = not is_known
        else:
            is_new = self._is_superseded(call)
            result = SUPERSEDED if is_new else result
        if is_new:  # which the log does not say yet
            self._superseded.append(self._calls.id_of(call.node, call.role))
        return result

    def _is_superseded(self, call: Generate) -> bool:
        """Whether its node has a user action that the search does not know yet."""
        if not call.steerable or not self.replay.is_over:
            return False
        return is_superseded(call.node, (*self.replay.pending, *self._control.pending))

    def _look_up(
        self, batch: Sequence[Effect]
    ) -> tuple[dict[int, Any], dict[int, int], dict[int, Kept]]:
        """What the log answers of a batch, and the tokens that the samples of the rest may have.

        The last value has the samples of calls that were cut short which had ended before. All is
        charged to the budget; raises BudgetEnded.
        """
        calls = {i: each for i, each in enumerate(batch) if isinstance(each, Generate)}
        scores = {i: each for i, each in enumerate(batch) if isinstance(each, Score)}
        most = self._spec.sampling.max_tokens
        self._meter.allow_scores(len(scores))
        shares = dict(zip(calls, self._meter.share(list(calls.values()), most), strict=True))
        known: dict[int, Any] = {}
        for index, call in calls.items():
            name = self._calls.id_of(call.node, call.role)
            if call.steerable and self.replay.was_superseded(name):
                known[index] = SUPERSEDED
                continue
            found = self.replay.completions(name, call, shares[index])
            if found is not None:
                known[index] = found
                self._meter.calls += call.n
                self._after(call, shares[index], found)
        for index, score in scores.items():
            given = self.replay.scores(self._calls.id_of(score.node, score.role), score)
            if given is not None:
                known[index] = given
        rest = {index: call for index, call in calls.items() if index not in known}
        kept: dict[int, Kept] = {}
        for index, call in rest.items():
            name = self._calls.id_of(call.node, call.role)
            kept[index] = self.replay.kept_samples(name, call, shares[index])
        if rest or len(scores) > sum(index in known for index in scores):
            self._end_replay()
            asked = [
                msgspec.structs.replace(call, n=call.n - len(kept[index]))
                for index, call in rest.items()
            ]
            shares.update(zip(rest, self._meter.allow(asked, most), strict=True))
        return known, shares, kept

    def _end_replay(self) -> None:
        """From here on the model is asked: charge what was spent, note if the log does not fit."""
        if self.replay.is_ended:
            return
        self._meter.tokens = max(self._meter.tokens, self.replay.tokens)
        self._meter.calls = max(self._meter.calls, self.replay.calls)
        nodes = self.replay.end()
        if nodes is None:
            return
        if self.replay.cut_by_budget:
            self.notes.add("Answers that the budget had cut short are written again.")
        else:
            self.notes.add(
                "The run goes on differently from here: what is asked for now is not what was, "
                "because prompts or the program have changed."
            )
        if nodes:
            self._journal.add(Pruned(nodes=nodes, reason="of before the run was resumed"))

    def _work_for(self, effect: Effect, share: int, kept: Kept) -> Coroutine[Any, Any, Any]:
        if isinstance(effect, Generate):
            return self._generate(effect, share, kept)
        if isinstance(effect, Score):
            return self._score(effect)
        if isinstance(effect, Render):
            return self._render(effect)
        if isinstance(effect, Extract):
            return extract_in(self._tools.pool, effect.texts, effect.rule)
        if isinstance(effect, Steering):
            return _given(self._steered())
        return _given(None)

    def _emit(self, event: Event) -> None:
        """Log an event of the strategy, unless it is there; calls in it get their ids."""
        call = getattr(event, "call", "")
        if call:
            node, _, role = call.rpartition("/")
            event = msgspec.structs.replace(event, call=self._calls.id_of(node, role))
        if not self.replay.has(event):
            self._journal.add(event)

    def _steered(self) -> tuple[SteerAction, ...]:
        ask, self._asks = self._asks, self._asks + 1
        known = self.replay.steered(ask)
        if known is not None or not self.replay.is_over:
            return known or ()
        actions = (*self.replay.take(), *self._control.take())
        if actions:
            superseded, self._superseded = tuple(self._superseded), []
            self._journal.add(Steered(ask=ask, actions=len(actions), superseded=superseded))
        return actions

    def _charge(self) -> None:
        charged = BudgetCharged(
            tokens=self._meter.tokens, calls=self._meter.calls, seconds=self._journal.seconds
        )
        self._journal.add(charged)

    async def _render(self, effect: Render) -> tuple[Message, ...]:
        prompt = self.prompts.get(effect.template)
        if prompt is None:
            raise UsageError(
                f"The strategy {self._spec.strategy} uses the prompt {effect.template} "
                "without naming it."
            )
        return await render(
            self._tools.pool,
            prompt.text,
            prompt.path,
            effect.variables,
            sources=self._tools.library.sources(),
        )

    async def _generate(self, effect: Generate, share: int, kept: Kept) -> tuple[Completion, ...]:
        if self._is_superseded(effect):
            return SUPERSEDED
        work = self._ask(effect, share, kept)
        if not effect.steerable:
            return await work
        completions = await self._control.unless_superseded(effect.node, work)
        if completions is not None:
            return completions
        stopped = self._journal.state.calls.get(self._calls.id_of(effect.node, effect.role))
        if stopped is not None:
            new = [each for index, each in enumerate(stopped.samples) if index not in kept]
            self._meter.used(sum(sample.completion_tokens for sample in new))
        return SUPERSEDED

    async def _ask(self, effect: Generate, share: int, kept: Kept) -> tuple[Completion, ...]:
        async with self._control.call():
            completions = await self._calls.generate(effect, share, kept)
        new = [each for index, each in enumerate(completions) if index not in kept]
        self._after(effect, share, new)
        return completions

    async def _score(self, effect: Score) -> LabelScores:
        async with self._control.call():
            return await self._calls.score(effect)

    def _after(self, effect: Generate, share: int, completions: Sequence[Completion]) -> None:
        """Count a call's tokens and note what the user should know of it."""
        if any(each.reasoning and not each.text.strip() for each in completions):
            self.notes.add("The model thought until its tokens were used up: allow more.")
        self._meter.used(sum(completion.completion_tokens for completion in completions))
        most = self._spec.sampling.max_tokens
        wanted = min(effect.max_tokens or most, most)
        if share < wanted and any(each.finish_reason == "length" for each in completions):
            self.limit = "tokens"
            budget = self._budget.max_tokens
            self.notes.add(f"The budget of {budget:,} tokens cut an answer short.")


async def _given(result: Any) -> Any:
    """A result that is there already."""
    return result
