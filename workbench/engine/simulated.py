"""An engine that makes its answers up: for tests, for demonstrations, and for failing on demand."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Literal

import msgspec

from workbench.domain.answers.lines import AnswerEnd
from workbench.domain.errors import EngineError, WorkerDiedError
from workbench.domain.runs.effects import FinishReason
from workbench.domain.runs.reasoning import open_tag
from workbench.domain.text import Token
from workbench.engine.in_process import InProcessEngine, prompt_text, split_words, token_id
from workbench.engine.protocol import (
    Frame,
    GenerateRequest,
    PromptProgress,
    SampleDone,
    TextDelta,
)
from workbench.engine.worker.sampling.repetition import LoopDetector
from workbench.engine.worker.text import TextStream

Outputs = Sequence[str] | Callable[[str], Sequence[str]]

_WORDS = tuple(
    split_words(
        "the answer follows from what was given and so we take each step in turn until "
        "nothing is left open which shows that one number fits best"
    )
)


class Failure(msgspec.Struct, frozen=True):
    """A failure on demand.

    ``die`` ends the request as a dead worker would, ``hang`` never answers again until it is
    cancelled. It happens once, when ``after_tokens`` tokens of one request have been sent.
    """

    kind: Literal["die", "hang"]
    after_tokens: int = 0


class SimulatedEngine(InProcessEngine):
    """Seeded, scripted or rule-based answers in place of a model's.

    Args:
        outputs: a list, whose texts are given out in the order the samples are asked for; or a
            rule from the prompt's text to the texts of its samples, used round and round; or
            nothing, for plausible words that depend on the seed alone.
        tokens_per_second: speed of one sample; 0 is as fast as can be.
        context_tokens: size of the pretended context.
        split_bytes: send each byte as a token of its own, as models do with rare characters.
        failure: what goes wrong, once.

    Attributes:
        rule: the rule, None where there is none; a new one applies from the next request on.
        delay_seconds: between the tokens of a sample; a new one applies at once.
    """

    def __init__(
        self,
        outputs: Outputs | None = None,
        *,
        tokens_per_second: float = 0.0,
        context_tokens: int = 8192,
        split_bytes: bool = False,
        failure: Failure | None = None,
    ) -> None:
        super().__init__("simulated", context_tokens)
        self.rule = outputs if callable(outputs) else None
        self._script = None if outputs is None or callable(outputs) else deque(outputs)
        self.delay_seconds = 1.0 / tokens_per_second if tokens_per_second else 0.0
        self._split_bytes = split_bytes
        self._failure = failure
        self.requests: list[GenerateRequest] = []
        """Every request, in order."""

    def fail(self, failure: Failure) -> None:
        """Let something go wrong with the next request that gets that far."""
        self._failure = failure

    async def generate(self, request: GenerateRequest) -> AsyncGenerator[Frame, None]:
        """Stream the samples, a token of each at a time."""
        prompt_tokens = self._accept(request)
        self.requests.append(request)
        samples = [
            _Sample(index, text, seed, request, split_bytes=self._split_bytes)
            for index, (text, seed) in enumerate(
                zip(self._texts(request), request.seeds, strict=True)
            )
        ]
        started = time.monotonic()
        evaluated = prompt_tokens * (len(samples) if request.mode == "strict" else 1)
        self._note_running(len(samples))
        try:
            yield PromptProgress(prompt_tokens, prompt_tokens, 0)
            sent = 0
            while samples:
                await asyncio.sleep(self.delay_seconds)
                for sample in list(samples):
                    await self._fail_if_due(sent)
                    yield sample.advance()
                    sent += 1
                    if sample.finish_reason is not None:
                        samples.remove(sample)
                        self._note_running(-1)
                        yield SampleDone(
                            sample=sample.index,
                            text=sample.text,
                            finish_reason=sample.finish_reason,
                            prompt_tokens=prompt_tokens,
                            evaluated_tokens=evaluated,
                            completion_tokens=sample.token_count,
                            seconds=time.monotonic() - started,
                        )
                        evaluated = 0
        finally:
            self._note_running(-len(samples))

    def _texts(self, request: GenerateRequest) -> list[str]:
        count = len(request.seeds)
        if self.rule is not None:
            texts = list(self.rule(prompt_text(request.segments)))
            if not texts:
                raise EngineError("The simulated engine's rule gave no text for this prompt.")
            return [texts[index % len(texts)] for index in range(count)]
        if self._script is not None:
            if len(self._script) < count:
                raise EngineError("The simulated engine's script is used up: add more answers.")
            return [self._script.popleft() for _ in range(count)]
        return [_made_up(seed) for seed in request.seeds]

    async def _fail_if_due(self, sent: int) -> None:
        failure = self._failure
        if failure is None or sent < failure.after_tokens:
            return
        self._failure = None
        if failure.kind == "die":
            raise WorkerDiedError("The simulated engine crashed, as it was set to.", exit_code=-11)
        await asyncio.Event().wait()


class _Sample:
    """One answer on its way out."""

    def __init__(
        self, index: int, text: str, seed: int, request: GenerateRequest, *, split_bytes: bool
    ) -> None:
        self.index = index
        self.text = ""
        self.token_count = 0
        self.finish_reason: FinishReason | None = None
        data = text.encode("utf-8", "replace")
        self._pieces = (
            [data[at : at + 1] for at in range(len(data))]
            if split_bytes
            else [word.encode() for word in split_words(data.decode())]
        )
        end = AnswerEnd(open_tag(request.segments)) if request.end_at_answer else None
        self._stream = TextStream(request.sampling.stop, end)
        self._loop = LoopDetector()
        self._ids: list[int] = []
        self._sampling = request.sampling
        self._is_bound = bool(self._sampling.grammar or self._sampling.json_schema)
        self._random = random.Random(seed)  # noqa: S311 - made-up probabilities, no secrets

    def advance(self) -> TextDelta:
        """The next token; the one after the last word is the end of the turn."""
        ended = self.token_count == len(self._pieces)
        piece = b"" if ended else self._pieces[self.token_count]
        name = "<|im_end|>" if ended else piece.decode("utf-8", "replace")
        self.token_count += 1
        self._ids.append(token_id(name))
        text = self._stream.feed(piece)
        if ended or self._stream.stopped:
            self.finish_reason = "stop"
        elif self._stream.answered:
            self.finish_reason = "answer"
        elif self.token_count >= self._sampling.max_tokens:
            self.finish_reason = "length"
        elif not self._is_bound and self._loop.is_loop(self._ids):
            self.finish_reason = "repeating"
        if self.finish_reason is not None:
            text += self._stream.finish()
        self.text += text
        return TextDelta(self.index, text, (self._token(name),))

    def _token(self, name: str) -> Token:
        logprob = -self._random.expovariate(2.0)
        others = tuple(
            (word, logprob - 1.0 - place)
            for place, word in enumerate(self._random.sample(_WORDS, self._sampling.logprobs))
        )
        return Token(
            token_id(name), name, logprob, ((name, logprob), *others[:-1]) if others else ()
        )


def _made_up(seed: int) -> str:
    """A few sentences that end in an answer, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - made-up text, no secrets
    sentences = []
    for _ in range(chance.randint(1, 4)):
        words = chance.choices(_WORDS[1:], k=chance.randint(6, 14))
        sentences.append("".join(words).strip().capitalize() + ".")
    return " ".join(sentences) + f"\n\nAnswer: {chance.randint(1, 20)}"
