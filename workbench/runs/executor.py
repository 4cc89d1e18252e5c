"""Runs a strategy: it owns model, seeds, budget, cancel and log; the strategy only asks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

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
    StrategySteps,
)
from workbench.domain.errors import EngineError, UsageError, WorkbenchError
from workbench.domain.events import (
    BudgetCharged,
    CallStarted,
    LabelsScored,
    LoggedEvent,
    NoteAdded,
    RunFinished,
    RunStarted,
    RunStatus,
)
from workbench.domain.parameters import build
from workbench.domain.run_state import RunState
from workbench.domain.spec import ChatPrompt, RunSpec, derive_seed
from workbench.domain.text import Message, Segment
from workbench.domain.views import PromptFile
from workbench.engine.protocol import Engine, GenerateRequest, ScoreRequest
from workbench.evaluation.extraction import extract_in
from workbench.runs.budget import BudgetEnded, Meter
from workbench.runs.call import Call
from workbench.runs.journal import Journal, RunStore
from workbench.runs.manifest import build_manifest
from workbench.runs.shape import shaped
from workbench.sandbox.pool import SandboxPool
from workbench.strategies import STRATEGIES, Strategy
from workbench.templates.library import PromptLibrary
from workbench.templates.render import render

_log = logging.getLogger(__name__)
_CHAT_PRIORITY, _SEARCH_PRIORITY = 0, 1


class Executor:
    """Drives runs on one engine. The engine must hold the run's model while it works."""

    def __init__(
        self, engine: Engine, store: RunStore, pool: SandboxPool, library: PromptLibrary
    ) -> None:
        self._engine = engine
        self._store = store
        self._pool = pool
        self._library = library

    async def execute(
        self, run_id: int, spec: RunSpec, listener: Callable[[LoggedEvent], None]
    ) -> RunState:
        """Run to the end, whatever the end is, and return the final state.

        Cancelling the task stops the model within one step; the run then ends as cancelled with
        the best it had, and this returns normally. Errors of the world end it as failed.

        Args:
            run_id: the row made for it.
            spec: what to run; ``params`` fit the strategy.
            listener: is called on this loop with each event.

        Raises:
            Exception: a bug of ours, after the run was closed as failed.
        """
        journal = Journal(run_id, self._store, listener)
        run = _Run(self._engine, self._pool, self._library, spec, journal)
        try:
            async with asyncio.timeout(spec.budget.max_seconds):
                outcome = await run.work()
            run.finish("done", outcome, limit=run.limit)
        except BudgetEnded as ended:
            run.finish("done", run.best("limit"), limit=ended.limit)
        except TimeoutError:
            run.finish("done", run.best("limit"), limit="seconds")
        except asyncio.CancelledError:
            run.finish("cancelled", run.best("cancelled"))
        except WorkbenchError as error:
            run.finish("failed", run.best("error"), error=error)
        except Exception as error:
            _log.exception("run %d failed", run_id)
            sentence = f"The strategy failed inside the program ({error!r}); see the log."
            run.finish("failed", run.best("error"), error=UsageError(sentence))
            raise
        finally:
            state = await _despite_cancel(journal.close())
        return state


