"""One run at work: from its prompt to the outcome of its strategy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from workbench.domain.errors import EngineError, WorkbenchError
from workbench.domain.parameters import build
from workbench.domain.runs.effects import (
    Outcome,
    Problem,
    StrategySteps,
)
from workbench.domain.runs.events import (
    LoggedEvent,
    NoteAdded,
    PassagesFound,
    RunFinished,
    RunResumed,
    RunStarted,
    RunStatus,
)
from workbench.domain.runs.run_state import fold_all
from workbench.domain.runs.spec import Budget, ChatPrompt, RunSpec
from workbench.domain.sources.passages import Passage, PassageQuery
from workbench.domain.text import Message
from workbench.prompts.render import render
from workbench.runs.answering import Answering
from workbench.runs.control import RunControl
from workbench.runs.fitting import fit_messages, kept_messages, reserve_of
from workbench.runs.growth import before, growth_steps
from workbench.runs.journal import Journal
from workbench.runs.manifest import build_manifest, changes_since
from workbench.runs.outcome import best_of, better, earlier_outcome
from workbench.runs.replay import seconds_of, sections
from workbench.runs.tools import Tools
from workbench.strategies import STRATEGIES, Strategy


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
        self._answering = Answering(
            tools,
            spec,
            journal,
            control,
            section=self._section,
            growth=growth,
            budget=self._budget,
        )
        self._earlier = fold_all(before(self._section[0], log)) if growth else None

    @property
    def limit(self) -> str:
        """The limit of the budget that cut an answer short."""
        return self._answering.limit

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
        await self._answering.read_prompts(strategy)
        sources = self._tools.library.sources()
        messages, context, failure = await self._fitted_messages()
        manifest = build_manifest(self.spec, model, self._answering.prompts, sources, context)
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
            self.journal.add(RunResumed(replayed=self._answering.replay.count, growth=self.growth))
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
            self._answering.notes.add(sentence)

    def _problem(self, messages: tuple[Message, ...]) -> Problem:
        """A conversation that ends in an answer asks for the rest of it."""
        if isinstance(self.spec.prompt, ChatPrompt) and messages[-1].role == "assistant":
            return Problem(messages[:-1], begun=messages[-1].text)
        return Problem(messages)

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
            find=self._find if self._tools.find is not None else None,
        )

    async def _find(self, asked: PassageQuery) -> tuple[Passage, ...]:
        """The passages for a question; a run that goes on keeps those that it had."""
        events = [logged.event for logged in self._log]
        found = [e for e in events if isinstance(e, PassagesFound) and e.asked == asked]
        if found:
            return found[0].passages
        assert self._tools.find is not None
        passages = await self._tools.find(asked)
        self.journal.add(PassagesFound(asked=asked, passages=passages))
        return passages

    async def _drive(self, steps: StrategySteps) -> Outcome:
        """Answer batch after batch until the strategy returns."""
        try:
            batch = next(steps)
            while True:
                batch = steps.send(await self._answering.answer(batch))
        except StopIteration as stop:
            outcome: Outcome = stop.value
            return outcome
        finally:
            steps.close()

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
