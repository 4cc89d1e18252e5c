"""Runs: start, follow, cancel, estimate, and find again."""

from __future__ import annotations

import asyncio
import functools
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, TypeVar

import msgspec

from workbench.domain.errors import UsageError, WorkbenchError
from workbench.domain.parameters import build, describe
from workbench.domain.runs.events import LoggedEvent, RunFinished, RunStatus
from workbench.domain.runs.run_state import RunState, fold_all
from workbench.domain.runs.spec import ChatPrompt, RunSpec, TemplatePrompt
from workbench.domain.sources.passages import Find
from workbench.domain.views import (
    Estimate,
    ModelEntry,
    ModelSpeed,
    StrategyInfo,
)
from workbench.engine.constraints.constraint import read_constraint
from workbench.history import session
from workbench.history.runs import lengths
from workbench.history.runs.runs import load_spec
from workbench.runs.control import RunControl
from workbench.runs.executor import despite_cancel, execute, new_run
from workbench.runs.journal import Journal
from workbench.runs.outcome import best_of
from workbench.runs.run import Run
from workbench.runs.tools import Tools
from workbench.service.core import Core, try_saving
from workbench.service.models.models import Models
from workbench.service.runs.speed import measured_speed
from workbench.strategies import STRATEGIES

N = TypeVar("N", int, float)
_TITLE_CHARACTERS = 80
MakeRun = Callable[[Tools, RunControl], Run]


class PreparedRun(NamedTuple):
    """A spec that can be run, and the model that it names."""

    spec: RunSpec
    model: ModelEntry


