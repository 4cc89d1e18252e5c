"""The wire: whatever arrives, a frame is whole or refused."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.processes.frames import (
    FRAME_BYTES,
    FrameError,
    StreamCutError,
    pack_frame,
    read_frame,
)


@given(st.lists(st.binary(max_size=200)))
def test_frames_come_back_in_order(bodies: list[bytes]) -> None:
    stream = io.BytesIO(b"".join(map(pack_frame, bodies)))
    assert [read_frame(stream) for _ in bodies] == bodies
    assert read_frame(stream) is None


@given(st.binary(min_size=1, max_size=50), st.data())
def test_a_cut_frame_is_refused(body: bytes, data: st.DataObject) -> None:
    whole = pack_frame(body)
    cut = data.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(StreamCutError):
        read_frame(io.BytesIO(whole[:cut]))


def test_a_length_beyond_the_limit_is_refused_unread() -> None:
    for length in (FRAME_BYTES + 1, 2**32 - 1):
        with pytest.raises(FrameError) as caught:
            read_frame(io.BytesIO(struct.pack("<I", length)))
        assert not isinstance(caught.value, StreamCutError)
    assert read_frame(io.BytesIO(pack_frame(b"12345")), 5) == b"12345"
    with pytest.raises(FrameError):
        read_frame(io.BytesIO(pack_frame(b"12345")), 4)


def test_a_body_that_is_too_large_is_not_sent() -> None:
    assert pack_frame(b"12345", 5).endswith(b"12345")
    with pytest.raises(FrameError):
        pack_frame(b"12345", 4)
