"""One run at work: answers the effects of its strategy, from its log or from the model."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from workbench.domain.errors import EngineError, UsageError, WorkbenchError
from workbench.domain.parameters import build
from workbench.domain.prompts.prompt import PromptFile
from workbench.domain.runs.effects import (
    SUPERSEDED,
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
from workbench.domain.runs.events import (
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
from workbench.domain.runs.run_state import fold_all
from workbench.domain.runs.spec import Budget, ChatPrompt, RunSpec
from workbench.domain.runs.steering import SteerAction
from workbench.domain.text import Message
from workbench.engine.protocol import Engine
from workbench.evaluation.extraction import extract_in
from workbench.processes.pool import SandboxPool
from workbench.prompts.library.library import PromptLibrary
from workbench.prompts.render import render
from workbench.runs.budget import Meter
from workbench.runs.calls import Calls, Notes
from workbench.runs.control import RunControl
from workbench.runs.fitting import fit_messages, kept_messages, reserve_of
from workbench.runs.growth import before, growth_steps
from workbench.runs.journal import Journal, RunStore
from workbench.runs.manifest import build_manifest, changes_since
from workbench.runs.outcome import best_of, better, earlier_outcome
from workbench.runs.replay import Replay, seconds_of, sections
from workbench.strategies import STRATEGIES, Strategy
from workbench.strategies.steered import is_superseded

Kept = Mapping[int, Completion]
"""Samples of a call that the log has, by number."""


class Tools(NamedTuple):
    """What runs work with. The engine has the run's model."""

    engine: Engine
    store: RunStore
    pool: SandboxPool
    library: PromptLibrary
    listener: Callable[[LoggedEvent], None]
    """Is called on the core's loop with each event."""