class Runs:
    """Runs of strategies: started, followed, cancelled, estimated."""

    def __init__(self, core: Core, models: Models, find: Find | None = None) -> None:
        self._find = find
        self._last_prompts = core.last_prompts
        self._prompt_library = core.prompt_library
        self._pool = core.pool
        self._publish = core.publish
        self._store = core.store
        self._models = models
        self._idle_work = core.idle_work
        self._tasks: dict[int, asyncio.Task[RunState]] = {}
        self.controls: dict[int, RunControl] = {}
        """Of the runs that are at work, by their ids."""
        self.starting = asyncio.Lock()
        """Held while a run gets its number, so that ids rise in the order of calls."""

    def strategies(self) -> tuple[StrategyInfo, ...]:
        """Every strategy with the fields of its form."""
        return tuple(
            StrategyInfo(
                id=entry.id,
                title=entry.title,
                short=entry.short,
                description=entry.description,
                fields=describe(entry.params),
            )
            for entry in STRATEGIES
        )

    async def prepare(self, spec: RunSpec) -> PreparedRun:
        """Check a spec and fill in what was left open: the model's path and a seed.

        Raises:
            UsageError: unknown strategy, or a parameter that cannot be used.
            ModelError: there is no such model.
        """
        entry = STRATEGIES.get(spec.strategy)
        params = build(entry.params, spec.params, entry.title)
        model = await self._models.find(spec.model)
        prepared = msgspec.structs.replace(
            spec,
            params=msgspec.to_builtins(params),
            model=model.path,
            seed=spec.seed or random.SystemRandom().randrange(1, 2**31),
        )
        return PreparedRun(prepared, model)

    async def check_constraint(self, *, grammar: str, json_schema: str) -> tuple[str, ...]:
        """Whether answers can be bound by a grammar or a JSON schema; no model is needed.

        Returns:
            A sentence for each keyword of the schema that is not enforced.

        Raises:
            GrammarError: it cannot be used; the sentence says where and why.
        """
        found = await read_constraint(self._pool, grammar=grammar, json_schema=json_schema)
        return found.notes

    async def estimate(self, spec: RunSpec, prompt_tokens: int | None = None) -> Estimate:
        """Calls, new tokens and seconds that a run is expected to take.

        Where such runs were made before, of this prompt by this strategy and model, new tokens are
        the median of what the last of them wrote; else only the most is known. Seconds are by the
        speed that was last measured here for the model, None without one. The prompt is counted as
        read once: calls share its beginning.
        """
        entry = STRATEGIES.get(spec.strategy)
        params = build(entry.params, spec.params, entry.title)
        calls, new_tokens = entry.estimate(params, spec.sampling)
        budget = spec.budget
        calls = _at_most(calls, budget.max_calls)
        new_tokens = _at_most(new_tokens, budget.max_tokens)
        likely = await self._likely_tokens(spec, msgspec.to_builtins(params), calls)
        likely = None if likely is None else min(likely, new_tokens)
        speed = await self.speed_of(spec.model)
        seconds = None
        if speed is not None and speed.generation > 0:
            reading = (prompt_tokens or 0) / speed.prompt if speed.prompt else 0.0
            expected = new_tokens if likely is None else likely
            seconds = _at_most(expected / speed.generation + reading, budget.max_seconds)
        return Estimate(
            calls=calls,
            new_tokens=new_tokens,
            likely_tokens=likely,
            prompt_tokens=prompt_tokens,
            seconds=seconds,
        )

    async def _likely_tokens(self, spec: RunSpec, params: dict[str, Any], calls: int) -> int | None:
        """The median of what the last such runs wrote; by call, where their parameters differ."""
        if not isinstance(spec.prompt, TemplatePrompt):
            return None
        model = spec.model
        if not ("/" in model or "\\" in model):
            try:
                model = (await self._models.find(model)).path
            except WorkbenchError:
                return None
        earlier = await self._store.read(lengths.recent, spec.prompt.path, spec.strategy, model)
        limit = spec.sampling.max_tokens
        same = [
            each.tokens for each in earlier if (each.params, each.max_tokens) == (params, limit)
        ]
        if same:
            return round(median(same))
        each_call = [each.tokens / each.calls for each in earlier if each.max_tokens == limit]
        return round(median(each_call) * calls) if each_call else None

    async def speed_of(self, ref: str) -> ModelSpeed | None:
        """The measured speed of the model that a path or name means, None where it is unknown."""
        if ref and (speed := await self._store.read(session.load_speed, ref)) is not None:
            return speed
        if ref and ("/" in ref or "\\" in ref):
            return None
        return await self._store.read(session.load_speed, (await self._models.find(ref)).path)

    async def start(self, spec: RunSpec, expected: str = "") -> int:
        """Put a run on disk, start it, and return its id at once; ids rise in the order of calls.

        With ``expected`` it is judged by that answer when it has ended.

        Raises:
            UsageError, ModelError: the spec cannot be run.
            StoreError: the run cannot be saved, so it is not started.
        """
        async with self.starting:  # runs are numbered in the order in which they were asked for
            return await self.start_prepared(await self.prepare(spec), expected)

    async def start_prepared(self, prepared: PreparedRun, expected: str = "") -> int:
        """As :meth:`start`, for a checked spec, by a caller that holds :attr:`starting`.

        Where this is cancelled, so is the run: its caller would not know of it.
        """
        starting = asyncio.ensure_future(self._begin_new(prepared, expected))
        try:
            return await despite_cancel(starting)
        except asyncio.CancelledError:
            if starting.exception() is None:
                await self.cancel(starting.result())
            raise

    async def _begin_new(self, prepared: PreparedRun, expected: str) -> int:
        spec = prepared.spec
        run_id = await self._store.create_run(
            spec, title=run_title(spec), manifest={}, expected=expected
        )
        if isinstance(spec.prompt, TemplatePrompt):
            self._last_prompts.note_run(spec.prompt.path, spec.prompt.source, spec.prompt.variables)
        await self.begin(run_id, prepared)
        return run_id

    async def begin(self, run_id: int, prepared: PreparedRun) -> None:
        """Start a run that is on disk, with :func:`despite_cancel` around both."""
        make = functools.partial(new_run, run_id=run_id, spec=prepared.spec)
        await self.start_work(run_id, prepared.model, make)

    async def start_work(
        self, run_id: int, model: ModelEntry, make: MakeRun, log: Sequence[LoggedEvent] = ()
    ) -> None:
        """Work on a run that is marked as running.

        Args:
            run_id: of the run.
            model: that it runs on.
            make: makes the run, once the engine has the model.
            log: the events it has already.
        """
        self.controls[run_id] = RunControl()
        self._idle_work.run_begins(run_id)
        task = asyncio.create_task(self._work(run_id, model, make, log))
        self._tasks[run_id] = task
        task.add_done_callback(functools.partial(self._forget, run_id))
        # A task that is cancelled before its first step could not end the run.
        await asyncio.sleep(0)

    def _forget(self, run_id: int, task: asyncio.Task[RunState]) -> None:
        if self._tasks.get(run_id) is task:
            del self._tasks[run_id], self.controls[run_id]
            self._idle_work.run_ends(run_id)

    async def _work(
        self, run_id: int, model: ModelEntry, make: MakeRun, log: Sequence[LoggedEvent]
    ) -> RunState:
        started, control = False, self.controls[run_id]
        try:
            async with self._models.hold(model) as engine:
                started = True
                tools = Tools(
                    engine,
                    self._store,
                    self._pool,
                    self._prompt_library,
                    self._publish,
                    self._find,
                )
                state = await execute(make(tools, control))
        except WorkbenchError as error:
            if started:
                raise
            return await self._end_early(run_id, log, "failed", error)
        except asyncio.CancelledError:
            if started:
                raise
            return await self._end_early(run_id, log, control.status_when_cancelled, None)
        if not log:
            await self._remember_speed(model.path, state)
        return state

    async def _end_early(
        self,
        run_id: int,
        log: Sequence[LoggedEvent],
        status: RunStatus,
        error: WorkbenchError | None,
    ) -> RunState:
        """Close a run that never began, for example because its model is gone."""
        self.controls[run_id].ended = True
        journal = Journal(run_id, self._store, self._publish, log)
        outcome = best_of(journal.state, "error" if error else status)
        event = RunFinished(
            status=status,
            answer=outcome.answer,
            output=outcome.output,
            node=outcome.node,
            finish_reason=outcome.finish_reason,
            seconds=journal.state.seconds,
            error=error.to_wire() if error else None,
        )
        journal.add(event)
        return await journal.close()

    async def _remember_speed(self, model_path: str, state: RunState) -> None:
        """Keep how fast the model was, unless other runs had a part of the machine."""
        if len(self._tasks) > 1:
            return
        speed = measured_speed(state, await self._store.read(session.load_speed, model_path))
        if speed is not None:
            await try_saving(
                self._store.write(
                    session.record_speed,
                    model_path,
                    generation=speed.generation,
                    prompt=speed.prompt,
                )
            )

    async def cancel(self, run_id: int) -> None:
        """Stop a run; its text so far is kept. A run that has ended is left alone."""
        task = self._tasks.get(run_id)
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    async def until_ended(self, run_id: int) -> None:
        """Return when nothing works on a run any more; at once where nothing does."""
        task = self._tasks.get(run_id)
        if task is not None:
            await asyncio.wait({task})

    async def wait(self, run_id: int) -> RunState:
        """The final state of a run, once it has ended."""
        await self.until_ended(run_id)
        return await self.load(run_id)

    def is_running(self, run_id: int) -> bool:
        """Whether this program is working on the run now."""
        return run_id in self._tasks

    async def load(self, run_id: int) -> RunState:
        """The state of a run from its stored events."""
        return fold_all(await self._store.events(run_id))

    async def events(self, run_id: int) -> list[LoggedEvent]:
        """The stored events of a run, in order."""
        return await self._store.events(run_id)

    async def spec(self, run_id: int) -> RunSpec:
        """What a run was made from; UsageError where there is no such run."""
        return await self._store.read(load_spec, run_id)

    async def stop_all(self) -> None:
        """Cancel all runs, as for the end of the program; what they wrote is kept."""
        self._idle_work.give_up()
        for run_id, task in self._tasks.items():
            self.controls[run_id].leaving = True
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)


def run_title(spec: RunSpec) -> str:
    """What lists call a run: the name of its prompt, or what was asked last.

    Raises:
        UsageError: there is nothing to send.
    """
    if isinstance(spec.prompt, TemplatePrompt):
        return Path(spec.prompt.path).stem
    if isinstance(spec.prompt, ChatPrompt) and spec.prompt.messages:
        asked = [each for each in spec.prompt.messages if each.role == "user"]
        words = " ".join((asked or spec.prompt.messages)[-1].text.split())
        return words[:_TITLE_CHARACTERS]
    raise UsageError("There is nothing to send: write a message first.")


def _at_most(figure: N, limit: N | None) -> N:
    """The figure, or the limit where that is lower."""
    return figure if limit is None else min(figure, limit)
