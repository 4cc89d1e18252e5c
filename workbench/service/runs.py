"""Runs: start, follow, cancel, estimate, and find again."""

from __future__ import annotations

import asyncio
import functools
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import msgspec

from workbench.domain.errors import UsageError, WorkbenchError
from workbench.domain.events import LoggedEvent, RunFinished, RunStatus
from workbench.domain.parameters import build, describe
from workbench.domain.run_state import RunState, fold_all
from workbench.domain.spec import ChatPrompt, RunSpec, TemplatePrompt
from workbench.domain.views import Estimate, ModelSpeed, RunSummary, SearchHit, StrategyInfo
from workbench.engine.constraint import read_constraint
from workbench.runs.control import RunControl
from workbench.runs.executor import Executor
from workbench.runs.journal import Journal
from workbench.runs.run import best_of
from workbench.service.prompts import PromptService
from workbench.service.speed import measured_speed
from workbench.strategies import STRATEGIES

N = TypeVar("N", int, float)
_TITLE_CHARACTERS = 80
Drive = Callable[[Executor], Awaitable[RunState]]
"""What is to be done with a run, on an engine that has its model."""


class RunService(PromptService):
    """The part of the service that runs strategies."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._tasks: dict[int, asyncio.Task[RunState]] = {}
        self._controls: dict[int, RunControl] = {}
        self._starting = asyncio.Lock()

    async def close(self) -> None:
        """Cancel what is running, keep its text, then close everything."""
        for run_id, task in self._tasks.items():
            self._controls[run_id].leaving = True
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await super().close()

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

    async def prepare(self, spec: RunSpec) -> RunSpec:
        """Check a spec and fill in what was left open: the model's path and a seed.

        Raises:
            UsageError: unknown strategy, or a parameter that cannot be used.
            UnopenedError: the prompt was imported and nobody has opened it.
            ModelError: there is no such model.
        """
        if isinstance(spec.prompt, TemplatePrompt):
            await self.refuse_unopened(spec.prompt.source, spec.prompt.path)
        entry = STRATEGIES.get(spec.strategy)
        params = build(entry.params, spec.params, entry.title)
        model = await self.find_model(spec.model)
        return msgspec.structs.replace(
            spec,
            params=msgspec.to_builtins(params),
            model=model.path,
            seed=spec.seed or random.SystemRandom().randrange(1, 2**31),
        )

    async def check_shape(self, *, grammar: str, json_schema: str) -> tuple[str, ...]:
        """Whether answers can be bound by a grammar or a JSON schema; no model is needed.

        Returns:
            A sentence for each keyword of the schema that is not enforced.

        Raises:
            GrammarError: it cannot be used; the sentence says where and why.
        """
        found = await read_constraint(self._pool, grammar=grammar, json_schema=json_schema)
        return found.notes

    async def estimate(self, spec: RunSpec, prompt_tokens: int | None = None) -> Estimate:
        """Calls, new tokens and seconds that a run is expected to take at most.

        Seconds are by the speed that was last measured here for the model, None without one. The
        prompt is counted as read once: calls share its beginning.
        """
        entry = STRATEGIES.get(spec.strategy)
        params = build(entry.params, spec.params, entry.title)
        calls, new_tokens = entry.estimate(params, spec.sampling)
        budget = spec.budget
        calls = _at_most(calls, budget.max_calls)
        new_tokens = _at_most(new_tokens, budget.max_tokens)
        speed = await self._speed_of(spec.model)
        seconds = None
        if speed is not None and speed.generation > 0:
            reading = (prompt_tokens or 0) / speed.prompt if speed.prompt else 0.0
            seconds = _at_most(new_tokens / speed.generation + reading, budget.max_seconds)
        return Estimate(
            calls=calls, new_tokens=new_tokens, prompt_tokens=prompt_tokens, seconds=seconds
        )

    async def _speed_of(self, ref: str) -> ModelSpeed | None:
        """The measured speed of the model that a path or name means, None where it is unknown."""
        if ref and (speed := await self._store.speed(ref)) is not None:
            return speed
        if ref and ("/" in ref or "\\" in ref):
            return None
        return await self._store.speed((await self.find_model(ref)).path)

    async def start_run(self, spec: RunSpec) -> int:
        """Put a run on disk, start it, and return its id at once; ids rise in the order of calls.

        Raises:
            UsageError, ModelError: the spec cannot be run.
            StoreError: the run cannot be saved, so it is not started.
        """
        async with self._starting:  # runs are numbered in the order in which they were asked for
            prepared = await self.prepare(spec)
            title = self._title(prepared)
            run_id = await self._store.create_run(prepared, title=title, manifest={})
        if isinstance(spec.prompt, TemplatePrompt):
            self._last_prompts.note_run(spec.prompt.path, spec.prompt.source, spec.prompt.variables)

        async def begin(executor: Executor) -> RunState:
            control = self._controls[run_id]
            return await executor.execute(run_id, prepared, self._publish, control=control)

        await self._start(run_id, prepared, begin)
        return run_id

    async def _start(
        self, run_id: int, spec: RunSpec, drive: Drive, log: Sequence[LoggedEvent] = ()
    ) -> None:
        """Have ``drive`` work on a run that is marked as running; ``log`` is what it has yet."""
        self._controls[run_id] = RunControl()
        task = asyncio.create_task(self._work(run_id, spec, drive, log))
        self._tasks[run_id] = task
        task.add_done_callback(functools.partial(self._forget, run_id))
        # A task that is cancelled before its first step could not end the run.
        await asyncio.sleep(0)

    def _forget(self, run_id: int, task: asyncio.Task[RunState]) -> None:
        if self._tasks.get(run_id) is task:
            del self._tasks[run_id], self._controls[run_id]

    async def _work(
        self, run_id: int, spec: RunSpec, drive: Drive, log: Sequence[LoggedEvent]
    ) -> RunState:
        started = False
        try:
            entry = await self.find_model(spec.model)
            async with self._hold(entry) as engine:
                started = True
                state = await drive(Executor(engine, self._store, self._pool, self._library))
        except WorkbenchError as error:
            if started:
                raise
            return await self._end_early(run_id, log, "failed", error)
        except asyncio.CancelledError:
            if started:
                raise
            control = self._controls[run_id]
            is_left = control.leaving and control.is_paused
            return await self._end_early(
                run_id, log, "interrupted" if is_left else "cancelled", None
            )
        if not log:
            await self._remember_speed(spec.model, state)
        return state

    async def _end_early(
        self,
        run_id: int,
        log: Sequence[LoggedEvent],
        status: RunStatus,
        error: WorkbenchError | None,
    ) -> RunState:
        """Close a run that never reached the executor, for example because its model is gone."""
        self._controls[run_id].ended = True
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
        speed = measured_speed(state, await self._store.speed(model_path))
        if speed is not None:
            await self._store.record_speed(
                model_path, generation=speed.generation, prompt=speed.prompt
            )

    async def cancel_run(self, run_id: int) -> None:
        """Stop a run; its text so far is kept. A run that has ended is left alone."""
        task = self._tasks.get(run_id)
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    async def wait_run(self, run_id: int) -> RunState:
        """The final state of a run, once it has ended."""
        task = self._tasks.get(run_id)
        if task is not None:
            await asyncio.wait({task})
        return await self.load_run(run_id)

    def is_running(self, run_id: int) -> bool:
        """Whether this program is working on the run now."""
        return run_id in self._tasks

    async def load_run(self, run_id: int) -> RunState:
        """The state of a run from its stored events."""
        await self._store.flush()
        return fold_all(await self._store.events(run_id))

    async def events(self, run_id: int) -> list[LoggedEvent]:
        """The stored events of a run, in order."""
        await self._store.flush()
        return await self._store.events(run_id)

    async def run_spec(self, run_id: int) -> RunSpec:
        """What a run was made from; UsageError where there is no such run."""
        return await self._store.run_spec(run_id)

    async def list_runs(
        self,
        before_id: int | None = None,
        limit: int = 256,
        text: str = "",
        strategy: str = "",
        group: str = "",
        version: int = 0,
    ) -> tuple[RunSummary, ...]:
        """Runs, newest first; ``before_id`` continues a list, ``version`` is a prompt version's."""
        return await self._store.list_runs(before_id, limit, text, strategy, group, version)

    async def search(self, text: str, limit: int = 50) -> tuple[SearchHit, ...]:
        """Where words occur in messages, prompts and outputs."""
        return await self._store.search(text, limit)

    async def delete_run(self, run_id: int) -> None:
        """Take a run out of the lists; :meth:`restore_run` brings it back."""
        await self._store.delete_run(run_id)

    async def restore_run(self, run_id: int) -> None:
        """Bring a deleted run back."""
        await self._store.restore_run(run_id)

    async def data_version(self) -> int:
        """Changes whenever anything, this program or another, wrote to the history."""
        return await self._store.data_version()

    async def retry_saving(self) -> None:
        """Try again to write what could not be saved, for example after making room."""
        await self._store.retry()

    def _title(self, spec: RunSpec) -> str:
        if isinstance(spec.prompt, TemplatePrompt):
            return self.prompt_title(spec.prompt.path)
        if isinstance(spec.prompt, ChatPrompt) and spec.prompt.messages:
            words = " ".join(spec.prompt.messages[-1].text.split())
            return words[:_TITLE_CHARACTERS]
        raise UsageError("There is nothing to send: write a message first.")


def _at_most(figure: N, limit: N | None) -> N:
    """The figure, or the limit where that is lower."""
    return figure if limit is None else min(figure, limit)
