"""The limit: one decode loop that knows all prompts; what is done makes room for the next."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence

from tests.benchmarks.job import Result, Stopwatch, child, peak_bytes
from tests.benchmarks.peers.raw import Context, Piece, shared_beginning
from tests.benchmarks.sweep.rows import SweepJob
from workbench.domain.text import Segment
from workbench.engine.worker.llama import lib, library_versions
from workbench.engine.worker.vocabulary import Vocabulary

WIDTHS = (8, 16, 24, 32)
TRIAL_ROWS = 64
TRUNK = 0
"""The sequence of what all prompts begin with."""


class Greedy:
    """Answers prompts with the most probable tokens, several at once."""

    def __init__(self, context: Context, width: int, new_tokens: int) -> None:
        self._context = context
        self._width = width
        self._most = new_tokens
        self._vocabulary = Vocabulary(context.model)
        self._sampler = lib.llama_sampler_init_greedy()

    def run(self, prompts: Sequence[tuple[int, ...]]) -> list[list[int]]:
        """The tokens of each answer, without its end marker."""
        prefix = shared_beginning(prompts)
        for _ in self._context.read([Piece(TRUNK, 0, prefix)], wants_logits=False):
            pass
        self._prompts = prompts
        self._found: list[list[int]] = [[] for _ in prompts]
        self._running: dict[int, int] = {}  # sequence: row
        self._free = list(range(TRUNK + 1, TRUNK + 1 + self._width))
        waiting = iter(range(len(prompts)))
        while True:
            self._begin(len(prefix), waiting)
            if not self._running:
                return self._found
            self._step()

    def _begin(self, shared: int, waiting: Iterator[int]) -> None:
        """Read the rest of the next prompts into the free sequences."""
        begun = []
        while self._free and (row := next(waiting, None)) is not None:
            sequence = self._free.pop()
            lib.llama_memory_seq_cp(self._context.memory, TRUNK, sequence, 0, shared)
            self._running[sequence] = row
            begun.append(Piece(sequence, shared, self._prompts[row][shared:]))
        rows = self._context.read(begun, wants_logits=True)
        self._take((piece.sequence, at) for piece, at in rows)

    def _step(self) -> None:
        """One more token for each."""
        self._context.batch.clear()
        sequences = list(self._running)
        for sequence in sequences:
            row = self._running[sequence]
            answer = self._found[row]
            position = len(self._prompts[row]) + len(answer) - 1
            self._context.batch.add(
                answer[-1], position=position, sequence=sequence, wants_logits=True
            )
        self._context.decode()
        self._take((sequence, at) for at, sequence in enumerate(sequences))

    def _take(self, logits: Iterable[tuple[int, int]]) -> None:
        """The most probable token of each, by its row of logits."""
        for sequence, at in logits:
            token = lib.llama_sampler_sample(self._sampler, self._context.native, at)
            answer = self._found[self._running[sequence]]
            if not self._vocabulary.is_end(token):
                answer.append(token)
                if len(answer) < self._most:
                    continue
            lib.llama_memory_seq_rm(self._context.memory, sequence, -1, -1)
            del self._running[sequence]
            self._free.append(sequence)


def find_width(job: SweepJob, prompts: Sequence[tuple[int, ...]]) -> int:
    """The width that does some rows fastest."""
    speeds = {}
    for width in WIDTHS:
        context = Context(job.model, job.threads, width, "off")
        started = time.perf_counter()
        Greedy(context, width, job.new_tokens).run(prompts[:TRIAL_ROWS])
        speeds[width] = time.perf_counter() - started
        context.close()
    return min(speeds, key=lambda width: speeds[width])


def work(job: SweepJob) -> Result:
    """The width where none is given, else the sweep."""
    context = Context(job.model, job.threads, max(job.width, 1), "off")
    vocabulary = Vocabulary(context.model)
    prompts = [tuple(vocabulary.tokenize([Segment(text, special=True)])) for text in job.prompts]
    if not job.width:
        context.close()
        return Result(settings={"width": find_width(job, prompts)})
    Greedy(context, job.width, 8).run(prompts[: job.width])
    context.clear()
    with Stopwatch() as watch:
        answers = Greedy(context, job.width, job.new_tokens).run(prompts)
    texts = [b"".join(vocabulary.piece(each) for each in answer) for answer in answers]
    outputs = [text.decode("utf-8", "replace") for text in texts]
    return Result(
        seconds=watch.seconds,
        new_tokens=sum(map(len, answers)),
        prompt_tokens=sum(map(len, prompts)),
        evaluated_tokens=context.evaluated_tokens,
        peak_bytes=peak_bytes(),
        versions=library_versions(),
        settings={"width": job.width},
        figures={
            "outputs": dict(zip(job.prompts, outputs, strict=True)),
            "unique_tokens": _unique(prompts),
        },
    )


def _unique(prompts: Sequence[tuple[int, ...]]) -> int:
    """Nodes of the tree of all prompts: what must be read at least."""
    seen: set[tuple[int, ...]] = set()
    for prompt in prompts:
        seen.update(prompt[: at + 1] for at in range(len(prompt)))
    return len(seen)


if __name__ == "__main__":
    child(work, SweepJob)
