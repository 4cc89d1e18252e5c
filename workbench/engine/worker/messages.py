"""Messages between the program and the worker, in msgpack; see ``processes/frames.py``."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from workbench.domain.errors import UsageError
from workbench.domain.text import Segment, replace_surrogates
from workbench.domain.views import LoadSettings
from workbench.engine.protocol import (
    Embeddings,
    Frame,
    GenerateRequest,
    LoadedModel,
    ScoreRequest,
    Scores,
    TokenVectors,
)
from workbench.processes.frames import FrameError

MAX_FRAME_BYTES = 64 * 1024 * 1024
"""Most bytes of one message, in either direction."""

M = TypeVar("M")


# --- to the worker ------------------------------------------------------------------------------


class Load(msgspec.Struct, frozen=True, tag="load"):
    """Load a model in place of the present one; answered by LoadProgress, then Loaded or Failed."""

    id: int
    path: str
    settings: LoadSettings
    name: str
    measured_width: int = 0
    """How many answers are decoded best together here; 0 lets the worker measure it."""


class Inspect(msgspec.Struct, frozen=True, tag="inspect"):
    """Check a file's header in the worker; answered by Inspected or Failed."""

    id: int
    path: str


class Unload(msgspec.Struct, frozen=True, tag="unload"):
    """Give the model's memory back; answered by Unloaded."""

    id: int


class Tokenize(msgspec.Struct, frozen=True, tag="tokenize"):
    """Answered by Tokens or Failed, also while a generation is running."""

    id: int
    segments: tuple[Segment, ...]


class Generate(msgspec.Struct, frozen=True, tag="generate"):
    """Answered by frames inside Step, or by Failed."""

    id: int
    request: GenerateRequest


class Score(msgspec.Struct, frozen=True, tag="score"):
    """Answered by Scored or Failed."""

    id: int
    request: ScoreRequest


class Embed(msgspec.Struct, frozen=True, tag="embed"):
    """Answered by Embedded or Failed."""

    id: int
    texts: tuple[str, ...]
    per_token: bool = False
    """Answered by TokensEmbedded then; there is one text."""


class Cancel(msgspec.Struct, frozen=True, tag="cancel"):
    """End the Generate, Score, Embed or Load of that id; an unknown or finished id is ignored."""

    id: int


Command = Load | Inspect | Unload | Tokenize | Generate | Score | Embed | Cancel


# --- from the worker ----------------------------------------------------------------------------


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """The worker is up. ``library`` names the versions of llama-cpp-python and llama.cpp."""

    pid: int
    library: str


class LoadProgress(msgspec.Struct, frozen=True, tag="progress"):
    """``progress`` runs from 0 to 1."""

    id: int
    progress: float


class Loaded(msgspec.Struct, frozen=True, tag="loaded"):
    """The model is ready."""

    id: int
    model: LoadedModel


class Measured(msgspec.Struct, frozen=True, tag="measured"):
    """How many answers are decoded best together, some time after the model was loaded.

    ``speeds`` are tokens a second by width.
    """

    path: str
    width: int
    speeds: dict[int, float]


class Inspected(msgspec.Struct, frozen=True, tag="inspected"):
    """The header is sound."""

    id: int


class Unloaded(msgspec.Struct, frozen=True, tag="unloaded"):
    """The model's memory was given back."""

    id: int


class Tokens(msgspec.Struct, frozen=True, tag="tokens"):
    """Ids and texts of the tokens."""

    id: int
    tokens: tuple[tuple[int, str], ...]


class Scored(msgspec.Struct, frozen=True, tag="scored"):
    """The likelihoods that were asked for."""

    id: int
    scores: Scores


class Embedded(msgspec.Struct, frozen=True, tag="embedded"):
    """The vectors that were asked for."""

    id: int
    embeddings: Embeddings


class TokensEmbedded(msgspec.Struct, frozen=True, tag="tokens_embedded"):
    """The vectors of a text's tokens."""

    id: int
    vectors: TokenVectors


class Step(msgspec.Struct, frozen=True, tag="step"):
    """Everything one decode step brought, each frame with the id of its request.

    ``active`` is the number of sequences that are being evaluated.
    """

    frames: tuple[tuple[int, Frame], ...]
    active: int


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """A command could not be done; ``error`` is a WorkbenchError in wire form."""

    id: int
    error: dict[str, Any]


class Heartbeat(msgspec.Struct, frozen=True, tag="heartbeat"):
    """Sent once a second from a thread of its own.

    ``work`` counts what the native code has done so far: while ``busy``, a worker whose heart beats
    but whose work does not advance is hung inside a native call.
    """

    work: int
    busy: bool


class Digest(msgspec.Struct, frozen=True, tag="digest"):
    """The model file's sha256, some time after it was loaded."""

    path: str
    sha256: str


Report = (
    Hello
    | LoadProgress
    | Loaded
    | Inspected
    | Unloaded
    | Tokens
    | Scored
    | Embedded
    | TokensEmbedded
    | Step
    | Failed
    | Heartbeat
    | Digest
    | Measured
)


# --- frames -------------------------------------------------------------------------------------

_encoder = msgspec.msgpack.Encoder()
command_decoder: msgspec.msgpack.Decoder[Command] = msgspec.msgpack.Decoder(Command)
report_decoder: msgspec.msgpack.Decoder[Report] = msgspec.msgpack.Decoder(Report)


def sendable(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """Segments that a frame can carry: without halves of characters.

    Raises:
        UsageError: there is too much text.
    """
    total = sum(len(segment.text) for segment in segments)
    if total > MAX_FRAME_BYTES // 4:
        raise UsageError(f"The prompt has {total:,} characters, more than can be read: shorten it.")
    return tuple(Segment(replace_surrogates(segment.text), segment.special) for segment in segments)


def encode(message: Command | Report) -> bytes:
    """The body of a frame."""
    return _encoder.encode(message)


def decode(body: bytes, decoder: msgspec.msgpack.Decoder[M]) -> M:
    """The message of a frame (FrameError where it is none)."""
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FrameError(f"a frame could not be read: {error}") from error