class _Run:
    """One run: answers the effects of its strategy."""

    def __init__(
        self,
        engine: Engine,
        pool: SandboxPool,
        library: PromptLibrary,
        spec: RunSpec,
        journal: Journal,
    ) -> None:
        self._engine = engine
        self._pool = pool
        self._library = library
        self._spec = spec
        self._journal = journal
        self._meter = Meter(spec.budget)
        self._prompts: dict[str, PromptFile] = {}
        self._noted: set[str] = set()
        self.limit = ""

    async def work(self) -> Outcome:
        """From the prompt to the outcome."""
        model = self._engine.model
        if model is None:
            raise EngineError("No model is loaded: choose one under Models.")
        strategy = STRATEGIES.get(self._spec.strategy)
        await self._read_prompts(strategy)
        started = RunStarted(
            strategy=strategy.id,
            model=model.name,
            seed=self._spec.seed,
            manifest=build_manifest(self._spec, model, self._prompts),
        )
        self._journal.add(started)
        problem = Problem(await self._messages())
        params = build(strategy.params, self._spec.params, strategy.title)
        return await self._drive(strategy.run(problem, params))

    async def _read_prompts(self, strategy: Strategy) -> None:
        """Read the strategy's own prompts once, so that an edit meanwhile changes nothing."""
        for name in strategy.templates:
            self._prompts[name] = await asyncio.to_thread(self._library.strategy_prompt, name)

    async def _messages(self) -> tuple[Message, ...]:
        prompt = self._spec.prompt
        if isinstance(prompt, ChatPrompt):
            return prompt.messages
        return await render(
            self._pool,
            prompt.source,
            prompt.path,
            prompt.variables,
            sources=self._library.sources(),
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

    async def _answer(self, batch: Sequence[Effect]) -> tuple[Any, ...]:
        """The results of a batch, in its order; its calls run together.

        Events are put down first. When one effect fails, the others are stopped.
        """
        generates = [effect for effect in batch if isinstance(effect, Generate)]
        scores = sum(isinstance(effect, Score) for effect in batch)
        self._meter.allow_scores(scores)
        allowed = iter(self._meter.allow(generates, self._spec.sampling.max_tokens))
        for effect in batch:
            if isinstance(effect, Emit):
                self._journal.add(effect.event)
        tasks = [asyncio.create_task(self._work_for(effect, allowed)) for effect in batch]
        try:
            results = await asyncio.gather(*tasks)
        except BaseException:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            raise
        if generates or scores:
            self._charge()
        return tuple(results)

    def _work_for(self, effect: Effect, allowed: Any) -> Coroutine[Any, Any, Any]:
        if isinstance(effect, Generate):
            return self._generate(effect, next(allowed))
        if isinstance(effect, Score):
            return self._score(effect)
        if isinstance(effect, Render):
            return self._render(effect)
        if isinstance(effect, Extract):
            return extract_in(self._pool, effect.texts, effect.rule)
        return _nothing()

    def _charge(self) -> None:
        charged = BudgetCharged(
            tokens=self._meter.tokens, calls=self._meter.calls, seconds=self._journal.seconds
        )
        self._journal.add(charged)

    async def _render(self, effect: Render) -> tuple[Message, ...]:
        prompt = self._prompts.get(effect.template)
        if prompt is None:
            raise UsageError(
                f"The strategy {self._spec.strategy} uses the prompt {effect.template} without "
                "naming it."
            )
        return await render(
            self._pool,
            prompt.text,
            prompt.path,
            effect.variables,
            sources=self._library.sources(),
        )

    async def _generate(self, effect: Generate, max_tokens: int) -> tuple[Completion, ...]:
        """One call: the prompt is on disk before the engine sees it."""
        spec = self._spec
        sampling = msgspec.structs.replace(
            spec.sampling,
            max_tokens=max_tokens,
            temperature=_first(effect.temperature, spec.sampling.temperature),
            stop=_first(effect.stop, spec.sampling.stop),
        )
        sampling, sentences = shaped(sampling, effect.grammar, self._engine.model)
        self._note_ignored(sentences)
        seeds = tuple(
            derive_seed(spec.seed, effect.node, effect.role, sample) for sample in range(effect.n)
        )
        call = f"{effect.node}/{effect.role}"
        segments = await self._engine.format_chat(effect.messages)
        started = CallStarted(
            call=call,
            node=effect.node,
            role=effect.role,
            messages=effect.messages,
            samples=effect.n,
            seeds=seeds,
            max_tokens=sampling.max_tokens,
            temperature=sampling.temperature,
        )
        await self._journal.add_now(started)
        request = GenerateRequest(
            segments=segments,
            sampling=sampling,
            seeds=seeds,
            mode=spec.mode,
            priority=self._priority,
            messages=effect.messages,
        )
        running = Call(self._engine, self._journal, call)
        completions = await running.run(request)
        self._note_ignored(running.ignored)
        if any(each.reasoning and not each.text.strip() for each in completions):
            self._note_once("The model thought until its tokens were used up: allow more.")
        self._meter.used(sum(completion.completion_tokens for completion in completions))
        wanted = min(effect.max_tokens or spec.sampling.max_tokens, spec.sampling.max_tokens)
        if max_tokens < wanted and any(c.finish_reason == "length" for c in completions):
            self._note_limit()
        return completions

    async def _score(self, effect: Score) -> LabelScores:
        """How probable the labels are; the prompt is on disk before the engine sees it."""
        call = f"{effect.node}/{effect.role}"
        segments = await self._engine.format_chat(effect.messages)
        if effect.prefix:
            segments = (*segments, Segment(effect.prefix, special=False))
        started = CallStarted(
            call=call,
            node=effect.node,
            role=effect.role,
            messages=effect.messages,
            samples=0,
            seeds=(),
            max_tokens=0,
            temperature=0.0,
            labels=effect.labels,
        )
        await self._journal.add_now(started)
        request = ScoreRequest(
            segments=segments,
            continuations=effect.labels,
            mode=self._spec.mode,
            priority=self._priority,
            messages=effect.messages,
            prefix=effect.prefix,
        )
        scores = await self._engine.score(request)
        found = LabelScores.of(effect.labels, tuple(each.logprob for each in scores.continuations))
        self._journal.add(
            LabelsScored(
                call=call,
                labels=found.labels,
                probabilities=found.probabilities,
                logprobs=found.logprobs,
                prompt_tokens=scores.prompt_tokens,
                evaluated_tokens=scores.evaluated_tokens,
                seconds=scores.seconds,
            )
        )
        return found

    @property
    def _priority(self) -> int:
        is_chat = isinstance(self._spec.prompt, ChatPrompt)
        return _CHAT_PRIORITY if is_chat else _SEARCH_PRIORITY

    def _note_ignored(self, sentences: Sequence[str]) -> None:
        """Say once which parameters the engine could not honour."""
        for sentence in sentences:
            self._note_once(sentence)

    def _note_once(self, sentence: str) -> None:
        if sentence not in self._noted:
            self._noted.add(sentence)
            self._journal.add(NoteAdded(text=sentence, level="warning"))

    def _note_limit(self) -> None:
        """Say once that answers were cut by the token budget."""
        if not self.limit:
            self.limit = "tokens"
            text = f"The budget of {self._spec.budget.max_tokens:,} tokens cut an answer short."
            self._journal.add(NoteAdded(text=text, level="warning"))

    def best(self, finish_reason: Any) -> Outcome:
        """What a run that ends early ends with: the best it named, or its longest text."""
        state = self._journal.state
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

    def finish(
        self,
        status: RunStatus,
        outcome: Outcome,
        *,
        limit: str = "",
        error: WorkbenchError | None = None,
    ) -> None:
        """Put down the end of the run."""
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


async def _despite_cancel(work: Coroutine[Any, Any, RunState]) -> RunState:
    """Finish ``work`` although the task is cancelled: what has ended must be written."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        return await task


async def _nothing() -> None:
    """The result of an event."""


def _first(wanted: Any, otherwise: Any) -> Any:
    return otherwise if wanted is None else wanted
