"""The limit: a plain ``llama_decode`` loop that knows the whole workload beforehand.

Shared prefixes are evaluated once and forked with ``llama_memory_seq_cp``; the answers of a stage
are decoded in waves of fixed width. It streams nothing, can cancel nothing, and serves one client.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from tests.benchmarks.job import Job, Result, Stopwatch, child, peak_bytes
from tests.benchmarks.workload import SAMPLING, Call, Stage, Workload, common_prefix

# As in this engine's worker; read once, when the library is loaded.
os.environ.setdefault("GOMP_SPINCOUNT", "200")

from workbench.engine.worker.batch import Batch
from workbench.engine.worker.llama import lib, library_versions, system_features

WIDTHS = (8, 16, 24, 32, 48, 64)
CONTEXT_TOKENS = 8192
BATCH_TOKENS = 512
FLASH = {"off": 0, "on": 1}
FLASH_WIDTHS = (8, 32)
"""Where the two kinds of attention are compared before the widths are."""
TRIAL_TURNS = 2
TRIAL_STEPS = 3
SPARE_SEQUENCES = 16
"""Sequences of prefixes held during a wave: two few-shot prefixes and a trunk for each parent."""


class Held(NamedTuple):
    """A sequence that is kept for others to fork from."""

    tokens: tuple[int, ...]
    sequence: int


class Piece(NamedTuple):
    """Tokens to append to a sequence; ``row`` of its last one is asked for."""

    sequence: int
    start: int
    tokens: Sequence[int]


class Context:
    """A model with a context, and the few calls the loop needs."""

    def __init__(self, path: str, threads: int, width: int, flash: str) -> None:
        params = lib.llama_model_default_params()
        params.use_extra_bufts = "AMX_INT8 = 1" not in system_features()
        self.model = lib.llama_model_load_from_file(os.fsencode(path), params)
        context = lib.llama_context_default_params()
        context.n_ctx = CONTEXT_TOKENS
        context.n_batch = context.n_ubatch = BATCH_TOKENS
        context.n_seq_max = context.n_outputs_max = width + SPARE_SEQUENCES
        context.n_threads = context.n_threads_batch = threads
        context.kv_unified = True
        context.swa_full = True
        context.no_perf = True
        context.flash_attn_type = FLASH[flash]
        self.native: Any = lib.llama_init_from_model(self.model, context)
        if not self.native:
            raise RuntimeError("llama.cpp gives no context")
        self.memory = lib.llama_get_memory(self.native)
        self.vocabulary_size = lib.llama_vocab_n_tokens(lib.llama_model_get_vocab(self.model))
        self.batch = Batch(BATCH_TOKENS)
        self.evaluated_tokens = 0

    def clear(self) -> None:
        """Forget everything."""
        lib.llama_memory_clear(self.memory, True)
        self.evaluated_tokens = 0

    def close(self) -> None:
        """Free context and model."""
        self.batch.close()
        lib.llama_free(self.native)
        lib.llama_model_free(self.model)

    def decode(self) -> None:
        """Evaluate the batch."""
        status = lib.llama_decode(self.native, self.batch.native)
        if status != 0:
            raise RuntimeError(f"llama_decode gave {status}")

    def read(self, pieces: Iterable[Piece], *, wants_logits: bool) -> Iterator[tuple[Piece, int]]:
        """Evaluate prompts together; yields each with its row while its logits can be read."""
        self.batch.clear()
        ended: list[tuple[Piece, int]] = []
        for piece in pieces:
            for offset, token in enumerate(piece.tokens):
                if not self.batch.room:
                    self.decode()
                    yield from ended
                    ended.clear()
                    self.batch.clear()
                last = offset == len(piece.tokens) - 1
                row = self.batch.add(
                    token,
                    position=piece.start + offset,
                    sequence=piece.sequence,
                    wants_logits=wants_logits and last,
                )
                if last:
                    ended.append((piece, row))
            self.evaluated_tokens += len(piece.tokens)
        if len(self.batch):
            self.decode()
            yield from ended

    def sampler(self, seed: int, banned: Sequence[int]) -> Any:
        """The samplers of one answer, as this engine uses them."""
        chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        bias = (lib.llama_logit_bias * len(banned))()
        for at, token in enumerate(banned):
            bias[at].token, bias[at].bias = token, float("-inf")
        for sampler in (
            lib.llama_sampler_init_logit_bias(self.vocabulary_size, len(banned), bias),
            lib.llama_sampler_init_top_k(SAMPLING.top_k),
            lib.llama_sampler_init_top_p(SAMPLING.top_p, 1),
            lib.llama_sampler_init_min_p(SAMPLING.min_p, 1),
            lib.llama_sampler_init_temp(SAMPLING.temperature),
            lib.llama_sampler_init_dist(seed),
        ):
            lib.llama_sampler_chain_add(chain, sampler)
        return chain


class Loop:
    """Does a workload in waves of ``width`` answers."""

    def __init__(self, context: Context, width: int, banned: Sequence[int]) -> None:
        self._context = context
        self._width = width
        self._banned = banned
        self._free = list(range(width + SPARE_SEQUENCES))
        self._held: list[Held] = []
        self.new_tokens = 0

    def run(self, workload: Workload) -> None:
        """Everything, stage by stage."""
        kinds = (workload.stages[0::2], workload.stages[1::2])
        for stages in filter(None, kinds):
            prompts = [call.tokens for stage in stages for call in stage.calls]
            self._hold([shared_beginning(prompts)])
        for stage in workload.stages:
            self._run_stage(stage)

    def _run_stage(self, stage: Stage) -> None:
        kept = len(self._held)
        families = groupby(stage.calls, key=lambda call: call.family)
        self._hold([shared_beginning([call.tokens for call in calls]) for _, calls in families])
        answers = [(call, seed) for call in stage.calls for seed in call.seeds]
        for start in range(0, len(answers), self._width):
            self._run_wave(answers[start : start + self._width])
        while len(self._held) > kept:
            self._release(self._held.pop().sequence)

    def _hold(self, prefixes: Sequence[tuple[int, ...]]) -> None:
        """Evaluate prefixes together and keep them for forking."""
        held = []
        pieces = []
        for tokens in prefixes:
            piece = self._fork_prefix(tokens)
            held.append(Held(tokens, piece.sequence))
            pieces.append(piece)
        for _ in self._context.read(pieces, wants_logits=False):
            pass
        self._held += held

    def _fork_prefix(self, tokens: tuple[int, ...]) -> Piece:
        """A new sequence with the longest beginning that is held, and what it lacks."""
        sequence = self._free.pop()
        best = max(self._held, key=lambda held: common_prefix(held.tokens, tokens), default=None)
        start = min(common_prefix(best.tokens, tokens), len(tokens) - 1) if best else 0
        if best and start:
            lib.llama_memory_seq_cp(self._context.memory, best.sequence, sequence, 0, start)
        return Piece(sequence, start, tokens[start:])

    def _run_wave(self, answers: Sequence[tuple[Call, int]]) -> None:
        context = self._context
        chains: list[Any] = []
        running: list[tuple[int, int]] = []  # sequence and position of the next token
        tokens: list[int] = []
        groups = [list(group) for _, group in groupby(answers, key=lambda answer: id(answer[0]))]
        pieces = [self._fork_prefix(group[0][0].tokens) for group in groups]
        waiting = dict(zip((piece.sequence for piece in pieces), groups, strict=True))
        for piece, row in context.read(pieces, wants_logits=True):
            for place, (call, seed) in enumerate(waiting[piece.sequence]):
                sequence = piece.sequence
                if place:
                    sequence = self._free.pop()
                    lib.llama_memory_seq_cp(context.memory, piece.sequence, sequence, -1, -1)
                chain = context.sampler(seed, self._banned)
                chains.append(chain)
                running.append((sequence, len(call.tokens)))
                tokens.append(lib.llama_sampler_sample(chain, context.native, row))
        steps = answers[0][0].new_tokens
        for step in range(steps - 1):
            context.batch.clear()
            for (sequence, position), token in zip(running, tokens, strict=True):
                context.batch.add(
                    token, position=position + step, sequence=sequence, wants_logits=True
                )
            context.decode()
            tokens = [
                lib.llama_sampler_sample(chain, context.native, row)
                for row, chain in enumerate(chains)
            ]
        self.new_tokens += steps * len(running)
        for chain in chains:
            lib.llama_sampler_free(chain)
        for sequence, _ in running:
            self._release(sequence)

    def _release(self, sequence: int) -> None:
        lib.llama_memory_seq_rm(self._context.memory, sequence, -1, -1)
        self._free.append(sequence)


def shared_beginning(prompts: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """What all prompts begin with, leaving each at least its last token."""
    first, last = min(prompts), max(prompts)
    return first[: min(common_prefix(first, last), *(len(prompt) - 1 for prompt in prompts))]


def find_settings(job: Job) -> dict[str, Any]:
    """The width, and whether with flash attention, that decode most tokens a second."""
    prompt = job.workload.calls[-1].tokens
    widths = {"off": FLASH_WIDTHS, "on": FLASH_WIDTHS}
    speeds = _decoding_speeds(job, prompt, widths)
    flash = max(FLASH, key=lambda flash: max(speeds[flash].values()))
    speeds = _decoding_speeds(job, prompt, {flash: WIDTHS})
    width = max(WIDTHS, key=lambda width: speeds[flash][width])
    return {"width": width, "flash_attention": flash}


def _decoding_speeds(
    job: Job, prompt: Sequence[int], widths: dict[str, tuple[int, ...]]
) -> dict[str, dict[int, float]]:
    """Tokens a second at each width with each kind of attention.

    All take turns several times and the best step counts: what else the machine does can only
    make a step longer.
    """
    contexts = {flash: Context(job.model, job.threads, max(WIDTHS), flash) for flash in widths}
    speeds: dict[str, dict[int, float]] = {flash: {} for flash in widths}
    for _ in range(TRIAL_TURNS):
        for flash, context in contexts.items():
            for width in widths[flash]:
                speed = _decoding_speed(context, prompt, width)
                speeds[flash][width] = max(speed, speeds[flash].get(width, 0.0))
    for context in contexts.values():
        context.close()
    return speeds


def _decoding_speed(context: Context, prompt: Sequence[int], width: int) -> float:
    """Tokens a second, by the best step."""
    context.clear()
    for _ in context.read([Piece(0, 0, prompt)], wants_logits=False):
        pass
    for sequence in range(1, width):
        lib.llama_memory_seq_cp(context.memory, 0, sequence, -1, -1)
    best = 0.0
    for step in range(TRIAL_STEPS):
        context.batch.clear()
        for sequence in range(width):
            context.batch.add(
                prompt[step], position=len(prompt) + step, sequence=sequence, wants_logits=True
            )
        started = time.perf_counter()
        context.decode()
        lib.llama_synchronize(context.native)
        best = max(best, width / (time.perf_counter() - started))
    return best


def work(job: Job) -> Result:
    """The settings of a trial, or the workload with them."""
    if job.trial:
        return Result(settings=find_settings(job))
    width = int(job.settings["width"])
    context = Context(job.model, job.threads, width, job.settings["flash_attention"])
    Loop(context, width, job.workload.banned).run(job.workload.first_calls(2, 4))
    context.clear()
    loop = Loop(context, width, job.workload.banned)
    with Stopwatch() as watch:
        loop.run(job.workload)
    return Result(
        seconds=watch.seconds,
        new_tokens=loop.new_tokens,
        prompt_tokens=job.workload.prompt_tokens,
        evaluated_tokens=context.evaluated_tokens,
        peak_bytes=peak_bytes(),
        settings=job.settings,
        versions=f"{library_versions()}; {system_features()}",
    )


if __name__ == "__main__":
    child(work)
