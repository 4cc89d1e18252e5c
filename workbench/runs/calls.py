"""Calls to the model: the prompt on disk before it is sent, the samples as events, one a frame."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import msgspec

from workbench.domain.runs.effects import Completion, FinishReason, Generate, LabelScores, Score
from workbench.domain.runs.events import (
    CallFinished,
    CallStarted,
    LabelsScored,
    NoteAdded,
    PromptEvaluated,
    SamplingApplied,
    TextReceived,
)
from workbench.domain.runs.reasoning import Parts, ReasoningSplitter, open_tag
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import ChatPrompt, RunSpec, derive_seed
from workbench.domain.runs.tokens import sample_tokens
from workbench.domain.text import Message, Segment, Token
from workbench.engine import protocol
from workbench.engine.protocol import (
    Engine,
    Frame,
    GenerateRequest,
    PromptProgress,
    ScoreRequest,
    TextDelta,
)
from workbench.prompts.chat.continuing import text_after_header
from workbench.runs.journal import Journal
from workbench.runs.shape import shaped

_CHAT_PRIORITY, _SEARCH_PRIORITY = 0, 1
_FRAME_SECONDS = 0.033
_PROGRESS_SECONDS = 0.1


class Notes:
    """Sentences for the user, each noted once in a run."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._noted = {note.text for note in journal.state.notes}

    def add(self, sentence: str) -> None:
        """Note it, unless it was noted."""
        if sentence not in self._noted:
            self._noted.add(sentence)
            self._journal.add(NoteAdded(text=sentence, level="warning"))