class Run:
    """One run, or a growth of one, from its beginning or from where its log ends.

    Args:
        tools: what it works with.
        spec: what to run.
        journal: goes on from the log.
        control: to pause and steer it by.
        log: all events of the run until now.
        growth: which growth of the run this is, 0 for the run itself.
        budget: for all of it, with what was used before; None is the spec's.
    """

    def __init__(
        self,
        tools: Tools,
        spec: RunSpec,
        journal: Journal,
        control: RunControl,
        *,
        log: Sequence[LoggedEvent] = (),
        growth: int = 0,
        budget: Budget | None = None,
    ) -> None:
        self._tools = tools
        self.spec = spec
        self.journal = journal
        self.control = control
        self._log = log
        self.growth = growth
        self._section = sections(log)[growth]
        self._budget = budget or spec.budget
        self._meter = Meter(self._budget)
        self._replay = Replay(self._section)
        self._notes = Notes(journal)
        self._calls = Calls(tools.engine, spec, journal, self._notes, growth)
        self._earlier = fold_all(before(self._section[0], log)) if growth else None
        self._prompts: dict[str, PromptFile] = {}
        self._asks = 0
        self._superseded: list[str] = []
        self.limit = ""
        """The limit of the budget that cut an answer short."""

    @property
    def seconds_left(self) -> float | None:
        """Of the budget, without the time that the section took until now."""
        most = self._budget.max_seconds
        return None if most is None else max(0.0, most - seconds_of(self._section))

    async def work(self) -> Outcome:
        """From the prompt to the outcome."""
        model = self._tools.engine.model
        if model is None:
            raise EngineError("No model is loaded: choose one under Models.")
        strategy = STRATEGIES.get(self.spec.strategy)
        await self._read_prompts(strategy)
        sources = self._tools.library.sources()
        messages, context, failure = await self._fitted_messages()
        manifest = build_manifest(self.spec, model, self._prompts, sources, context)
        self._begin(strategy, model.name, manifest)
        if failure is not None:
            raise failure
        problem = self._problem(messages or await self._messages())
        if self.growth:
            steps = growth_steps(self._section[0], self._log, self.spec, problem)
        else:
            steps = strategy.run(problem, build(strategy.params, self.spec.params, strategy.title))
        outcome = await self._drive(steps)
        if self._earlier is None:
            return outcome
        best = better(outcome, self.journal.state, self._earlier)
        if best is not outcome:
            self.journal.add(NoteAdded(text="The growth found nothing better: the answer stays."))
        return best

    async def _fitted_messages(
        self,
    ) -> tuple[tuple[Message, ...], dict[str, Any], WorkbenchError | None]:
        """A conversation without what does not fit, what is kept of that, and why it cannot be.

        A run that goes on leaves out what it left out when it began. No messages where the prompt
        is none that is made to fit.
        """
        prompt = self.spec.prompt
        fitting = prompt.fitting if isinstance(prompt, ChatPrompt) else None
        if fitting is None or not isinstance(prompt, ChatPrompt):
            return (), {}, None
        begun = [e.event.manifest for e in self._log if isinstance(e.event, RunStarted)]
        if begun:
            report = dict(begun[0].get("context") or {})
            kept = kept_messages(prompt.messages, fitting, int(report.get("first") or 0))
            return kept, report, None
        try:
            fitted = await fit_messages(
                self._tools.engine, prompt.messages, fitting, reserve_of(self.spec)
            )
        except WorkbenchError as error:
            return (), {}, error
        return fitted.messages, fitted.report(fitting), None

    def _begin(self, strategy: Strategy, model: str, manifest: dict[str, Any]) -> None:
        """Log that it starts or goes on, and what has changed since it started."""
        starts = [e.event for e in self._log if isinstance(e.event, RunStarted)]
        is_new_growth = self.growth and len(self._section) == 1
        if self._log and not is_new_growth:
            self.journal.add(RunResumed(replayed=self._replay.count, growth=self.growth))
        if not starts:
            self.journal.add(
                RunStarted(
                    strategy=strategy.id,
                    model=model,
                    seed=self.spec.seed,
                    manifest=manifest,
                )
            )
        for sentence in changes_since(starts[0].manifest, manifest) if starts else ():
            self._notes.add(sentence)

    def _problem(self, messages: tuple[Message, ...]) -> Problem:
        """A conversation that ends in an answer asks for the rest of it."""
        if isinstance(self.spec.prompt, ChatPrompt) and messages[-1].role == "assistant":
            return Problem(messages[:-1], begun=messages[-1].text)
        return Problem(messages)

    async def _read_prompts(self, strategy: Strategy) -> None:
        """Read the strategy's own prompts once, so that an edit meanwhile changes nothing."""
        for name in strategy.templates:
            self._prompts[name] = await asyncio.to_thread(self._tools.library.strategy_prompt, name)

    async def _messages(self) -> tuple[Message, ...]:
        prompt = self.spec.prompt
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
        if not call.steerable or not self._replay.is_over:
            return False
        return is_superseded(call.node, (*self._replay.pending, *self.control.pending))

    def _look_up(
        self, batch: Sequence[Effect]
    ) -> tuple[dict[int, Any], dict[int, int], dict[int, Kept]]:
        """What the log answers of a batch, and the tokens that the samples of the rest may have.

        The last value has the samples of calls that were cut short which had ended before. All is
        charged to the budget; raises BudgetEnded.
        """
        calls = {i: each for i, each in enumerate(batch) if isinstance(each, Generate)}
        scores = {i: each for i, each in enumerate(batch) if isinstance(each, Score)}
        most = self.spec.sampling.max_tokens
        self._meter.allow_scores(len(scores))
        shares = dict(zip(calls, self._meter.share(list(calls.values()), most), strict=True))
        known: dict[int, Any] = {}
        for index, call in calls.items():
            name = self._calls.id_of(call.node, call.role)
            if call.steerable and self._replay.was_superseded(name):
                known[index] = SUPERSEDED
                continue
            found = self._replay.completions(name, call, shares[index])
            if found is not None:
                known[index] = found
                self._meter.calls += call.n
                self._after(call, shares[index], found)
        for index, score in scores.items():
            given = self._replay.scores(self._calls.id_of(score.node, score.role), score)
            if given is not None:
                known[index] = given
        rest = {index: call for index, call in calls.items() if index not in known}
        kept: dict[int, Kept] = {}
        for index, call in rest.items():
            name = self._calls.id_of(call.node, call.role)
            kept[index] = self._replay.kept_samples(name, call, shares[index])
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
            self.journal.add(Pruned(nodes=nodes, reason="of before the run was resumed"))

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
        if not self._replay.has(event):
            self.journal.add(event)

    def _steered(self) -> tuple[SteerAction, ...]:
        ask, self._asks = self._asks, self._asks + 1
        known = self._replay.steered(ask)
        if known is not None or not self._replay.is_over:
            return known or ()
        actions = (*self._replay.take(), *self.control.take())
        if actions:
            superseded, self._superseded = tuple(self._superseded), []
            self.journal.add(Steered(ask=ask, actions=len(actions), superseded=superseded))
        return actions

    def _charge(self) -> None:
        charged = BudgetCharged(
            tokens=self._meter.tokens, calls=self._meter.calls, seconds=self.journal.seconds
        )
        self.journal.add(charged)

    async def _render(self, effect: Render) -> tuple[Message, ...]:
        prompt = self._prompts.get(effect.template)
        if prompt is None:
            raise UsageError(
                f"The strategy {self.spec.strategy} uses the prompt {effect.template} "
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
        completions = await self.control.unless_superseded(effect.node, work)
        if completions is not None:
            return completions
        stopped = self.journal.state.calls.get(self._calls.id_of(effect.node, effect.role))
        if stopped is not None:
            new = [each for index, each in enumerate(stopped.samples) if index not in kept]
            self._meter.used(sum(sample.completion_tokens for sample in new))
        return SUPERSEDED

    async def _ask(self, effect: Generate, share: int, kept: Kept) -> tuple[Completion, ...]:
        async with self.control.call():
            completions = await self._calls.generate(effect, share, kept)
        new = [each for index, each in enumerate(completions) if index not in kept]
        self._after(effect, share, new)
        return completions

    async def _score(self, effect: Score) -> LabelScores:
        async with self.control.call():
            return await self._calls.score(effect)

    def _after(self, effect: Generate, share: int, completions: Sequence[Completion]) -> None:
        """Count a call's tokens and note what the user should know of it."""
        if any(each.reasoning and not each.text.strip() for each in completions):
            self._notes.add("The model thought until its tokens were used up: allow more.")
        self._meter.used(sum(completion.completion_tokens for completion in completions))
        most = self.spec.sampling.max_tokens
        wanted = min(effect.max_tokens or most, most)
        if share < wanted and any(each.finish_reason == "length" for each in completions):
            self.limit = "tokens"
            budget = self._budget.max_tokens
            self._notes.add(f"The budget of {budget:,} tokens cut an answer short.")

    # --- the end --------------------------------------------------------------------------------

    def best(self, finish_reason: Any) -> Outcome:
        """What a run that ends early ends with: the best it named, or its longest text.

        A growth that ends early leaves the run with what it had.
        """
        earlier = self._earlier
        if earlier is not None and (earlier.output or earlier.answer is not None):
            return msgspec.structs.replace(earlier_outcome(earlier), finish_reason=finish_reason)
        return best_of(self.journal.state, finish_reason)

    def finish(
        self,
        status: RunStatus,
        outcome: Outcome,
        *,
        limit: str = "",
        error: WorkbenchError | None = None,
    ) -> None:
        """Put down the end of the run."""
        self.control.ended = True
        self.journal.add(
            RunFinished(
                status=status,
                answer=outcome.answer,
                output=outcome.output,
                node=outcome.node,
                finish_reason=outcome.finish_reason,
                seconds=self.journal.seconds,
                limit=limit,
                error=error.to_wire() if error else None,
            )
        )


async def _given(result: Any) -> Any:
    """A result that is there already."""
    return result
