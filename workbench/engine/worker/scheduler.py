"""Who is evaluated next: continuous batching over one context.

Every step evaluates one batch: one token of each answer that is being generated, and with the room
left over a piece of each prompt that is being read. New requests join at any step.

* The samples of one prompt are forked after the prompt was read once.
* A prompt that shares its beginning with another that is just being read waits for that beginning.
* A sample is let in when its prompt fits beside what is there, not when its longest possible answer
  would. If the cells run out after all, the least urgent sample gives its cells back and goes on
  later. The most urgent one alone always fits, so there is always progress.
* A strict sample runs alone, from an empty cache, in pieces of a fixed size.

Everything here runs on the thread that loaded the model.
"""

from __future__ import annotations

import time
from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass

from workbench.domain.errors import ContextOverflowError, EngineError, UsageError, WorkbenchError
from workbench.engine.protocol import Frame, GenerateRequest, PromptProgress
from workbench.engine.worker.kv_cache import MIN_REUSED_TOKENS, common_prefix
from workbench.engine.worker.model import DECODED, INTERRUPTED, Model
from workbench.engine.worker.sample import Request, Sample
from workbench.engine.worker.sampling import read_distribution

STEP_SECONDS = 0.25
"""A step with prompt pieces aims at this, so that progress shows and answers keep streaming."""
MIN_PIECE_TOKENS = 32
STRICT_PIECE_TOKENS = 128
"""Fixed, because the size of the pieces can change the last bits of the logits."""
ADMISSION_LOOKAHEAD = 64
"""Waiting samples looked at in one step."""
HEADROOM_TOKENS = 32
"""Cells kept free for each running answer when another is let in, to make giving way rare."""


@dataclass
class _Entry:
    """What one sample has in the batch. ``row`` is -1 unless its next token can be drawn."""

    sample: Sample
    start: int
    count: int
    row: int


