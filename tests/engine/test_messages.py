"""Frames: what goes in comes out; what is damaged is refused at once."""

from __future__ import annotations

import asyncio
import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.sampling import Sampling
from workbench.domain.text import Segment, Token
from workbench.domain.views import LoadSettings
from workbench.engine.protocol import GenerateRequest, PromptProgress, SampleDone, TextDelta
from workbench.engine.worker import messages as ms

COMMANDS = [
    ms.Load(1, "/models/ä.gguf", LoadSettings(threads=3), "ä"),
    ms.Unload(2),
    ms.Tokenize(3, (Segment("a"), Segment("b", special=False))),
    ms.Generate(
        4,
        GenerateRequest(
            segments=(Segment("x"),), sampling=Sampling(stop=("\n",)), seeds=(0, 2**32 - 1)
        ),
    ),
    ms.Cancel(4),
]
REPORTS = [
    ms.Hello(7, "llama.cpp"),
    ms.Step(
        (
            (4, PromptProgress(1, 2, 0)),
            (4, TextDelta(0, "🌍", (Token(1, "🌍", -0.5, (("a", -1.0),)),))),
            (4, SampleDone(0, "🌍", "repeating", 2, 2, 1, 0.1)),
        ),
        1,
    ),
    ms.Failed(9, {"kind": "EngineError", "reason": "no"}),
    ms.Heartbeat(123, busy=True),
]


def test_commands_and_reports_survive_the_pipe():
    stream = io.BytesIO(b"".join(ms.encode_frame(command) for command in COMMANDS))
    assert [ms.read_frame(stream, ms.command_decoder) for _ in COMMANDS] == COMMANDS
    assert ms.read_frame(stream, ms.command_decoder) is None


async def receive_all(data: bytes) -> list[ms.Report]:
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    found = []
    while (report := await ms.receive_frame(reader, ms.report_decoder)) is not None:
        found.append(report)
    return found


async def test_reports_are_received_in_order():
    assert await receive_all(b"".join(map(ms.encode_frame, REPORTS))) == REPORTS


@pytest.mark.parametrize(
    "data",
    [
        struct.pack(">I", ms.MAX_FRAME_BYTES + 1),
        b"\xff\xff\xff\xff",
        struct.pack(">I", 10) + b"short",
        b"\x00\x00",
        struct.pack(">I", 0),
        struct.pack(">I", 4) + b"junk",
        ms.encode_frame(ms.Unload(1)),
    ],
    ids=["too long", "negative", "cut body", "cut header", "empty", "junk", "a command"],
)
async def test_damaged_frames_are_refused(data):
    with pytest.raises(ms.FrameError):
        await receive_all(data)


@given(st.binary(max_size=300))
def test_random_bytes_never_do_anything_but_fail(data):
    stream = io.BytesIO(data)
    try:
        while ms.read_frame(stream, ms.command_decoder) is not None:
            pass
    except ms.FrameError:
        pass


def test_a_message_that_is_too_large_is_not_sent():
    huge = ms.Tokenize(1, (Segment("x" * (ms.MAX_FRAME_BYTES + 1)),))
    with pytest.raises(ms.FrameError):
        ms.encode_frame(huge)
