"""The engine interface that llama.cpp, servers, recordings and simulations implement."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Any, Protocol

import msgspec

from workbench.domain.runs.effects import FinishReason
from workbench.domain.runs.microscope import SamplerPlace
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import Json, KvMode
from workbench.domain.text import Message, Segment, Token
from workbench.domain.views import EngineStatus, LoadSettings, MemoryKind


class GenerateRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Ask for ``len(seeds)`` samples of one prompt.

    ``segments`` is the complete prompt after the chat template; ``priority`` 0 is served first
    (a chat), 1 after (a search).
    """

    segments: tuple[Segment, ...]
    sampling: Sampling
    seeds: tuple[int, ...]
    mode: KvMode = "fast"
    priority: int = 1
    messages: tuple[Message, ...] = ()
    """What ``segments`` was made from, for engines whose server applies the chat template."""
    prefix: str = ""
    """Text at the end of ``segments`` with which the answers are taken to begin; frames leave it
    out."""
    end_at_answer: bool = False
    """End each answer once its first answer line is whole."""
    may_go_on: bool = True
    """Whether a later prompt may begin with this one and an answer, which is then remembered."""
    constraint: str = ""
    """The sampling's grammar or JSON schema as the worker takes it; the engine fills it in."""


class PromptProgress(msgspec.Struct, frozen=True, tag="prompt"):
    """Prompt tokens read so far; ``reused_tokens`` of them came from the KV cache."""

    done_tokens: int
    total_tokens: int
    reused_tokens: int


class TextDelta(msgspec.Struct, frozen=True, tag="delta"):
    """New text of one sample: whole characters only, never part of a stop text.

    ``tokens`` are the tokens decoded since the last delta; their texts may run ahead of ``text``
    while a character or a possible stop text is incomplete.
    """

    sample: int
    text: str
    tokens: tuple[Token, ...]


class SampleDone(msgspec.Struct, frozen=True, tag="done"):
    """One sample ended with the whole ``text``.

    ``evaluated_tokens`` are prompt tokens computed for the request and not reported before: as a
    rule all of them with its first sample to end and 0 with the others; the sum over the samples is
    what the request cost. ``seconds`` counts from the request's arrival at the worker.
    """

    sample: int
    text: str
    finish_reason: FinishReason
    prompt_tokens: int
    evaluated_tokens: int
    completion_tokens: int
    seconds: float


class SamplingApplied(msgspec.Struct, frozen=True, tag="applied"):
    """What the engine really draws with, read back from its samplers: a request's first frame.

    It comes once more where only the answer showed that something had no effect; the last holds.
    ``effective`` holds parameter names and values, ``chain`` the samplers in the order in which
    they work, ``ignored`` one sentence for each parameter that was asked for and has no effect.
    """

    effective: dict[str, Any]
    chain: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


Frame = SamplingApplied | PromptProgress | TextDelta | SampleDone


class ScoreRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Ask how probable given continuations of one prompt are.

    ``segments`` is the complete prompt after the chat template. It may be empty: then the first
    token of a continuation is scored only if the model adds a beginning-of-text token.
    ``alternatives`` is how many of the most probable tokens to report at each place (0 to 20).
    """

    segments: tuple[Segment, ...]
    continuations: tuple[str, ...]
    alternatives: int = 0
    mode: KvMode = "fast"
    priority: int = 1
    messages: tuple[Message, ...] = ()
    """What ``segments`` was made from, for engines whose server applies the chat template; empty
    where the prompt is plain text."""
    prefix: str = ""
    """Text at the end of ``segments`` with which the answer is taken to begin."""
    ids: tuple[int, ...] = ()
    """The tokens of the one continuation, where they are known: other tokens may make its text."""
    sampling: Sampling | None = None
    """Samplers to be looked at on the one continuation: what they would have cut at each place.
    Engines that draw elsewhere refuse (UnsupportedError)."""


class ContinuationScore(msgspec.Struct, frozen=True):
    """The natural-log likelihood of a continuation, and its tokens with their own."""

    logprob: float
    tokens: tuple[Token, ...]
    chain: tuple[str, ...] = ()
    """The samplers that were looked at, where that was asked."""
    places: tuple[SamplerPlace, ...] = ()
    """What they did at each token."""


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """One score a continuation, in order, and what they cost in tokens and seconds."""

    continuations: tuple[ContinuationScore, ...]
    prompt_tokens: int
    evaluated_tokens: int
    """Tokens computed: of the prompt and of the continuations."""
    seconds: float


class Embeddings(msgspec.Struct, frozen=True, kw_only=True):
    """One unit-length vector a text, in order. ``tokens`` counts all texts together."""

    vectors: tuple[tuple[float, ...], ...]
    tokens: int
    pooling: str
    """How token vectors became one: "mean", "cls", "last", "rank", or "server" where it is the
    server's affair."""


