"""Schedules evaluations: continuous batching over one context.

Every step evaluates one batch: one token of each answer that is being generated, and with the room
left over a piece of each prompt that is being read. New jobs join at any step.

* The lanes of one job (samples of a prompt, continuations to score) are forked after the prompt was
  read once.
* A prompt that shares its beginning with another that is just being read waits for that beginning.
* Only as many lanes run as the machine decodes well together (``width``); a chat comes on top, and
  while it runs the others take turns, so that its words keep coming.
* A lane is let in when its prompt fits into the free cells, not when its longest possible answer
  would. If the cells run out after all, the least urgent lane gives its cells back and goes on
  later. The most urgent one alone always fits, so there is always progress.
* A strict lane runs alone, from an empty cache, in pieces of a fixed size.

Everything here runs on the thread that loaded the model.
"""

from __future__ import annotations

import time
from bisect import insort
from collections.abc import Callable

from workbench.domain.errors import (
    ContextOverflowError,
    EngineError,
    UnsupportedError,
    UsageError,
    WorkbenchError,
)
from workbench.engine.protocol import (
    Frame,
    GenerateRequest,
    PromptProgress,
    ScoreRequest,
    Scores,
)
from workbench.engine.worker.composer import Composer, Entry
from workbench.engine.worker.kv.nodes import Sequence, common_prefix
from workbench.engine.worker.lane import Job, Lane
from workbench.engine.worker.model import DECODED, INTERRUPTED, Model
from workbench.engine.worker.sample import Request
from workbench.engine.worker.sampling.distribution import read_distribution
from workbench.engine.worker.scoring import ScoreJob, tokenize_request

ADMISSION_LOOKAHEAD = 64
"""Waiting lanes looked at in one step."""
MIN_AWAITED_TOKENS = 1
"""A prompt waits a step for this many tokens that another reads just now; fewer are read twice."""
HEADROOM_TOKENS = 32
"""Cells kept free for each running answer when another is let in, to make giving way rare."""

CHAT_WORTH = 16
"""The user waits for a chat to be read again, so it is kept longer than what it costs."""


