"""One answer that is being generated."""

from __future__ import annotations

import hashlib
import time

from workbench.domain.answers.lines import AnswerEnd
from workbench.domain.runs.effects import FinishReason
from workbench.domain.runs.reasoning import open_tag
from workbench.domain.text import Token, count_text
from workbench.engine.effective import effective_values, ignored_sentences
from workbench.engine.protocol import (
    Frame,
    GenerateRequest,
    SampleDone,
    SamplingApplied,
    TextDelta,
)
from workbench.engine.worker.lane import Job, Lane
from workbench.engine.worker.model import Model
from workbench.engine.worker.sampling.distribution import Distribution
from workbench.engine.worker.sampling.repetition import LoopDetector
from workbench.engine.worker.sampling.sampler_chain import SamplerChain, resolve_biases
from workbench.engine.worker.text import TextStream


class Request(Job):
    """A prompt and its samples."""

    def __init__(
        self, request_id: int, request: GenerateRequest, prompt: list[int], model: Model, order: int
    ) -> None:
        super().__init__(
            request_id, prompt, mode=request.mode, priority=request.priority, order=order
        )
        self.may_go_on = request.may_go_on and len(request.seeds) == 1
        self.sampling = request.sampling
        self.constraint = request.constraint
        self._tag = open_tag(request.segments) if request.end_at_answer else None
        self._unreported_tokens = 0
        self._vocabulary = model.vocabulary
        self.samples: list[Sample] = []
        for index, seed in enumerate(request.seeds):
            self.samples.append(Sample(self, index, seed, model))

    @property
    def applied(self) -> SamplingApplied:
        """What is really drawn with."""
        _, unknown = resolve_biases(self.sampling, self._vocabulary)
        effective = effective_values(self.sampling)
        for name in ("grammar", "json_schema"):
            if text := getattr(self.sampling, name):
                digest = hashlib.sha256(text.encode()).hexdigest()[:12]
                lines = text.count("\n") + 1
                effective[name] = f"{count_text(lines, 'line')}, sha256 {digest}"
        return SamplingApplied(
            effective=effective,
            chain=self.samples[0].sampler_names,
            ignored=ignored_sentences(self.sampling, unknown),
        )

    @property
    def lanes(self) -> list[Sample]:
        """Its samples."""
        return self.samples

    def count_evaluated(self, start: int, end: int) -> None:
        """Note that ``start`` to ``end`` of a history was computed; the prompt's part counts."""
        self._unreported_tokens += max(0, min(end, len(self.prompt)) - start)

    def answer_end(self) -> AnswerEnd | None:
        """What says where an answer is whole, None where answers go on."""
        return AnswerEnd(self._tag) if self._tag is not None else None

    def take_evaluated(self) -> int:
        """Prompt tokens computed since this was asked last."""
        count, self._unreported_tokens = self._unreported_tokens, 0
        return count

    def close(self) -> None:
        """Free what the samples hold outside Python."""
        for sample in self.samples:
            sample.close()


class Sample(Lane):
    """One answer: its tokens, its sampler, its text."""

    def __init__(self, request: Request, index: int, seed: int, model: Model) -> None:
        super().__init__(request, index, list(request.prompt))
        self.request = request
        self._generated: list[int] = []
        self._model = model
        self._text = TextStream(request.sampling.stop, request.answer_end())
        self._shown: list[str] = []
        self._loop = LoopDetector()
        self.sampler: SamplerChain = SamplerChain(
            request.sampling,
            seed=seed,
            prompt=request.prompt,
            vocabulary=model.vocabulary,
            context_tokens=model.loaded.context_tokens,
            grammar=request.constraint,
            like=request.samples[0].sampler if request.samples else None,
        )

    @property
    def sampler_names(self) -> tuple[str, ...]:
        """The samplers it is drawn with, in order."""
        return self.sampler.names

    @property
    def remaining(self) -> int:
        """Tokens this answer may still get."""
        return self.request.sampling.max_tokens - len(self._generated)

    @property
    def first_wanted(self) -> int:
        """The last token: the next one is drawn after it."""
        return len(self.history) - 1

    def cancel(self) -> list[Frame]:
        """End it with what it has."""
        return self.finish("cancelled")

    def advance(self, distribution: Distribution) -> list[Frame]:
        """Draw the next token and return the messages to send."""
        token = self.sampler.draw(distribution)
        if token is None:
            return self.finish("stop" if self.sampler.allows_end() else "error")
        self.history.append(token)
        self._generated.append(token)
        self.request.started = True
        vocabulary = self._model.vocabulary
        alternatives = distribution.strongest(self.request.sampling.logprobs)
        drawn = vocabulary.token(token, distribution.logprob(token), alternatives)
        ended = vocabulary.is_end(token)
        text = "" if ended else self._text.feed(vocabulary.piece(token))
        reason = self._finish_reason(ended=ended)
        if reason is None:
            return [self._delta(text, (drawn,))]
        return self.finish(reason, text, (drawn,))

    def _finish_reason(self, *, ended: bool) -> FinishReason | None:
        if ended or self._text.stopped:
            return "stop"
        if self._text.answered:
            return "answer"
        if self.remaining <= 0:
            return "length"
        # What is bound by a grammar may have to repeat itself, and would be cut in the middle.
        if not self.request.constraint and self._loop.is_loop(self._generated):
            return "repeating"
        return None

    def finish(
        self, reason: FinishReason, text: str = "", tokens: tuple[Token, ...] = ()
    ) -> list[Frame]:
        """End the answer: what was still held back, then its end."""
        self.finished = True
        text += self._text.finish()
        frames: list[Frame] = [self._delta(text, tokens)] if text or tokens else []
        frames.append(
            SampleDone(
                sample=self.index,
                text="".join(self._shown),
                finish_reason=reason,
                prompt_tokens=len(self.request.prompt),
                evaluated_tokens=self.request.take_evaluated(),
                completion_tokens=len(self._generated),
                seconds=time.monotonic() - self.request.arrived,
            )
        )
        self.close()
        return frames

    def _delta(self, text: str, tokens: tuple[Token, ...]) -> TextDelta:
        self._shown.append(text)
        return TextDelta(self.index, text, tokens)

    def close(self) -> None:
        """Free the native sampler."""
        self.sampler.close()