class TokenVectors(msgspec.Struct, frozen=True, kw_only=True):
    """The vector of each token of a text, without marks of beginning and end.

    ``numbers`` are of single precision, ``width`` for each token, in the order of the tokens.
    """

    width: int
    numbers: bytes


class LoadedModel(msgspec.Struct, frozen=True, kw_only=True):
    """What the worker knows of the model it holds."""

    name: str
    path: str
    architecture: str
    context_tokens: int
    trained_context_tokens: int
    chat_template: str
    bos_text: str
    eos_text: str
    add_bos: bool
    special_texts: tuple[str, ...]
    """Texts of all control tokens: what must stay plain inside values (S8)."""
    vocabulary_size: int
    threads: int
    tokenizer: str = ""
    """Digest of the vocabulary: token ids of models with the same one mean the same."""
    file_sha256: str = ""
    library: str = ""
    """Versions of llama-cpp-python and llama.cpp."""
    memory_kind: MemoryKind = "attention"
    shared_prefixes: bool = True
    """False where a prefix can only be used again when a whole earlier prompt is one."""
    can_score: bool = True
    """Whether it scores each token of a given text, and not only labels."""
    can_embed: bool = True
    takes_grammars: bool = True
    decode_width: int = 1
    """How many answers are decoded together: measured, or as set."""
    kv_bytes: int = 0
    """What the KV cache takes, as llama.cpp reports it."""
    compute_bytes: int = 0
    weights_bytes: int = 0
    adapters: tuple[str, ...] = ()
    """LoRA adapters in use, with their scales, as texts for the manifest."""
    deciding: dict[str, Json] = {}
    """Load settings that change answers, where they are not the defaults."""


class Engine(Protocol):
    """An engine holds at most one model at a time. All methods run on the core's event loop.

    Cancelling the task that iterates :meth:`generate` cancels the request within one step. A dead
    worker ends it with WorkerDiedError, and the next call starts a new worker by itself.
    """

    @property
    def model(self) -> LoadedModel | None:
        """The model in memory, if any."""

    @property
    def status(self) -> EngineStatus:
        """A snapshot for the status bar."""

    def on_status(self, listener: Callable[[EngineStatus], None]) -> None:
        """Call ``listener`` on the loop thread whenever the status changes (at most 4 a second)."""

    async def load(self, path: str, settings: LoadSettings, name: str = "") -> LoadedModel:
        """Load a model, replacing the present one; a no-op when the same is already loaded.

        Raises:
            ModelError: missing, damaged, unsupported, or too large for the memory.
            WorkerDiedError: the worker ended while loading.
        """

    async def unload(self) -> None:
        """Give the model's memory back."""

    async def format_chat(
        self, messages: tuple[Message, ...], *, keep_thoughts: bool = False
    ) -> tuple[Segment, ...]:
        """Apply the model's own chat template, in the sandbox, up to where the answer starts.

        ``keep_thoughts`` asks the template to keep the thoughts of earlier answers.
        """

    async def tokenize(self, segments: tuple[Segment, ...]) -> tuple[tuple[int, str], ...]:
        """Token ids and texts, with the beginning-of-text token where the model adds it."""

    def generate(self, request: GenerateRequest) -> AsyncGenerator[Frame, None]:
        """Stream the samples. Every sample gets exactly one SampleDone.

        Raises:
            ContextOverflowError: prompt and max_tokens exceed the context.
            WorkerDiedError, WorkerHungError: with the cause in the sentence.
            EngineError: no model is loaded.
        """

    async def score(self, request: ScoreRequest) -> Scores:
        """How probable each continuation is, in one batched pass.

        Raises:
            ContextOverflowError: prompt and longest continuation exceed the context.
            UnsupportedError: the engine reports no log-probabilities of given text.
            WorkerDiedError, WorkerHungError, EngineError: as for generate.
        """

    async def embed(self, texts: tuple[str, ...]) -> Embeddings:
        """A vector for each text, for comparing by cosine.

        Raises:
            ContextOverflowError: a text is longer than the model was trained for.
            UnsupportedError: the engine or model makes none.
        """

    async def embed_tokens(self, text: str) -> TokenVectors:
        """The vectors of the tokens of a text, not put together and not of unit length.

        Raises:
            ContextOverflowError, UnsupportedError: as for :meth:`embed`.
        """

    async def close(self) -> None:
        """End the worker; safe to call twice."""


__all__ = [
    "ContinuationScore",
    "Embeddings",
    "Engine",
    "Frame",
    "GenerateRequest",
    "LoadedModel",
    "MemoryKind",
    "PromptProgress",
    "SampleDone",
    "SamplingApplied",
    "ScoreRequest",
    "Scores",
    "TextDelta",
    "Token",
    "TokenVectors",
]
