"""One run at work: answers the effects of its strategy, from its log or from the model."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, NamedTuple

import msgspec

from workbench.domain.effects import (
    Completion,
    Effect,
    Emit,
    Extract,
    Generate,
    LabelScores,
    Outcome,
    Problem,
    Render,
    Score,
    Steering,
    StrategySteps,
)
from workbench.domain.errors import EngineError, UsageError, WorkbenchError
from workbench.domain.events import (
    BudgetCharged,
    Event,
    LoggedEvent,
    NoteAdded,
    Pruned,
    RunFinished,
    RunResumed,
    RunStarted,
    RunStatus,
    Steered,
)
from workbench.domain.prompts import PromptFile
from workbench.domain.run_state import RunState, fold_all
from workbench.domain.spec import Budget, ChatPrompt, RunSpec
from workbench.domain.steering import SteerAction
from workbench.domain.text import Message
from workbench.engine.protocol import Engine
from workbench.evaluation.extraction import extract_in
from workbench.runs.asking import Asker, Notes
from workbench.runs.budget import Meter
from workbench.runs.control import RunControl
from workbench.runs.growth import before, better, earlier_outcome, steps_of
from workbench.runs.journal import Journal
from workbench.runs.manifest import build_manifest, changes_since
from workbench.runs.replay import Replay, Section
from workbench.sandbox.pool import SandboxPool
from workbench.strategies import STRATEGIES, Strategy
from workbench.templates.library import PromptLibrary
from workbench.templates.render import render


class Tools(NamedTuple):
    """What runs work with. The engine has the run's model."""

    engine: Engine
    pool: SandboxPool
    library: PromptLibrary


class Task(NamedTuple):
    """What is to be done: a section of a run, from its log on, within a budget."""

    spec: RunSpec
    section: Section
    log: Sequence[LoggedEvent]
    budget: Budget


