"""One answer that is being generated."""

from __future__ import annotations

import time

from workbench.domain.effects import FinishReason
from workbench.domain.errors import EngineError
from workbench.domain.text import Token
from workbench.engine.protocol import Frame, GenerateRequest, SampleDone, TextDelta
from workbench.engine.worker.kv_cache import Sequence
from workbench.engine.worker.model import Model
from workbench.engine.worker.repetition import LoopDetector
from workbench.engine.worker.sampling import Distribution, SamplerChain
from workbench.engine.worker.text import TextStream


class Request:
    """A prompt and its samples. ``order`` decides who is served first.

    ``started`` turns True with the first generated token of any sample.
    """

    def __init__(
        self, request_id: int, request: GenerateRequest, prompt: list[int], model: Model, order: int
    ) -> None:
        self.id = request_id
        self.prompt = prompt
        self.sampling = request.sampling
        self.strict = request.mode == "strict"
        self.order = (request.priority, order)
        self.arrived = time.monotonic()
        self.started = False
        self.reused_tokens = 0
        self._unreported_tokens = 0
        self.samples = [
            Sample(self, index, seed, model) for index, seed in enumerate(request.seeds)
        ]

    def count_evaluated(self, start: int, end: int) -> None:
        """Note that ``start`` to ``end`` of a history was computed; the prompt's part counts."""
        self._unreported_tokens += max(0, min(end, len(self.prompt)) - start)

    def take_evaluated(self) -> int:
        """Prompt tokens computed since this was asked last."""
        count, self._unreported_tokens = self._unreported_tokens, 0
        return count

    def close(self) -> None:
        """Free what the samples hold outside Python."""
        for sample in self.samples:
            sample.close()


class Sample:
    """One answer: its tokens, its sampler, its text, and its sequence while it has one.

    ``history`` is the prompt and everything generated. What the sequence holds of it is evaluated;
    the rest is pending. A sample that loses its sequence to a more urgent one therefore goes on
    later as if nothing had happened, at the price of evaluating again.
    """

    def __init__(self, request: Request, index: int, seed: int, model: Model) -> None:
        self.request = request
        self.index = index
        self.history = list(request.prompt)
        self._generated: list[int] = []
        self.sequence: Sequence | None = None
        self.finished = False
        self._model = model
        self._text = TextStream(request.sampling.stop)
        self._shown: list[str] = []
        self._loop = LoopDetector()
        self._sampler = SamplerChain(
            request.sampling,
            seed=seed,
            prompt=request.prompt,
            vocabulary_size=model.vocabulary.size,
            context_tokens=model.loaded.context_tokens,
        )

    @property
    def order(self) -> tuple[int, int, int]:
        """Sort key: the smallest is served first and gives way last."""
        return (*self.request.order, self.index)

    @property
    def pending(self) -> int:
        """Tokens to evaluate before the next one can be drawn."""
        return len(self.history) - (len(self.sequence) if self.sequence else 0)

    @property
    def remaining(self) -> int:
        """Tokens this answer may still get."""
        return self.request.sampling.max_tokens - len(self._generated)

    def advance(self, row: int, distribution: Distribution) -> list[Frame]:
        """Draw the next token from batch entry ``row`` and return what there is to tell.

        Raises:
            EngineError: the model computed something that is not a number.
        """
        if not distribution.is_sound:
            raise EngineError(
                "The model computes values that are not numbers: its file is damaged or was "
                "converted badly; get it again or choose another."
            )
        token = self._sampler.draw(self._model.context, row)
        self.history.append(token)
        self._generated.append(token)
        self.request.started = True
        vocabulary = self._model.vocabulary
        alternatives = distribution.strongest(self.request.sampling.logprobs)
        told = Token(
            token,
            vocabulary.text(token),
            distribution.logprob(token),
            tuple((vocabulary.text(other), logprob) for other, logprob in alternatives),
        )
        ended = vocabulary.is_end(token)
        text = "" if ended else self._text.feed(vocabulary.piece(token))
        reason = self._finish_reason(ended=ended)
        if reason is None:
            return [self._delta(text, (told,))]
        return self.finish(reason, text, (told,))

    def _finish_reason(self, *, ended: bool) -> FinishReason | None:
        if ended or self._text.stopped:
            return "stop"
        if self.remaining <= 0:
            return "length"
        if self._loop.is_loop(self._generated):
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
        self._sampler.close()