class Scheduler:
    """Serves requests on one model.

    Args:
        model: the loaded model, which the scheduler alone evaluates on.
        emit: receives each frame with its request's id.
        fail: receives the error of a request that cannot go on.
    """

    def __init__(
        self,
        model: Model,
        emit: Callable[[int, Frame], None],
        fail: Callable[[int, WorkbenchError], None],
    ) -> None:
        self._model = model
        self._cache = model.cache
        self._emit = emit
        self._fail = fail
        self._requests: dict[int, Request] = {}
        self._waiting: list[Sample] = []
        self._running: list[Sample] = []
        self._arrivals = 0
        self._tokens_per_second = 0.0
        self.reading_ids: frozenset[int] = frozenset()
        """Requests with a prompt piece in this batch; replaced whole, so that threads may look."""

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to do."""
        return not self._waiting and not self._running

    @property
    def active_count(self) -> int:
        """Samples that are being evaluated."""
        return len(self._running)

    def submit(self, request_id: int, request: GenerateRequest) -> None:
        """Take a request, or fail it at once when it can never fit."""
        prompt = self._model.vocabulary.tokenize(request.segments)
        limit = self._model.loaded.context_tokens
        if not prompt:
            self._fail(request_id, UsageError("The prompt is empty: write something into it."))
            return
        if len(prompt) + request.sampling.max_tokens > limit:
            error = ContextOverflowError.of(len(prompt), request.sampling.max_tokens, limit)
            self._fail(request_id, error)
            return
        self._arrivals += 1
        taken = Request(request_id, request, prompt, self._model, self._arrivals)
        self._requests[request_id] = taken
        for sample in taken.samples:
            insort(self._waiting, sample, key=lambda waiting: waiting.order)

    def cancel(self, request_id: int) -> None:
        """End a request now; its samples finish as cancelled. Unknown ids are ignored."""
        request = self._requests.get(request_id)
        if request is None:
            return
        for sample in request.samples:
            if not sample.finished:
                self._finish(sample, sample.finish("cancelled"))

    def cancel_all(self) -> None:
        """End every request."""
        for request_id in list(self._requests):
            self.cancel(request_id)

    def step(self) -> None:
        """Evaluate one batch and hand out what came of it."""
        self._admit()
        entries = self._fill()
        if not entries:
            return
        self.reading_ids = frozenset(
            entry.sample.request.id for entry in entries if entry.count > 1
        )
        started = time.monotonic()
        try:
            status = self._model.evaluate(self._model.batch)
        except EngineError as error:
            self._fail_all(error)
            return
        finally:
            self.reading_ids = frozenset()
        if status == DECODED:
            self._measure(entries, time.monotonic() - started)
            self._collect(entries)
            return
        self._roll_back(entries)
        if status == INTERRUPTED:
            self._model.interrupt.requested = False
        elif not self._preempt():
            self._fail_all(EngineError("The context is full: load the model with a larger one."))

    # --- letting samples in -----------------------------------------------------------------

    def _admit(self) -> None:
        """Give sequences to waiting samples, in order, as far as there is room."""
        for sample in self._waiting[:ADMISSION_LOOKAHEAD]:
            if any(running.request.strict for running in self._running):
                return
            if sample.request.strict:
                if self._running:
                    return
                self._cache.clear()
            elif self._must_wait_for_prefix(sample):
                continue
            if not self._has_room(sample) and not self._give_way_to(sample):
                return
            self._start(sample)

    def _start(self, sample: Sample) -> None:
        sample.sequence = self._cache.acquire(sample.history)
        assert sample.sequence is not None, "room was checked"
        self._waiting.remove(sample)
        self._running.append(sample)
        request = sample.request
        if not request.started:
            request.reused_tokens = len(sample.sequence)
            self._report_progress(sample)

    def _has_room(self, sample: Sample) -> bool:
        if not self._running:
            return True
        if not self._cache.has_sequence:
            return False
        needed = len(sample.history) - self._cache.reusable_tokens(sample.history)
        headroom = sum(
            running.pending + min(HEADROOM_TOKENS, running.remaining) for running in self._running
        )
        return (
            self._cache.available_cells
            >= needed + min(HEADROOM_TOKENS, sample.remaining) + headroom
        )

    def _must_wait_for_prefix(self, sample: Sample) -> bool:
        """Whether another sample is just reading tokens that this one could share soon."""
        reusable = -1
        for running in self._running:
            if running.request is sample.request and not sample.request.started:
                return True
            if running.pending <= 1 or running.sequence is None or not self._cache.can_cut:
                continue
            shared = common_prefix(running.history, sample.history)
            if shared <= len(running.sequence):
                continue
            if reusable < 0:
                reusable = self._cache.reusable_tokens(sample.history)
            if shared - reusable >= MIN_REUSED_TOKENS:
                return True
        return False

    def _give_way_to(self, sample: Sample) -> bool:
        """Let less urgent samples go until the more urgent one fits."""
        while self._running:
            least_urgent = max(self._running, key=lambda running: running.order)
            if least_urgent.request.order[0] <= sample.request.order[0]:
                return False
            self._suspend(least_urgent)
            if self._has_room(sample):
                return True
        return True

    def _preempt(self) -> bool:
        """Take the sequence of the least urgent sample; False if only one is running."""
        if len(self._running) < 2:
            return False
        self._suspend(max(self._running, key=lambda running: running.order))
        return True

    def _suspend(self, sample: Sample) -> None:
        assert sample.sequence is not None
        self._cache.retain(sample.sequence)
        sample.sequence = None
        self._running.remove(sample)
        insort(self._waiting, sample, key=lambda waiting: waiting.order)

    # --- the batch --------------------------------------------------------------------------

    def _fill(self) -> list[_Entry]:
        """Put the next tokens of the running samples into the batch."""
        while True:
            self._model.batch.clear()
            by_urgency = sorted(self._running, key=lambda running: running.order)
            decoding = [sample for sample in by_urgency if sample.pending == 1]
            if self._cache.make_room(len(decoding)):
                entries = [self._place(sample, 1) for sample in decoding]
                reading = [sample for sample in by_urgency if sample.pending > 0]
                entries += self._place_pieces(reading)
                if entries or not self._running:
                    return entries
            if not self._preempt():
                # One sample alone always fits, because submit() compared it with the context.
                return []

    def _place_pieces(self, reading: list[Sample]) -> list[_Entry]:
        entries = []
        budget = min(self._model.batch.room, self._piece_tokens())
        for sample in reading:
            size = min(sample.pending, budget)
            if sample.request.strict:
                size = min(size, STRICT_PIECE_TOKENS)
            self._cache.make_room(size)
            size = min(size, self._cache.free_cells)
            if size <= 0:
                break
            entries.append(self._place(sample, size))
            budget -= size
        return entries

    def _piece_tokens(self) -> int:
        if any(sample.request.strict for sample in self._running):
            return STRICT_PIECE_TOKENS
        if not self._tokens_per_second:
            return MIN_PIECE_TOKENS * 2
        return max(MIN_PIECE_TOKENS, int(self._tokens_per_second * STEP_SECONDS))

    def _place(self, sample: Sample, count: int) -> _Entry:
        sequence = sample.sequence
        assert sequence is not None
        start = len(sequence)
        tokens = sample.history[start : start + count]
        is_last = start + count == len(sample.history)
        row = -1
        for offset, token in enumerate(tokens):
            row = self._model.batch.add(
                token,
                position=start + offset,
                sequence=sequence.id,
                wants_logits=is_last and offset == count - 1,
            )
        self._cache.extend(sequence, tokens)
        return _Entry(sample, start, count, row if is_last else -1)

    def _roll_back(self, entries: list[_Entry]) -> None:
        """Undo the placing of a batch that was not evaluated to the end."""
        for entry in entries:
            assert entry.sample.sequence is not None
            self._cache.truncate(entry.sample.sequence, entry.start)

    # --- what came of it --------------------------------------------------------------------

    def _measure(self, entries: list[_Entry], seconds: float) -> None:
        """Learn how fast prompts are read, from steps that held enough to tell."""
        tokens = sum(entry.count for entry in entries)
        if tokens >= MIN_PIECE_TOKENS and seconds > 0:
            speed = tokens / seconds
            known = self._tokens_per_second or speed
            self._tokens_per_second = 0.5 * known + 0.5 * speed

    def _collect(self, entries: list[_Entry]) -> None:
        for entry in entries:
            request = entry.sample.request
            request.count_evaluated(entry.start, entry.start + entry.count)
            if not request.started:
                self._report_progress(entry.sample)
        for entry in entries:
            if entry.row >= 0:
                self._draw(entry)

    def _draw(self, entry: _Entry) -> None:
        """Draw the next token, and the first one of the samples that wait for this prompt."""
        model = self._model
        distribution = read_distribution(model.context, entry.row, model.vocabulary.size)
        samples = [entry.sample]
        if not entry.sample.request.started:
            samples += self._fork_siblings(entry.sample)
        for sample in samples:
            try:
                frames = sample.advance(entry.row, distribution)
            except EngineError as error:
                self._drop(sample.request, error)
                return
            self._finish(sample, frames)

    def _fork_siblings(self, first: Sample) -> list[Sample]:
        """Sequences for the other samples of a prompt that was just read, while there is room."""
        forked: list[Sample] = []
        if first.request.strict:
            return forked
        for sample in first.request.samples:
            if sample is first or sample not in self._waiting or not self._has_room(sample):
                continue
            assert first.sequence is not None
            sample.sequence = self._cache.fork(first.sequence)
            if sample.sequence is None:
                break
            self._waiting.remove(sample)
            self._running.append(sample)
            forked.append(sample)
        return forked

    def _report_progress(self, sample: Sample) -> None:
        request = sample.request
        assert sample.sequence is not None
        self._emit(
            request.id,
            PromptProgress(len(sample.sequence), len(request.prompt), request.reused_tokens),
        )

    def _finish(self, sample: Sample, frames: list[Frame]) -> None:
        """Hand out frames; a finished sample gives its sequence back for others to share."""
        for frame in frames:
            self._emit(sample.request.id, frame)
        if not sample.finished:
            return
        if sample.sequence is not None:
            self._cache.retain(sample.sequence)
            sample.sequence = None
            self._running.remove(sample)
        elif sample in self._waiting:
            self._waiting.remove(sample)
        if all(other.finished for other in sample.request.samples):
            self._requests.pop(sample.request.id, None)

    def _drop(self, request: Request, error: WorkbenchError) -> None:
        """End a request with an error."""
        for sample in request.samples:
            if sample.sequence is not None:
                self._cache.release(sample.sequence)
                sample.sequence = None
                self._running.remove(sample)
            elif sample in self._waiting:
                self._waiting.remove(sample)
            sample.finished = True
        request.close()
        self._requests.pop(request.id, None)
        self._fail(request.id, error)

    def _fail_all(self, error: EngineError) -> None:
        """End every running request: the cache can no longer be trusted."""
        for request in {sample.request for sample in self._running}:
            self._drop(request, error)
        self._cache.clear()
