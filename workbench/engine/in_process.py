"""Base class of the engines without a worker process."""

from __future__ import annotations

import math
import re
import zlib
from array import array
from collections.abc import Callable
from pathlib import Path

import msgspec

from workbench.domain.errors import ContextOverflowError, EngineError, UnsupportedError
from workbench.domain.text import Message, Segment, Token
from workbench.domain.views import EngineStatus, LoadSettings
from workbench.engine.protocol import (
    ContinuationScore,
    Embeddings,
    GenerateRequest,
    LoadedModel,
    ScoreRequest,
    Scores,
    TokenVectors,
)
from workbench.engine.status import StatusBoard
from workbench.models.memory.context_size import deciding_settings

_WORD = re.compile(r"\s*\w+|\s*[^\w\s]|\s+")
_TURN_START = "<|im_start|>"
_TURN_END = "<|im_end|>"
_WIDTH = 8


def split_words(text: str) -> list[str]:
    """Words with the white space before them, which are the tokens here."""
    return _WORD.findall(text)


def token_id(text: str) -> int:
    """A stable number for a piece of text."""
    return zlib.crc32(text.encode("utf-8", "replace")) % 50_000


def prompt_text(segments: tuple[Segment, ...]) -> str:
    """The whole text of a prompt."""
    return "".join(segment.text for segment in segments)


class InProcessEngine:
    """Everything of the Engine protocol but generate(), for engines made of plain Python.

    A model is "loaded" from the start, so that tests need not load one; load() renames it.
    """

    def __init__(self, name: str, context_tokens: int) -> None:
        self._context_tokens = context_tokens
        self._running = 0
        self._board = StatusBoard()
        self._model: LoadedModel | None = self._describe(name, f"{name}.gguf")

    def _describe(self, name: str, path: str) -> LoadedModel:
        return LoadedModel(
            name=name,
            path=path,
            architecture=type(self).__name__,
            context_tokens=self._context_tokens,
            trained_context_tokens=self._context_tokens,
            chat_template="",
            bos_text="",
            eos_text=_TURN_END,
            add_bos=False,
            special_texts=(_TURN_START, _TURN_END),
            vocabulary_size=50_000,
            threads=1,
            library="",
            decode_width=_WIDTH,
        )

    @property
    def model(self) -> LoadedModel | None:
        """The model that is reported as loaded."""
        return self._model

    @property
    def status(self) -> EngineStatus:
        """A snapshot for the status bar."""
        return self._board.status

    def on_status(self, listener: Callable[[EngineStatus], None]) -> None:
        """Call ``listener`` whenever the status changes."""
        self._board.listen(listener)

    async def load(self, path: str, settings: LoadSettings, name: str = "") -> LoadedModel:
        """Take the model's name; the file is not looked at."""
        self._context_tokens = settings.context_tokens
        self._model = msgspec.structs.replace(
            self._describe(name or Path(path).stem, path),
            adapters=tuple(adapter.note for adapter in settings.adapters),
            deciding=deciding_settings(settings),
        )
        self._board.update(
            state="ready",
            model_name=self._model.name,
            model_path=path,
            context_tokens=settings.context_tokens,
        )
        return self._model

    async def unload(self) -> None:
        """Forget the model."""
        self._model = None
        self._board.update(state="empty", model_name="", model_path="", context_tokens=0)

    async def format_chat(
        self, messages: tuple[Message, ...], *, keep_thoughts: bool = False
    ) -> tuple[Segment, ...]:
        """ChatML, whatever the model; thoughts only where they are to be kept."""
        segments: list[Segment] = []
        for message in messages:
            segments.append(Segment(f"{_TURN_START}{message.role}\n"))
            if keep_thoughts and message.thoughts:
                segments.append(Segment(f"<think>{message.thoughts}</think>", special=False))
            segments += [Segment(span.text, special=span.literal) for span in message.spans]
            segments.append(Segment(f"{_TURN_END}\n"))
        segments.append(Segment(f"{_TURN_START}assistant\n"))
        return tuple(segments)

    async def tokenize(self, segments: tuple[Segment, ...]) -> tuple[tuple[int, str], ...]:
        """Words in place of tokens."""
        return tuple((token_id(word), word) for word in split_words(prompt_text(segments)))

    async def score(self, request: ScoreRequest) -> Scores:
        """Made-up log-probabilities between -5 and 0, the same for the same prompt and text."""
        if request.sampling is not None:
            raise UnsupportedError("This engine has no samplers: load a model on this machine.")
        prompt = prompt_text(request.segments)
        scored = []
        for continuation in request.continuations:
            tokens = tuple(
                Token(token_id(word), word, -(token_id(prompt + word) % 500) / 100)
                for word in split_words(continuation)
            )
            scored.append(ContinuationScore(sum(token.logprob for token in tokens), tokens))
        count = len(split_words(prompt))
        return Scores(
            continuations=tuple(scored), prompt_tokens=count, evaluated_tokens=count, seconds=0.0
        )

    async def embed(self, texts: tuple[str, ...]) -> Embeddings:
        """Word counts hashed into 64 places: texts with the same words are near each other."""
        vectors = []
        for text in texts:
            counts = [0.0] * 64
            for word in split_words(text.casefold()):
                counts[token_id(word.strip()) % 64] += 1.0
            length = math.sqrt(sum(value * value for value in counts)) or 1.0
            vectors.append(tuple(value / length for value in counts))
        tokens = sum(len(split_words(text)) for text in texts)
        return Embeddings(vectors=tuple(vectors), tokens=tokens, pooling="mean")

    async def embed_tokens(self, text: str) -> TokenVectors:
        """One place of 64 for each word, so that the same words have the same vectors."""
        numbers = array("f")
        for word in split_words(text.casefold()):
            numbers.extend(float(place == token_id(word.strip()) % 64) for place in range(64))
        return TokenVectors(width=64, numbers=numbers.tobytes())

    async def close(self) -> None:
        """Stop the status timer."""
        self._board.close()

    def _accept(self, request: GenerateRequest) -> int:
        """The prompt's length in tokens, if it fits.

        Raises:
            EngineError: no model is loaded.
            ContextOverflowError: prompt and answer do not fit together.
        """
        if self._model is None:
            raise EngineError("No model is loaded: choose one under Models.")
        count = len(split_words(prompt_text(request.segments)))
        if count + request.sampling.max_tokens > self._context_tokens:
            raise ContextOverflowError.of(count, request.sampling.max_tokens, self._context_tokens)
        return count

    def _note_running(self, change: int) -> None:
        self._running += change
        self._board.update(
            state="busy" if self._running else "ready", active_sequences=self._running
        )