class Run:
    """One run, or a growth of one, from its beginning or from where its log ends.

    Args:
        tools: what it works with.
        task: what is to be done.
        journal: goes on from the log.
        control: its reins.
    """

    def __init__(self, tools: Tools, task: Task, journal: Journal, control: RunControl) -> None:
        self._tools = tools
        self._task = task
        self._journal = journal
        self._control = control
        self._meter = Meter(task.budget)
        self._replay = Replay(task.section.events)
        self._notes = Notes(journal)
        growth = task.section.growth
        self._asker = Asker(tools.engine, task.spec, journal, self._notes, growth)
        self._earlier = fold_all(before(task.section, task.log)) if growth else None
        self._prompts: dict[str, PromptFile] = {}
        self._asks = 0
        self.limit = ""

    async def work(self) -> Outcome:
        """From the prompt to the outcome."""
        model = self._tools.engine.model
        if model is None:
            raise EngineError("No model is loaded: choose one under Models.")
        spec = self._task.spec
        strategy = STRATEGIES.get(spec.strategy)
        await self._read_prompts(strategy)
        manifest = build_manifest(spec, model, self._prompts)
        self._begin(strategy, model.name, manifest)
        problem = Problem(await self._messages())
        steps = steps_of(self._task.section, self._task.log, spec, problem)
        outcome = await self._drive(steps)
        if self._earlier is None:
            return outcome
        best = better(outcome, self._journal.state, self._earlier)
        if best is not outcome:
            self._journal.add(NoteAdded(text="The growth found nothing better: the answer stays."))
        return best

    def _begin(self, strategy: Strategy, model: str, manifest: dict[str, Any]) -> None:
        """Say that it starts, or what of it is known already."""
        starts = [e.event for e in self._task.log if isinstance(e.event, RunStarted)]
        is_new_growth = self._task.section.growth and len(self._task.section.events) == 1
        if self._task.log and not is_new_growth:
            growth = self._task.section.growth
            self._journal.add(RunResumed(replayed=self._replay.count, growth=growth))
        if not starts:
            self._journal.add(
                RunStarted(
                    strategy=strategy.id,
                    model=model,
                    seed=self._task.spec.seed,
                    manifest=manifest,
                )
            )
        for sentence in changes_since(starts[0].manifest, manifest) if starts else ():
            self._notes.add(sentence)

    async def _read_prompts(self, strategy: Strategy) -> None:
        """Read the strategy's own prompts once, so that an edit meanwhile changes nothing."""
        for name in strategy.templates:
            self._prompts[name] = await asyncio.to_thread(self._tools.library.strategy_prompt, name)

    async def _messages(self) -> tuple[Message, ...]:
        prompt = self._task.spec.prompt
        if isinstance(prompt, ChatPrompt):
            return prompt.messages
        return await render(
            self._tools.pool,
            prompt.source,
            prompt.path,
            prompt.variables,
            sources=self._tools.library.sources(),
        )

    async def _drive(self, steps: StrategySteps) -> Outcome:
        """Answer batch after batch until the strategy returns."""
        try:
            batch = next(steps)
            while True:
                batch = steps.send(await self._answer(batch))
        except StopIteration as stop:
            outcome: Outcome = stop.value
            return outcome
        finally:
            steps.close()

    # --- one batch ------------------------------------------------------------------------------

    async def _answer(self, batch: Sequence[Effect]) -> tuple[Any, ...]:
        """The results of a batch, in its order; its calls run together.

        Events are put down first. When one effect fails, the others are stopped.
        """
        for effect in batch:
            if isinstance(effect, Emit):
                self._emit(effect.event)
        known, shares = self._look_up(batch)
        works = [
            _given(known[index]) if index in known else self._work_for(effect, shares.get(index, 0))
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
        return tuple(results)

    def _look_up(self, batch: Sequence[Effect]) -> tuple[dict[int, Any], dict[int, int]]:
        """What the log answers of a batch, and the tokens that the samples of the rest may have.

        Both are charged to the budget; raises BudgetEnded.
        """
        calls = {i: each for i, each in enumerate(batch) if isinstance(each, Generate)}
        scores = {i: each for i, each in enumerate(batch) if isinstance(each, Score)}
        most = self._task.spec.sampling.max_tokens
        self._meter.allow_scores(len(scores))
        shares = dict(zip(calls, self._meter.share(list(calls.values()), most), strict=True))
        known: dict[int, Any] = {}
        for index, call in calls.items():
            name = self._asker.call_id(call.node, call.role)
            found = self._replay.completions(name, call, shares[index])
            if found is not None:
                known[index] = found
                self._meter.calls += call.n
                self._after(call, shares[index], found)
        for index, score in scores.items():
            given = self._replay.scores(self._asker.call_id(score.node, score.role), score)
            if given is not None:
                known[index] = given
        rest = {index: call for index, call in calls.items() if index not in known}
        if rest or len(scores) > sum(index in known for index in scores):
            self._end_replay()
            allowed = self._meter.allow(list(rest.values()), most)
            shares.update(zip(rest, allowed, strict=True))
        return known, shares

    def _end_replay(self) -> None:
        """From here on the model is asked: charge what was spent, say if the log does not fit."""
        if self._replay.is_ended:
            return
        self._meter.tokens = max(self._meter.tokens, self._replay.tokens)
        self._meter.calls = max(self._meter.calls, self._replay.calls)
        nodes = self._replay.end()
        if nodes is None:
            return
        if self._replay.cut_by_budget:
            self._notes.add("Answers that the budget had cut short are written again.")
        else:
            self._notes.add(
                "The run goes on differently from here: what is asked for now is not what was, "
                "because prompts or the program have changed."
            )
        if nodes:
            self._journal.add(Pruned(nodes=nodes, reason="of before the run was resumed"))

    def _work_for(self, effect: Effect, share: int) -> Coroutine[Any, Any, Any]:
        if isinstance(effect, Generate):
            return self._generate(effect, share)
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
            event = msgspec.structs.replace(event, call=self._asker.call_id(node, role))
        if not self._replay.has(event):
            self._journal.add(event)

    def _steered(self) -> tuple[SteerAction, ...]:
        ask, self._asks = self._asks, self._asks + 1
        told = self._replay.steered(ask)
        if told is not None or not self._replay.is_over:
            return told or ()
        actions = (*self._replay.untold(), *self._control.take())
        if actions:
            self._journal.add(Steered(ask=ask, actions=len(actions)))
        return actions

    def _charge(self) -> None:
        charged = BudgetCharged(
            tokens=self._meter.tokens, calls=self._meter.calls, seconds=self._journal.seconds
        )
        self._journal.add(charged)

    async def _render(self, effect: Render) -> tuple[Message, ...]:
        prompt = self._prompts.get(effect.template)
        if prompt is None:
            raise UsageError(
                f"The strategy {self._task.spec.strategy} uses the prompt {effect.template} "
                "without naming it."
            )
        return await render(
            self._tools.pool,
            prompt.text,
            prompt.path,
            effect.variables,
            sources=self._tools.library.sources(),
        )

    async def _generate(self, effect: Generate, share: int) -> tuple[Completion, ...]:
        async with self._control.call():
            completions = await self._asker.generate(effect, share)
        self._after(effect, share, completions)
        return completions

    async def _score(self, effect: Score) -> LabelScores:
        async with self._control.call():
            return await self._asker.score(effect)

    def _after(self, effect: Generate, share: int, completions: tuple[Completion, ...]) -> None:
        """Count a call's tokens and say what is to be known of it."""
        if any(each.reasoning and not each.text.strip() for each in completions):
            self._notes.add("The model thought until its tokens were used up: allow more.")
        self._meter.used(sum(completion.completion_tokens for completion in completions))
        most = self._task.spec.sampling.max_tokens
        wanted = min(effect.max_tokens or most, most)
        if share < wanted and any(each.finish_reason == "length" for each in completions):
            self.limit = "tokens"
            budget = self._task.budget.max_tokens
            self._notes.add(f"The budget of {budget:,} tokens cut an answer short.")

    # --- the end --------------------------------------------------------------------------------

    def best(self, finish_reason: Any) -> Outcome:
        """What a run that ends early ends with: the best it named, or its longest text.

        A growth that ends early leaves the run with what it had.
        """
        earlier = self._earlier
        if earlier is not None and (earlier.output or earlier.answer is not None):
            return msgspec.structs.replace(earlier_outcome(earlier), finish_reason=finish_reason)
        return best_of(self._journal.state, finish_reason)

    def finish(
        self,
        status: RunStatus,
        outcome: Outcome,
        *,
        limit: str = "",
        error: WorkbenchError | None = None,
    ) -> None:
        """Put down the end of the run."""
        self._control.ended = True
        self._journal.add(
            RunFinished(
                status=status,
                answer=outcome.answer,
                output=outcome.output,
                node=outcome.node,
                finish_reason=outcome.finish_reason,
                seconds=self._journal.seconds,
                limit=limit,
                error=error.to_wire() if error else None,
            )
        )


def best_of(state: RunState, finish_reason: Any) -> Outcome:
    """The best that a run has named so far, else its longest text."""
    if state.output or state.answer is not None:
        node = state.best_node or "0"
        return Outcome(
            answer=state.answer, output=state.output, node=node, finish_reason=finish_reason
        )
    longest, node = "", "0"
    for call in state.calls.values():
        for sample in call.samples:
            if len(sample.text) > len(longest):
                longest, node = sample.text, call.node
    return Outcome(answer=None, output=longest, node=node, finish_reason=finish_reason)


async def _given(result: Any) -> Any:
    """A result that is there already."""
    return result
