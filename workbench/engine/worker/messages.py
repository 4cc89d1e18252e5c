"""What travels between the program and the worker: length-prefixed msgpack frames.

A frame is four bytes, big-endian, the length of the body, and the body. Both sides refuse a body
over :data:`MAX_FRAME_BYTES`, so that a damaged stream cannot ask for all the memory.
"""

from __future__ import annotations

import asyncio
from typing import Any, BinaryIO, TypeVar

import msgspec

from workbench.domain.text import Segment
from workbench.domain.views import LoadSettings
from workbench.engine.protocol import (
    Embeddings,
    Frame,
    GenerateRequest,
    LoadedModel,
    ScoreRequest,
    Scores,
)

MAX_FRAME_BYTES = 64 * 1024 * 1024
_HEADER_BYTES = 4

M = TypeVar("M")


class FrameError(ValueError):
    """The stream does not hold what it should; nothing after this point can be trusted."""


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
    """Check a file's header, here where nobody waits; answered by Inspected or Failed."""

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
    but whose work stands still is hung inside a native call.
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


def encode_frame(message: Command | Report) -> bytes:
    """The bytes of one frame.

    Raises:
        FrameError: the message is larger than a frame may be.
    """
    body = _encoder.encode(message)
    if len(body) > MAX_FRAME_BYTES:
        raise FrameError(f"a message of {len(body):,} bytes is larger than a frame may be")
    return len(body).to_bytes(_HEADER_BYTES, "big") + body


def _body_length(header: bytes) -> int:
    length = int.from_bytes(header, "big")
    if length > MAX_FRAME_BYTES:
        raise FrameError(f"a frame of {length:,} bytes was announced")
    return length


def _decode(body: bytes, decoder: msgspec.msgpack.Decoder[M]) -> M:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FrameError(f"a frame could not be read: {error}") from error


def read_frame(stream: BinaryIO, decoder: msgspec.msgpack.Decoder[M]) -> M | None:
    """Block until one frame has come; None at the end of the stream.

    Raises:
        FrameError: too long, cut off, or not a message.
    """
    header = stream.read(_HEADER_BYTES)
    if not header:
        return None
    if len(header) < _HEADER_BYTES:
        raise FrameError("the stream ended inside a frame")
    length = _body_length(header)
    body = stream.read(length)
    if len(body) < length:
        raise FrameError("the stream ended inside a frame")
    return _decode(body, decoder)


async def receive_frame(
    stream: asyncio.StreamReader, decoder: msgspec.msgpack.Decoder[M]
) -> M | None:
    """Like :func:`read_frame`, on the event loop."""
    try:
        header = await stream.readexactly(_HEADER_BYTES)
        body = await stream.readexactly(_body_length(header))
    except asyncio.IncompleteReadError as error:
        if not error.partial and error.expected == _HEADER_BYTES:
            return None
        raise FrameError("the stream ended inside a frame") from error
    return _decode(body, decoder)