class Scheduler:
    """Serves requests on one model.

    Args:
        model: the loaded model, which the scheduler alone evaluates on.
        emit: receives each frame with its request's id.
        answer: receives the scores of a ScoreRequest with its id.
        fail: receives the error of a request that cannot go on.
    """

    def __init__(
        self,
        model: Model,
        emit: Callable[[int, Frame], None],
        answer: Callable[[int, Scores], None],
        fail: Callable[[int, WorkbenchError], None],
    ) -> None:
        self._model = model
        self._tree = model.tree
        self._emit = emit
        self._answer = answer
        self._fail = fail
        self._jobs: dict[int, Job] = {}
        self._waiting: list[Lane] = []
        self._running: list[Lane] = []
        self._arrivals = 0
        self._composer = Composer(model)
        self.reading_ids: frozenset[int] = frozenset()
        """Requests with a prompt piece in this batch; replaced whole, so that threads may look."""

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to do."""
        return not self._waiting and not self._running

    @property
    def active_count(self) -> int:
        """Lanes that are being evaluated."""
        return len(self._running)

    # --- taking and cancelling --------------------------------------------------------------

    def submit(self, request_id: int, request: GenerateRequest) -> None:
        """Take a request for samples, or fail it at once when it can never fit."""
        if not self._generates(request_id):
            return
        prompt = self._model.vocabulary.tokenize(request.segments)
        if not prompt:
            self._fail(request_id, _no_tokens(request))
            return
        most = request.sampling.max_tokens
        limit = self._model.loaded.context_tokens
        if len(prompt) + most > limit:
            self._fail(request_id, ContextOverflowError.of(len(prompt), most, limit))
        else:
            self._arrivals += 1
            job = Request(request_id, request, prompt, self._model, self._arrivals)
            self._emit(request_id, job.applied)
            self._take(job)

    def submit_score(self, request_id: int, request: ScoreRequest) -> None:
        """Take a request for scores, or fail it at once."""
        if not self._generates(request_id):
            return
        try:
            prompt, continuations = tokenize_request(self._model.vocabulary, request)
        except WorkbenchError as error:
            self._fail(request_id, error)
            return
        longest = len(prompt) + max(map(len, continuations))
        limit = self._model.loaded.context_tokens
        if longest - 1 > limit:  # the last token is only asked for: it takes no cell
            self._fail(request_id, ContextOverflowError.of_text(longest, limit))
        else:
            self._arrivals += 1
            job = ScoreJob(
                request_id,
                request,
                prompt,
                continuations,
                order=self._arrivals,
                vocabulary=self._model.vocabulary,
                context_tokens=limit,
                answer=self._answer,
            )
            self._take(job)

    def _generates(self, request_id: int) -> bool:
        """Whether the model writes text; fails the request where it does not."""
        if not self._model.generates:
            sentence = "This model makes embeddings and writes no text: choose a chat model."
            self._fail(request_id, UnsupportedError(sentence))
        return self._model.generates

    def _take(self, job: Job) -> None:
        self._jobs[job.id] = job
        for lane in job.lanes:
            insort(self._waiting, lane, key=lambda waiting: waiting.order)

    def cancel(self, request_id: int) -> None:
        """End a request now; its samples finish as cancelled. Unknown ids are ignored."""
        job = self._jobs.get(request_id)
        if job is None:
            return
        for lane in job.lanes:
            if not lane.finished:
                self._finish(lane, lane.cancel())

    def drop_all(self, error: WorkbenchError) -> None:
        """End every request with an error, not as cancelled."""
        for job in list(self._jobs.values()):
            self._drop(job, error)

    # --- one step ---------------------------------------------------------------------------

    def step(self) -> None:
        """Evaluate one batch and hand out the results."""
        self._admit()
        entries = self._fill()
        if not entries:
            return
        self.reading_ids = frozenset(entry.lane.job.id for entry in entries if entry.count > 1)
        started = time.monotonic()
        try:
            status = self._model.evaluate(self._model.batch)
        except EngineError as error:
            self._fail_all(error)
            return
        finally:
            self.reading_ids = frozenset()
        if status == DECODED:
            self._composer.measure(entries, time.monotonic() - started)
            self._tree.count_computed(sum(entry.count for entry in entries))
            self._collect(entries)
            return
        self._composer.roll_back(entries)
        if status == INTERRUPTED:
            self._model.interrupt.requested = False
        elif not self._preempt():
            self._fail_all(EngineError("The context is full: load the model with a larger one."))

    # --- letting lanes in -------------------------------------------------------------------

    def _admit(self) -> None:
        """Give sequences to waiting lanes, in order, as far as there is room."""
        for lane in self._waiting[:ADMISSION_LOOKAHEAD]:
            if any(running.job.strict for running in self._running):
                return
            if lane.job.strict:
                if self._running:
                    return
                self._tree.clear()
            elif self._must_wait_for_prefix(lane):
                continue
            if not self._has_room(lane) and not self._give_way_to(lane):
                return
            self._start(lane)

    def _start(self, lane: Lane) -> None:
        lane.sequence = self._tree.acquire(lane.history, lane.first_wanted)
        assert lane.sequence is not None, "room was checked"
        self._waiting.remove(lane)
        self._running.append(lane)
        job = lane.job
        if not job.started:
            job.reused_tokens = len(lane.sequence)
            self._report_progress(lane)

    def _has_room(self, lane: Lane) -> bool:
        if not self._running:
            return True
        if not self._tree.has_sequence:
            return False
        most = self._model.most_rows if lane.job.urgent else self._model.width
        if len(self._running) >= most:
            return False
        reused = self._tree.reusable_tokens(lane.history, lane.first_wanted)
        headroom = sum(
            running.pending + min(HEADROOM_TOKENS, running.remaining) for running in self._running
        )
        return (
            self._tree.available_cells
            >= len(lane.history) - reused + min(HEADROOM_TOKENS, lane.remaining) + headroom
        )

    def _must_wait_for_prefix(self, lane: Lane) -> bool:
        """Whether another lane is just reading tokens that this one could share soon."""
        reusable = -1
        for running in self._running:
            if running.job is lane.job and not lane.job.started:
                return True
            if running.pending <= 1 or running.sequence is None or not self._tree.can_cut:
                continue
            shared = min(common_prefix(running.history, lane.history), lane.first_wanted)
            if shared <= len(running.sequence):
                continue
            if reusable < 0:
                reusable = self._tree.reusable_tokens(lane.history, lane.first_wanted)
            if shared - reusable >= MIN_AWAITED_TOKENS:
                return True
        return False

    def _give_way_to(self, lane: Lane) -> bool:
        """Let less urgent lanes go until the more urgent one fits."""
        while self._running:
            least_urgent = max(self._running, key=lambda running: running.order)
            if least_urgent.job.order[0] <= lane.job.order[0]:
                return False
            self._suspend(least_urgent)
            if self._has_room(lane):
                return True
        return True

    def _preempt(self) -> bool:
        """Take the sequence of the least urgent lane; False if only one is running."""
        if len(self._running) < 2:
            return False
        self._suspend(max(self._running, key=lambda running: running.order))
        return True

    def _suspend(self, lane: Lane) -> None:
        assert lane.sequence is not None
        self._tree.retain(lane.sequence)
        lane.sequence = None
        self._running.remove(lane)
        insort(self._waiting, lane, key=lambda waiting: waiting.order)

    def _fill(self) -> list[Entry]:
        """Put the next tokens of the running lanes into the batch."""
        while True:
            entries = self._composer.compose(self._running)
            if entries or not self._running:
                return entries
            if not self._preempt():
                # One lane alone always fits, because submit() compared it with the context.
                return []

    # --- results --------------------------------------------------------------------

    def _collect(self, entries: list[Entry]) -> None:
        for entry in entries:
            job = entry.lane.job
            job.count_evaluated(entry.start, entry.start + entry.count)
            if not job.started:
                self._report_progress(entry.lane)
        for entry in entries:
            for row in entry.rows:
                if not entry.lane.finished:
                    self._use_logits(entry.lane, row)

    def _use_logits(self, lane: Lane, row: int) -> None:
        """Let a lane go on with its logits, and with it those that wait for the same prompt."""
        model = self._model
        distribution = read_distribution(model.context, row, model.vocabulary.size)
        if not distribution.is_sound:
            self._drop(
                lane.job,
                EngineError(
                    "The model computes values that are not numbers: its file is damaged or was "
                    "converted badly; get it again or choose another."
                ),
            )
            return
        lanes = [lane]
        if not lane.job.started:
            lanes += self._fork_siblings(lane)
        for going in lanes:
            self._finish(going, going.advance(distribution))

    def _fork_siblings(self, first: Lane) -> list[Lane]:
        """The other lanes of a prompt that was just read, with sequences while there is room.

        Those without go on with these logits too, and wait with the token that they got.
        """
        assert first.sequence is not None
        forked: list[Lane] = []
        if first.job.strict:
            return forked
        if not self._tree.can_cut:
            self._tree.checkpoint(first.sequence)
        for lane in first.job.lanes:
            if lane is first or lane not in self._waiting:
                continue
            forked.append(lane)
            if lane.needs_sequence and self._has_room(lane):
                lane.sequence = self._tree.fork(first.sequence)
            if lane.sequence is not None:
                self._running.append(lane)
                self._waiting.remove(lane)
        return forked

    def _report_progress(self, lane: Lane) -> None:
        job = lane.job
        assert lane.sequence is not None
        if isinstance(job, Request):
            done = min(len(lane.sequence), len(job.prompt))
            self._emit(job.id, PromptProgress(done, len(job.prompt), job.reused_tokens))

    def _finish(self, lane: Lane, frames: list[Frame]) -> None:
        """Hand out frames; a finished lane gives its sequence back for others to share."""
        for frame in frames:
            self._emit(lane.job.id, frame)
        if not lane.finished:
            return
        if lane.sequence is not None:
            self._keep(lane, lane.sequence)
            lane.sequence = None
            self._running.remove(lane)
        elif lane in self._waiting:
            self._waiting.remove(lane)
        if all(other.finished for other in lane.job.lanes):
            self._jobs.pop(lane.job.id, None)

    def _keep(self, lane: Lane, sequence: Sequence) -> None:
        """Keep what may be asked for again: cells that are held slow every token down."""
        if not lane.job.may_go_on and self._tree.can_cut:
            self._tree.truncate(sequence, len(lane.job.prompt))
        self._tree.retain(sequence, worth=CHAT_WORTH if lane.job.urgent else 1)

    def _drop(self, job: Job, error: WorkbenchError) -> None:
        """End a request with an error."""
        for lane in job.lanes:
            if lane.sequence is not None:
                self._tree.release(lane.sequence)
                lane.sequence = None
                self._running.remove(lane)
            elif lane in self._waiting:
                self._waiting.remove(lane)
            lane.finished = True
        job.close()
        self._jobs.pop(job.id, None)
        self._fail(job.id, error)

    def _fail_all(self, error: EngineError) -> None:
        """End every running request: the cache can no longer be trusted."""
        for job in {lane.job for lane in self._running}:
            self._drop(job, error)
        self._tree.clear()


def _no_tokens(request: GenerateRequest) -> WorkbenchError:
    """Why a prompt has no tokens."""
    if any(segment.text for segment in request.segments):
        return EngineError(
            "The model has no tokens for the prompt: its file is damaged or was converted badly; "
            "get it again or choose another."
        )
    return UsageError("The prompt is empty: write something into it.")
