"""Answers that a real engine once gave, played back; and the wrapper that records them."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from workbench.domain.errors import EngineError
from workbench.domain.runs.effects import Completion
from workbench.domain.text import Message, Segment, Token
from workbench.domain.views import EngineStatus, LoadSettings
from workbench.engine.in_process import InProcessEngine, prompt_text, split_words
from workbench.engine.protocol import (
    Embeddings,
    Engine,
    Frame,
    GenerateRequest,
    LoadedModel,
    PromptProgress,
    SampleDone,
    ScoreRequest,
    Scores,
    TextDelta,
    TokenVectors,
)

_EXCERPT_CHARACTERS = 80


class Recording(msgspec.Struct, frozen=True):
    """A prompt and the completions it got, in order."""

    prompt: str
    completions: tuple[Completion, ...]


def prompt_key(segments: tuple[Segment, ...]) -> str:
    """What a recording is found by: sha256 of the prompt's text."""
    return _key(prompt_text(segments))


def _key(prompt: str) -> str:
    return hashlib.sha256(prompt.encode("utf-8", "surrogatepass")).hexdigest()


class RecordedEngine(InProcessEngine):
    """Gives the recorded completions of each prompt, first in, first out.

    Args:
        recordings: texts or whole completions by prompt text.
        context_tokens: size of the pretended context.
    """

    def __init__(
        self,
        recordings: Mapping[str, Sequence[str | Completion]],
        *,
        context_tokens: int = 8192,
    ) -> None:
        super().__init__("recorded", context_tokens)
        self._completions = {
            _key(prompt): deque(
                Completion(text=item, finish_reason="stop") if isinstance(item, str) else item
                for item in completions
            )
            for prompt, completions in recordings.items()
        }

    @classmethod
    def from_file(cls, path: Path) -> RecordedEngine:
        """Read what :meth:`RecordingEngine.save` wrote.

        Raises:
            EngineError: the file cannot be read or holds something else.
        """
        try:
            recordings = msgspec.json.decode(path.read_bytes(), type=list[Recording])
        except (OSError, msgspec.DecodeError) as error:
            raise EngineError(f"{path} holds no recorded answers: {error}.") from error
        return cls({recording.prompt: recording.completions for recording in recordings})

    async def generate(self, request: GenerateRequest) -> AsyncGenerator[Frame, None]:
        """Play back one completion for each seed."""
        prompt_tokens = self._accept(request)
        completions = self._take(request)
        self._note_running(len(completions))
        try:
            yield PromptProgress(prompt_tokens, prompt_tokens, 0)
            for index, completion in enumerate(completions):
                yield TextDelta(index, completion.text, completion.tokens)
                yield _done(index, completion, prompt_tokens)
        finally:
            self._note_running(-len(completions))

    def _take(self, request: GenerateRequest) -> list[Completion]:
        known = self._completions.get(prompt_key(request.segments))
        excerpt = prompt_text(request.segments)[-_EXCERPT_CHARACTERS:]
        if known is None:
            raise EngineError(
                f"No answer was recorded for the prompt that ends “{excerpt}”: record it from a "
                "live engine first."
            )
        if len(known) < len(request.seeds):
            raise EngineError(
                f"Only {len(known)} recorded answers are left for the prompt that ends "
                f"“{excerpt}”, and {len(request.seeds)} are asked for: record more."
            )
        return [known.popleft() for _ in request.seeds]


def _done(index: int, completion: Completion, prompt_tokens: int) -> SampleDone:
    return SampleDone(
        sample=index,
        text=completion.text,
        finish_reason=completion.finish_reason,
        prompt_tokens=completion.prompt_tokens or prompt_tokens,
        evaluated_tokens=completion.evaluated_tokens,
        completion_tokens=completion.completion_tokens or len(split_words(completion.text)),
        seconds=completion.seconds,
    )


class RecordingEngine:
    """Passes everything on to a live engine and keeps what it answered."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._recordings: dict[str, list[Completion]] = {}

    @property
    def recordings(self) -> dict[str, tuple[Completion, ...]]:
        """Finished answers by prompt text, as :class:`RecordedEngine` takes them."""
        return {prompt: tuple(found) for prompt, found in self._recordings.items()}

    def save(self, path: Path) -> None:
        """Write the recordings as JSON."""
        found = [Recording(prompt, answers) for prompt, answers in self.recordings.items()]
        path.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1))

    @property
    def model(self) -> LoadedModel | None:
        """The live engine's model."""
        return self._engine.model

    @property
    def status(self) -> EngineStatus:
        """The live engine's status."""
        return self._engine.status

    def on_status(self, listener: Callable[[EngineStatus], None]) -> None:
        """Listen to the live engine."""
        self._engine.on_status(listener)

    async def load(self, path: str, settings: LoadSettings, name: str = "") -> LoadedModel:
        """Load on the live engine."""
        return await self._engine.load(path, settings, name)

    async def unload(self) -> None:
        """Unload on the live engine."""
        await self._engine.unload()

    async def format_chat(
        self, messages: tuple[Message, ...], *, keep_thoughts: bool = False
    ) -> tuple[Segment, ...]:
        """Format on the live engine."""
        return await self._engine.format_chat(messages, keep_thoughts=keep_thoughts)

    async def tokenize(self, segments: tuple[Segment, ...]) -> tuple[tuple[int, str], ...]:
        """Tokenise on the live engine."""
        return await self._engine.tokenize(segments)

    async def score(self, request: ScoreRequest) -> Scores:
        """Score on the live engine."""
        return await self._engine.score(request)

    async def embed(self, texts: tuple[str, ...]) -> Embeddings:
        """Embed on the live engine."""
        return await self._engine.embed(texts)

    async def embed_tokens(self, text: str) -> TokenVectors:
        """Embed tokens on the live engine."""
        return await self._engine.embed_tokens(text)

    async def close(self) -> None:
        """Close the live engine."""
        await self._engine.close()

    async def generate(self, request: GenerateRequest) -> AsyncGenerator[Frame, None]:
        """Generate on the live engine; an answer is kept once the whole request is finished."""
        tokens: list[list[Token]] = [[] for _ in request.seeds]
        finished: dict[int, Completion] = {}
        async for frame in self._engine.generate(request):
            if isinstance(frame, TextDelta):
                tokens[frame.sample] += frame.tokens
            elif isinstance(frame, SampleDone):
                finished[frame.sample] = _completion(frame, tokens[frame.sample])
            yield frame
        known = self._recordings.setdefault(prompt_text(request.segments), [])
        known += [finished[index] for index in sorted(finished)]


def _completion(done: SampleDone, tokens: list[Token]) -> Completion:
    return Completion(
        text=done.text,
        finish_reason=done.finish_reason,
        prompt_tokens=done.prompt_tokens,
        evaluated_tokens=done.evaluated_tokens,
        completion_tokens=done.completion_tokens,
        seconds=done.seconds,
        tokens=tuple(tokens),
    )


def record(engine: Engine) -> RecordingEngine:
    """Wrap an engine so that its answers are recorded."""
    return RecordingEngine(engine)
