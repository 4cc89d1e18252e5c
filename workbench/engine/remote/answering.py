"""One request to a server: its samples, from one stream or from several, as frames."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

import msgspec

from workbench.domain.answers.lines import AnswerEnd
from workbench.domain.errors import WorkbenchError
from workbench.domain.runs.effects import FinishReason
from workbench.engine.protocol import (
    Frame,
    GenerateRequest,
    PromptProgress,
    SampleDone,
    SamplingApplied,
    TextDelta,
)
from workbench.engine.remote import parameters
from workbench.engine.remote import stream_chunks as chunks
from workbench.engine.remote.connection import Connection
from workbench.engine.remote.failures import Failure, RequestFailedError
from workbench.engine.remote.parameters import Asked, Kind
from workbench.engine.remote.stream_chunks import Choice, Chunk, Usage
from workbench.engine.worker.text import TextStream

CHAT_URL = "/chat/completions"
_THOUGHT_START, _THOUGHT_END = "<think>\n", "\n</think>\n\n"
_REFUSED = (400, 403, 422)
_LEAST_TOKENS_A_WORD = 0.5
"""No tokenizer has fewer: a prompt that is counted lower was cut by the server."""
_SURE_WORDS = 200
_FORMS = ("response_format", "grammar", "structured_outputs")
"""Without these the answer would not be what was asked for."""

Json = dict[str, Any]


class Quirks:
    """What is known of a model's server: how many samples it takes at once, what it refuses."""

    def __init__(self, kind: Kind, most_samples: int | None = None) -> None:
        self.kind: Kind = kind
        self.most_samples = most_samples
        """The largest ``n`` it takes; None while no limit is known."""
        self.refused: list[str] = []

    def groups(self, count: int, mode: str) -> list[list[int]]:
        """The samples asked for together; strict asks for each alone, with its own seed."""
        most = 1 if mode == "strict" else self.most_samples or count
        return [list(range(first, min(first + most, count))) for first in range(0, count, most)]


class _Sample:
    """What has come of one sample."""

    def __init__(self, index: int, stops: Sequence[str], end: AnswerEnd | None) -> None:
        self.index = index
        self._stream = TextStream(stops, end)
        self.text = ""
        self.pieces = 0
        self.token_count = 0
        self.finish_reason: FinishReason | None = None
        self.seen = False
        self._thinking = False

    def take(self, choice: Choice, alternatives: int) -> TextDelta | None:
        """The frame of a piece of it, None where it brings neither text nor tokens."""
        self.seen = True
        if self.is_ended():
            return None
        if choice.finish_reason:
            self.finish_reason = chunks.finish_reason(choice.finish_reason)
        tokens = tuple(token.as_token(alternatives) for token in choice.tokens)
        text = self._text(choice)
        if self.is_ended():
            self.finish_reason = "stop" if self.is_stopped() else "answer"
        elif choice.finish_reason:
            text += self._stream.finish()
        if not text and not tokens:
            return None
        self.text += text
        self.pieces += 1
        self.token_count += len(tokens)
        return TextDelta(self.index, text, tokens)

    def is_stopped(self) -> bool:
        """Whether a stop text came that the server did not apply; nothing after it is taken."""
        return self._stream.stopped

    def is_ended(self) -> bool:
        """Whether nothing more is taken: a stop text came, or the answer line is whole."""
        return self._stream.stopped or self._stream.answered

    def _text(self, choice: Choice) -> str:
        """The text with the marks of thought that models themselves put around it."""
        piece = choice.piece
        if piece is None:
            return ""
        text = ""
        if piece.thought:
            text = "" if self._thinking else _THOUGHT_START
            text += piece.thought
            self._thinking = True
        if piece.text:
            text += _THOUGHT_END if self._thinking else ""
            text += self._stream.feed(piece.text.encode("utf-8", "surrogatepass"))
            self._thinking = False
        return text


