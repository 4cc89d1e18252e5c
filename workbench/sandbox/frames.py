"""The wire between the program and a sandbox process: length-prefixed msgpack.

A request is ``[function, args, deadline_seconds]``. Replies are ``[kind, payload]``; every request
is answered with "started" and then one of the others:

| kind    | payload                                                  |
|---------|----------------------------------------------------------|
| started | None: the function is imported, its time begins          |
| value   | what it returned                                         |
| error   | a WorkbenchError as ``to_wire`` writes it                |
| time    | None: it was stopped at its deadline                     |
| memory  | None: it needed more memory than it has                  |
| large   | None: what it returned does not fit into a frame         |
| bug     | the traceback of any other exception                     |
"""

from __future__ import annotations

import struct
from typing import IO

FRAME_BYTES = 16 * 1024 * 1024
"""Most bytes of one frame, in either direction."""
_LENGTH = struct.Struct("<I")


class FrameError(Exception):
    """The other side sent something that is not a frame."""


def write_frame(sink: IO[bytes], body: bytes) -> None:
    """Send one frame (OSError when the other side is gone)."""
    sink.write(_LENGTH.pack(len(body)) + body)
    sink.flush()


def read_frame(source: IO[bytes]) -> bytes | None:
    """The next frame, None at the end of the stream.

    Raises:
        FrameError: the frame is too long, or the stream ended inside it.
    """
    head = source.read(_LENGTH.size)
    if not head:
        return None
    if len(head) < _LENGTH.size:
        raise FrameError("the stream ended inside a frame")
    (length,) = _LENGTH.unpack(head)
    if length > FRAME_BYTES:
        raise FrameError(f"a frame of {length} bytes")
    body = source.read(length)
    if len(body) < length:
        raise FrameError("the stream ended inside a frame")
    return body