class Calls:
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

    def id_of(self, node: str, role: str) -> str:
        """The name of a call in the log."""
        return f"{node}/{role}{self._suffix}"

    async def generate(
        self, effect: Generate, max_tokens: int, kept: Mapping[int, Completion]
    ) -> tuple[Completion, ...]:
        """One call; raises EngineError as the engine does, and StoreError.

        Args:
            effect: what is asked.
            max_tokens: for each sample.
            kept: samples that the log has: the model is asked for the others.
        """
        spec = self._spec
        sampling = self._sampling(effect, max_tokens)
        role = effect.role + self._suffix
        seeds = tuple(
            derive_seed(spec.seed, effect.node, role, sample) for sample in range(effect.n)
        )
        call = self.id_of(effect.node, effect.role)
        segments = await self._segments(effect.messages)
        prefix = self._begun(segments, effect.prefix)
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
            kept=tuple(kept),
        )
        missing = [sample for sample in range(effect.n) if sample not in kept]
        model = self._engine.model
        stream = _Stream(self._journal, call, missing, model.tokenizer if model else "")
        try:
            await self._journal.add_now(started)
        except asyncio.CancelledError:
            stream.cancel_before()
            raise
        request = GenerateRequest(
            segments=_with_prefix(segments, prefix),
            sampling=sampling,
            seeds=tuple(seeds[sample] for sample in missing),
            mode=spec.mode,
            priority=self._priority,
            messages=self._with_thoughts(effect.messages),
            prefix=prefix,
            end_at_answer=effect.end_at_answer,
            may_go_on=self._spec.strategy != "direct" or isinstance(spec.prompt, ChatPrompt),
        )
        new = dict(zip(missing, await stream.run(self._engine, request), strict=True))
        for sentence in stream.ignored:
            self._notes.add(sentence)
        return tuple(kept[i] if i in kept else new[i] for i in range(effect.n))

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
        call = self.id_of(effect.node, effect.role)
        segments = _with_prefix(await self._segments(effect.messages), effect.prefix)
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

    async def _segments(self, messages: Sequence[Message]) -> tuple[Segment, ...]:
        return await self._engine.format_chat(tuple(messages), keep_thoughts=self._keeps_thoughts)

    def _with_thoughts(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """Messages for a server: thoughts are no part of its protocol unless they are wanted."""
        if self._keeps_thoughts or not any(each.thoughts for each in messages):
            return messages
        return tuple(Message(each.role, each.spans) for each in messages)

    @property
    def _keeps_thoughts(self) -> bool:
        prompt = self._spec.prompt
        context = prompt.fitting if isinstance(prompt, ChatPrompt) else None
        return context is not None and context.keep_thoughts

    def _begun(self, segments: Sequence[Segment], prefix: str) -> str:
        """How the answer begins, as text after the assistant's header.

        An answer of a conversation that goes on comes after its thoughts, where the header opens
        some.
        """
        prompt = self._spec.prompt
        if not prefix or not isinstance(prompt, ChatPrompt):
            return prefix
        last = prompt.messages[-1]
        if last.role != "assistant" or last.text != prefix:
            return prefix
        return text_after_header(segments, last)

    @property
    def _priority(self) -> int:
        is_chat = isinstance(self._spec.prompt, ChatPrompt)
        return _CHAT_PRIORITY if is_chat else _SEARCH_PRIORITY


def _with_prefix(segments: tuple[Segment, ...], prefix: str) -> tuple[Segment, ...]:
    return (*segments, Segment(prefix, special=False)) if prefix else segments


def _first(wanted: Any, otherwise: Any) -> Any:
    return otherwise if wanted is None else wanted


@dataclass
class _Sample:
    """The text and tokens of one sample, and which of them are not yet an event."""

    splitter: ReasoningSplitter
    text: str = ""
    reasoning: str = ""
    reasoning_tokens: int = 0
    tokens: list[Token] = field(default_factory=list)
    new_text: str = ""
    new_reasoning: str = ""
    new_tokens: list[Token] = field(default_factory=list)
    completion: Completion | None = None

    def take(self, parts: Parts) -> None:
        """Add new text of both kinds."""
        self.text += parts.answer
        self.new_text += parts.answer
        self.reasoning += parts.reasoning
        self.new_reasoning += parts.reasoning

    def feed(self, frame: TextDelta) -> None:
        """Split a delta into thinking and answer; a token counts as what it belongs to."""
        was_thinking = self.splitter.is_thinking
        self.take(self.splitter.feed(frame.text))
        if was_thinking or self.splitter.is_thinking:
            self.reasoning_tokens += len(frame.tokens)
        self.tokens.extend(frame.tokens)
        self.new_tokens.extend(frame.tokens)


class _Stream:
    """The samples of one request, as events of the call ``call`` ("<node>/<role>").

    ``numbers`` are what the request's samples are called in the log, ``tokenizer`` is the digest
    of the model's vocabulary.
    """

    def __init__(self, journal: Journal, call: str, numbers: Sequence[int], tokenizer: str) -> None:
        self._journal = journal
        self._tokenizer = tokenizer
        self._prefix = ""
        self._call = call
        self._numbers = numbers
        self.ignored: tuple[str, ...] = ()
        """A sentence for each parameter that the engine did not honour."""
        self._samples: list[_Sample] = []
        self._prompt = PromptProgress(0, 0, 0)
        self._last_text = self._last_progress = -1.0

    async def run(self, engine: Engine, request: GenerateRequest) -> tuple[Completion, ...]:
        """Generate all samples.

        Whatever ends the call early, every sample gets its CallFinished with the text so far.

        Raises:
            EngineError: as the engine raised it.
        """
        started = time.monotonic()
        tag = open_tag(request.segments[:-1] if request.prefix else request.segments)
        self._samples = [_Sample(ReasoningSplitter(tag)) for _ in request.seeds]
        self._prefix = request.prefix
        for sample in self._samples:
            sample.take(sample.splitter.feed(request.prefix))
        reason: FinishReason = "error"
        try:
            # Closed whatever happens: a stream that waits to be collected keeps the engine busy.
            async with aclosing(engine.generate(request)) as frames:
                async for frame in frames:
                    self._take(frame)
        except asyncio.CancelledError:
            reason = "cancelled"
            raise
        finally:
            for sample in self._samples:
                sample.take(sample.splitter.finish())
            self._flush()
            self._finish_rest(reason, time.monotonic() - started)
        return tuple(sample.completion for sample in self._samples if sample.completion)

    def cancel_before(self) -> None:
        """End its samples, none of which was requested."""
        self._samples = [_Sample(ReasoningSplitter("")) for _ in self._numbers]
        self._finish_rest("cancelled", 0.0)

    def _take(self, frame: Frame) -> None:
        now = time.monotonic()
        if isinstance(frame, protocol.SamplingApplied):
            self.ignored = frame.ignored
            self._journal.add(
                SamplingApplied(
                    call=self._call,
                    effective=frame.effective,
                    chain=frame.chain,
                    ignored=frame.ignored,
                )
            )
        elif isinstance(frame, PromptProgress):
            self._prompt = frame
            is_whole = frame.done_tokens >= frame.total_tokens
            if is_whole or now - self._last_progress >= _PROGRESS_SECONDS:
                self._last_progress = now
                self._report_progress()
        elif isinstance(frame, TextDelta):
            self._samples[frame.sample].feed(frame)
            if now - self._last_text >= _FRAME_SECONDS:
                self._last_text = now
                self._flush()
        else:
            sample = self._samples[frame.sample]
            sample.take(sample.splitter.finish())
            self._flush()
            completion = Completion(
                text=sample.text,
                finish_reason=frame.finish_reason,
                prompt_tokens=frame.prompt_tokens,
                evaluated_tokens=frame.evaluated_tokens,
                completion_tokens=frame.completion_tokens,
                seconds=frame.seconds,
                tokens=tuple(sample.tokens),
                reasoning=sample.reasoning,
                reasoning_tokens=sample.reasoning_tokens,
            )
            self._finish(frame.sample, completion)

    def _report_progress(self) -> None:
        self._journal.add(
            PromptEvaluated(
                call=self._call,
                done_tokens=self._prompt.done_tokens,
                total_tokens=self._prompt.total_tokens,
                reused_tokens=self._prompt.reused_tokens,
            )
        )

    def _flush(self) -> None:
        for index, sample in enumerate(self._samples):
            if sample.new_text or sample.new_reasoning or sample.new_tokens:
                event = TextReceived(
                    call=self._call,
                    sample=self._numbers[index],
                    text=sample.new_text,
                    tokens=tuple(sample.new_tokens),
                    reasoning=sample.new_reasoning,
                )
                sample.new_text, sample.new_reasoning, sample.new_tokens = "", "", []
                self._journal.add(event)

    def _finish(self, index: int, completion: Completion) -> None:
        self._samples[index].completion = completion
        logprobs = [token.logprob for token in completion.tokens]
        tokens = None
        if completion.tokens:
            tokens = sample_tokens(
                completion.tokens,
                completion.text,
                prefix=self._prefix,
                tokenizer=self._tokenizer,
            )
        self._journal.add_end(
            CallFinished(
                call=self._call,
                sample=self._numbers[index],
                text=completion.text,
                finish_reason=completion.finish_reason,
                prompt_tokens=completion.prompt_tokens,
                evaluated_tokens=completion.evaluated_tokens,
                completion_tokens=completion.completion_tokens,
                seconds=completion.seconds,
                mean_logprob=sum(logprobs) / len(logprobs) if logprobs else None,
                reasoning=completion.reasoning,
                reasoning_tokens=completion.reasoning_tokens,
            ),
            tokens,
        )

    def _finish_rest(self, reason: FinishReason, seconds: float) -> None:
        """End the samples that the engine did not: cancelled, out of time, or broken."""
        evaluated = self._prompt.done_tokens - self._prompt.reused_tokens
        for index, sample in enumerate(self._samples):
            if sample.completion is None:
                completion = Completion(
                    text=sample.text,
                    finish_reason=reason,
                    prompt_tokens=self._prompt.total_tokens,
                    evaluated_tokens=evaluated if index == 0 else 0,
                    completion_tokens=len(sample.tokens),
                    seconds=seconds,
                    tokens=tuple(sample.tokens),
                    reasoning=sample.reasoning,
                    reasoning_tokens=sample.reasoning_tokens,
                )
                self._finish(index, completion)
