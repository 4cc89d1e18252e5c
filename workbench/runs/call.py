"""One call to the model: streams its samples into events, at most one a frame."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from workbench.domain.effects import Completion, FinishReason
from workbench.domain.events import (
    CallFinished,
    PromptEvaluated,
    SamplingApplied,
    TextReceived,
)
from workbench.domain.text import Token
from workbench.engine import protocol
from workbench.engine.protocol import Engine, Frame, GenerateRequest, PromptProgress, TextDelta
from workbench.runs.journal import Journal
from workbench.runs.reasoning import Parts, ReasoningSplitter, open_tag

_FRAME_SECONDS = 0.033
_PROGRESS_SECONDS = 0.1


@dataclass
class _Sample:
    """What has come of one sample, and what of it is not yet an event."""

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
        """Tell the thinking in a delta from the answer; a token counts as what it belongs to."""
        was_thinking = self.splitter.is_thinking
        self.take(self.splitter.feed(frame.text))
        if was_thinking or self.splitter.is_thinking:
            self.reasoning_tokens += len(frame.tokens)
        self.tokens.extend(frame.tokens)
        self.new_tokens.extend(frame.tokens)


class Call:
    """Runs one request and reports it under the call id ``call`` ("<node>/<role>")."""

    def __init__(self, engine: Engine, journal: Journal, call: str) -> None:
        self._engine = engine
        self._journal = journal
        self._call = call
        self.ignored: tuple[str, ...] = ()
        """A sentence for each parameter that the engine did not honour."""
        self._samples: list[_Sample] = []
        self._prompt = PromptProgress(0, 0, 0)
        self._last_text = self._last_progress = -1.0

    async def run(self, request: GenerateRequest) -> tuple[Completion, ...]:
        """Generate all samples.

        Whatever ends the call early, every sample gets its CallFinished with the text so far.

        Raises:
            EngineError: as the engine raised it.
        """
        started = time.monotonic()
        tag = open_tag(request.segments[:-1] if request.prefix else request.segments)
        self._samples = [_Sample(ReasoningSplitter(tag)) for _ in request.seeds]
        for sample in self._samples:
            sample.take(sample.splitter.feed(request.prefix))
        reason: FinishReason = "error"
        try:
            async for frame in self._engine.generate(request):
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
                    sample=index,
                    text=sample.new_text,
                    tokens=tuple(sample.new_tokens),
                    reasoning=sample.new_reasoning,
                )
                sample.new_text, sample.new_reasoning, sample.new_tokens = "", "", []
                self._journal.add(event)

    def _finish(self, index: int, completion: Completion) -> None:
        self._samples[index].completion = completion
        logprobs = [token.logprob for token in completion.tokens]
        self._journal.add(
            CallFinished(
                call=self._call,
                sample=index,
                text=completion.text,
                finish_reason=completion.finish_reason,
                prompt_tokens=completion.prompt_tokens,
                evaluated_tokens=completion.evaluated_tokens,
                completion_tokens=completion.completion_tokens,
                seconds=completion.seconds,
                mean_logprob=sum(logprobs) / len(logprobs) if logprobs else None,
                reasoning=completion.reasoning,
                reasoning_tokens=completion.reasoning_tokens,
            )
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
