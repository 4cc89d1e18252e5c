"""The wire between the program and its processes: frames of four bytes for the length, and a body.

Both sides refuse a body beyond a limit, so that a damaged stream cannot ask for all the memory.
"""

from __future__ import annotations

import struct
from typing import IO

FRAME_BYTES = 16 * 1024 * 1024
"""Most bytes of one body, in either direction, where no other limit is given."""
_LENGTH = struct.Struct("<I")


class FrameError(Exception):
    """The other side sent something that is not a frame; nothing after it can be trusted."""


class StreamCutError(FrameError):
    """The stream ended inside a frame: the other side is gone."""


def pack_frame(body: bytes, most: int = FRAME_BYTES) -> bytes:
    """The bytes of one frame (FrameError where the body is larger than ``most``)."""
    if len(body) > most:
        raise FrameError(f"a message of {len(body):,} bytes is larger than a frame may be")
    return _LENGTH.pack(len(body)) + body


def write_frame(sink: IO[bytes], frame: bytes) -> None:
    """Send one packed frame (OSError when the other side is gone)."""
    sink.write(frame)
    sink.flush()


def read_frame(source: IO[bytes], most: int = FRAME_BYTES) -> bytes | None:
    """The body of the next frame, None at the end of the stream.

    Raises:
        FrameError: the frame is too long.
        StreamCutError: the stream ended inside it.
    """
    head = source.read(_LENGTH.size)
    if not head:
        return None
    if len(head) < _LENGTH.size:
        raise StreamCutError("the stream ended inside a frame")
    (length,) = _LENGTH.unpack(head)
    if length > most:
        raise FrameError(f"a frame of {length:,} bytes was announced")
    body = source.read(length)
    if len(body) < length:
        raise StreamCutError("the stream ended inside a frame")
    return body