class Answering:
    """Runs one request.

    The samples are asked for together where the server takes that (``n``), else each by a request
    of its own. A parameter that the server refuses is left out and listed in ``ignored``.

    Args:
        connection: to the server.
        model: its id there.
        quirks: what is known of the server; grows.
        request: with messages.
        asked: the sampling in the server's words.
    """

    def __init__(
        self,
        connection: Connection,
        model: str,
        quirks: Quirks,
        request: GenerateRequest,
        asked: Asked,
    ) -> None:
        self._connection = connection
        self._model = model
        self._quirks = quirks
        self._request = request
        self._asked = asked
        self._frames: asyncio.Queue[Frame | None] = asyncio.Queue()
        self._samples = [
            _Sample(index, request.sampling.stop, AnswerEnd() if request.end_at_answer else None)
            for index in range(len(request.seeds))
        ]
        self._started = time.monotonic()
        self._applied = False
        for name in quirks.refused:
            self._leave_out(name)

    async def frames(self) -> AsyncGenerator[Frame]:
        """The frames of all samples; closing it ends every request at once.

        Raises:
            EngineError: what went wrong, in one sentence.
        """
        work = asyncio.create_task(self._work())
        try:
            while (frame := await self._frames.get()) is not None:
                yield frame
            await work
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    async def _work(self) -> None:
        groups = self._quirks.groups(len(self._samples), self._request.mode)
        try:
            await self._together([[self._samples[index] for index in group] for group in groups])
        finally:
            self._frames.put_nowait(None)

    async def _together(self, groups: Sequence[list[_Sample]]) -> None:
        """All groups at the same time; the first failure ends the others."""
        tasks = [asyncio.create_task(self._group(group)) for group in groups]
        try:
            await asyncio.gather(*tasks)
        except RequestFailedError as failed:
            error: WorkbenchError = failed.failure.error
        else:
            return
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        raise error

    async def _group(self, samples: list[_Sample]) -> None:
        """One request for some samples, made again without what the server refuses of it."""
        while True:
            body = self._body(samples)
            try:
                usages = await self._stream(body, samples)
                break
            except RequestFailedError as failed:
                if not self._adapt(failed.failure, body, len(samples)):
                    raise
                if len(samples) > 1 and self._quirks.most_samples == 1:
                    await self._each(samples)
                    return
        missing = [sample for sample in samples if not sample.seen]
        if missing and len(missing) < len(samples):
            self._quirks.most_samples = 1  # it took n and gave one
        came = [sample for sample in samples if sample.seen]
        if not came:
            raise self._connection.failed("a stream without an answer")
        if any(sample.finish_reason is None for sample in came):
            raise self._connection.failed()
        self._finish(came, usages)
        if missing:
            await self._each(missing)

    async def _each(self, samples: list[_Sample]) -> None:
        await self._together([[sample] for sample in samples])

    def _body(self, samples: list[_Sample]) -> Json:
        body: Json = {
            "model": self._model,
            "messages": parameters.to_wire(self._request.messages),
            "seed": self._request.seeds[samples[0].index],
            "stream": True,
            "stream_options": {"include_usage": True},
            **self._asked.body,
        }
        for name in self._quirks.refused:
            body.pop(name, None)
        if len(samples) > 1:
            body["n"] = len(samples)
        return body

    def _adapt(self, failure: Failure, body: Json, count: int) -> bool:
        """Whether the request can be made in another way after it was refused."""
        status = getattr(failure.error, "status", 0)
        if status not in _REFUSED or any(sample.text for sample in self._samples):
            return False
        name = parameters.refused_parameter(body, failure.parameter, failure.reply)
        if count > 1 and name in ("", "n"):
            self._quirks.most_samples = 1
            return True
        if name in ("", "max_completion_tokens", *_FORMS):
            return False
        if name not in self._quirks.refused:  # another group may have noted it meanwhile
            self._quirks.refused.append(name)
            self._leave_out(name)
        return True

    def _leave_out(self, name: str) -> None:
        if name in self._asked.body:
            parameters.without(self._asked, name, self._connection.server.name)

    async def _stream(self, body: Json, samples: list[_Sample]) -> list[Usage]:
        """Take one stream in; what the server counted is returned."""
        counted: list[Usage] = []
        events = self._connection.stream(CHAT_URL, body, self._request.priority, chunks.is_text)
        async with aclosing(events):
            async for event in events:
                try:
                    chunk = chunks.read(event)
                except msgspec.ValidationError as error:
                    raise self._connection.failed(str(error)) from None
                self._take(chunk, samples)
                if all(sample.is_ended() for sample in samples):
                    if any(sample.is_stopped() for sample in samples):
                        self._ignored_stop(body)
                    return counted  # closing the stream ends the writing there too
                if chunk.usage is not None:
                    if chunk.choices:
                        counted = []  # a running count: the last one holds
                    counted.append(chunk.usage)
        return counted

    def _ignored_stop(self, body: Json) -> None:
        """Say that the server went on after a stop text that it was given."""
        name = self._connection.server.name
        if "stop" in body:
            self._add_note(
                f"The server {name} goes on after a stop text: the answer was cut there, and the "
                "rest was not read."
            )

    def _check_prompt(self, prompt_tokens: int) -> None:
        """Say where the server counts fewer tokens than the prompt can have: it left some out."""
        words = sum(len(message.text.split()) for message in self._request.messages)
        if words > _SURE_WORDS and 0 < prompt_tokens < words * _LEAST_TOKENS_A_WORD:
            self._add_note(
                f"The server {self._connection.server.name} read {prompt_tokens:,} tokens of a "
                f"prompt of {words:,} words: it left a part out. Give it a larger context, or "
                "shorten the prompt."
            )

    def _add_note(self, sentence: str) -> None:
        """Add a sentence to the notes on the sampling, also after these were sent."""
        if sentence not in self._asked.ignored:
            self._asked.ignored.append(sentence)
            if self._applied:
                self._applied = False
                self._tell_applied()

    def _take(self, chunk: Chunk, samples: list[_Sample]) -> None:
        progress = chunk.prompt_progress
        if progress is not None and samples[0] is self._samples[0]:
            self._tell_applied()
            self._frames.put_nowait(
                PromptProgress(progress.processed, progress.total, progress.cache)
            )
        for choice in chunk.choices or ():
            if not 0 <= choice.index < len(samples):
                raise self._connection.failed(f"a sample number {choice.index}")
            frame = samples[choice.index].take(choice, self._request.sampling.logprobs)
            if frame is not None:
                self._tell_applied(without_probabilities=not frame.tokens)
                self._frames.put_nowait(frame)

    def _tell_applied(self, *, without_probabilities: bool = False) -> None:
        """Say what is drawn with, once it is known that the server accepts it."""
        if not self._applied:
            self._applied = True
            asked = self._asked
            if without_probabilities and self._request.sampling.logprobs:
                name = self._connection.server.name
                asked.ignored.append(
                    f"There are no alternatives to show: {name} reports no log-probabilities."
                )
            self._frames.put_nowait(
                SamplingApplied(asked.effective, asked.chain, tuple(asked.ignored))
            )

    def _finish(self, samples: list[_Sample], usages: list[Usage]) -> None:
        """Report that samples ended, with the server's counts where it gave any."""
        self._tell_applied()
        prompt = max((usage.prompt_tokens for usage in usages), default=0)
        self._check_prompt(prompt)
        cached = min((usage.cached_tokens for usage in usages), default=0)
        if prompt and samples[0] is self._samples[0]:
            self._frames.put_nowait(PromptProgress(prompt, prompt, cached))
        total = sum(usage.completion_tokens for usage in usages)
        shares = share(total, [sample.token_count or sample.pieces for sample in samples])
        seconds = time.monotonic() - self._started
        for place, (sample, completion_tokens) in enumerate(zip(samples, shares, strict=True)):
            assert sample.finish_reason is not None
            done = SampleDone(
                sample=sample.index,
                text=sample.text,
                finish_reason=sample.finish_reason,
                prompt_tokens=prompt,
                evaluated_tokens=max(prompt - cached, 0) if place == 0 else 0,
                completion_tokens=completion_tokens,
                seconds=seconds,
            )
            self._frames.put_nowait(done)


def share(total: int, counted: Sequence[int]) -> list[int]:
    """Split the server's ``total`` over samples in the proportion in which they were counted here.

    Without a total the counts themselves are all that is known.
    """
    if total and len(counted) == 1:
        return [total]
    if not total or not sum(counted):
        return list(counted)
    ends, done = [0], 0
    for count in counted:
        done += count
        ends.append(round(total * done / sum(counted)))
    return [end - start for start, end in itertools.pairwise(ends)]
