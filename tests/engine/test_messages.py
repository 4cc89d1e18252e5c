"""Frames: what goes in comes out; what is damaged is refused at once."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.runs.sampling import Sampling
from workbench.domain.text import Segment, Token
from workbench.domain.views import LoadSettings
from workbench.engine.protocol import GenerateRequest, PromptProgress, SampleDone, TextDelta
from workbench.engine.worker import messages as ms
from workbench.processes.frames import FrameError

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
    for command in COMMANDS:
        assert ms.decode(ms.encode(command), ms.command_decoder) == command
    for report in REPORTS:
        assert ms.decode(ms.encode(report), ms.report_decoder) == report


@pytest.mark.parametrize(
    "body", [b"", b"junk", ms.encode(ms.Unload(1))], ids=["empty", "junk", "a command"]
)
def test_what_is_no_report_is_refused(body):
    with pytest.raises(FrameError):
        ms.decode(body, ms.report_decoder)


@given(st.binary(max_size=300))
def test_random_bytes_never_do_anything_but_fail(data):
    with contextlib.suppress(FrameError):
        ms.decode(data, ms.command_decoder)
