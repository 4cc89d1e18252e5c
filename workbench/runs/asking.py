"""Asking the model: a strategy's calls as requests, with the prompt on disk before it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from workbench.domain.effects import Completion, Generate, LabelScores, Score
from workbench.domain.events import CallStarted, LabelsScored, NoteAdded
from workbench.domain.sampling import Sampling
from workbench.domain.spec import ChatPrompt, RunSpec, derive_seed
from workbench.domain.text import Message, Segment
from workbench.engine.protocol import Engine, GenerateRequest, ScoreRequest
from workbench.runs.call import Call
from workbench.runs.journal import Journal
from workbench.runs.shape import shaped

_CHAT_PRIORITY, _SEARCH_PRIORITY = 0, 1


class Notes:
    """Sentences for the person, each said once in a run."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._said = {note.text for note in journal.state.notes}

    def add(self, sentence: str) -> None:
        """Say it, unless it was said."""
        if sentence not in self._said:
            self._said.add(sentence)
            self._journal.add(NoteAdded(text=sentence, level="warning"))


class Asker:
    """Makes the calls of one run, or of its n-th growth, on an engine.

    Args:
        engine: has the run's model.
        spec: of the run.
        journal: gets the events of the calls.
        notes: gets what the engine could not honour.
        growth: calls of a growth have ids and seeds of their own.
    """

    def __init__(
        self, engine: Engine, spec: RunSpec, journal: Journal, notes: Notes, growth: int
    ) -> None:
        self._engine = engine
        self._spec = spec
        self._journal = journal
        self._notes = notes
        self._suffix = f"~{growth}" if growth else ""

    def call_id(self, node: str, role: str) -> str:
        """What a call is named in the log."""
        return f"{node}/{role}{self._suffix}"

    async def generate(self, effect: Generate, max_tokens: int) -> tuple[Completion, ...]:
        """One call; raises EngineError as the engine does, and StoreError."""
        spec = self._spec
        sampling = self._sampling(effect, max_tokens)
        role = effect.role + self._suffix
        seeds = tuple(
            derive_seed(spec.seed, effect.node, role, sample) for sample in range(effect.n)
        )
        call = self.call_id(effect.node, effect.role)
        segments = await self._segments(effect.messages, effect.prefix)
        started = CallStarted(
            call=call,
            node=effect.node,
            role=effect.role,
            messages=effect.messages,
            samples=effect.n,
            seeds=seeds,
            max_tokens=sampling.max_tokens,
            temperature=sampling.temperature,
            prefix=effect.prefix,
        )
        await self._journal.add_now(started)
        request = GenerateRequest(
            segments=segments,
            sampling=sampling,
            seeds=seeds,
            mode=spec.mode,
            priority=self._priority,
            messages=effect.messages,
            prefix=effect.prefix,
        )
        running = Call(self._engine, self._journal, call)
        completions = await running.run(request)
        for sentence in running.ignored:
            self._notes.add(sentence)
        return completions

    def _sampling(self, effect: Generate, max_tokens: int) -> Sampling:
        own = self._spec.sampling
        changes: dict[str, Any] = {
            "max_tokens": max_tokens,
            "temperature": _first(effect.temperature, own.temperature),
            "stop": _first(effect.stop, own.stop),
        }
        if effect.prefix and (own.grammar or own.json_schema):
            # A grammar holds from the first token on; from the middle it cannot be followed.
            changes |= {"grammar": "", "json_schema": ""}
            self._notes.add(
                "The shape of the answer does not bind what is written from a token on."
            )
        sampling = msgspec.structs.replace(own, **changes)
        if effect.prefix:
            return sampling
        sampling, sentences = shaped(sampling, effect.grammar, self._engine.model)
        for sentence in sentences:
            self._notes.add(sentence)
        return sampling

    async def score(self, effect: Score) -> LabelScores:
        """How probable the labels are; raises EngineError as the engine does, and StoreError."""
        call = self.call_id(effect.node, effect.role)
        segments = await self._segments(effect.messages, effect.prefix)
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
            prefix=effect.prefix,
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

    async def _segments(self, messages: Sequence[Message], prefix: str) -> tuple[Segment, ...]:
        segments = await self._engine.format_chat(tuple(messages))
        return (*segments, Segment(prefix, special=False)) if prefix else segments

    @property
    def _priority(self) -> int:
        is_chat = isinstance(self._spec.prompt, ChatPrompt)
        return _CHAT_PRIORITY if is_chat else _SEARCH_PRIORITY


def _first(wanted: Any, otherwise: Any) -> Any:
    return otherwise if wanted is None else wanted
