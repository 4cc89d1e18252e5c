"""The wire: whatever arrives, a frame is whole or refused."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.sandbox.frames import FRAME_BYTES, FrameError, read_frame, write_frame


@given(st.lists(st.binary(max_size=200)))
def test_frames_come_back_in_order(bodies: list[bytes]) -> None:
    stream = io.BytesIO()
    for body in bodies:
        write_frame(stream, body)
    stream.seek(0)
    assert [read_frame(stream) for _ in bodies] == bodies
    assert read_frame(stream) is None


@given(st.binary(min_size=1, max_size=50), st.data())
def test_a_cut_frame_is_refused(body: bytes, data: st.DataObject) -> None:
    stream = io.BytesIO()
    write_frame(stream, body)
    whole = stream.getvalue()
    cut = data.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(FrameError):
        read_frame(io.BytesIO(whole[:cut]))


def test_a_length_beyond_the_limit_is_refused_unread() -> None:
    with pytest.raises(FrameError):
        read_frame(io.BytesIO(struct.pack("<I", FRAME_BYTES + 1)))
