"""The worker's threads and what each may touch.

* main: loads models and evaluates; the only one that calls llama.cpp, but for the next.
* aside: answers what need not wait for a slow step: token counts from the vocabulary (which never
  changes; ``_model_lock`` keeps the model from being freed meanwhile) and checks of file headers.
* reader: takes commands from standard input. At its end, whatever the others do, the process ends:
  no worker outlives its parent.
* heart: one frame a second, so that the program can distinguish a slow native call from a dead
  process.
* digest: the model file's sha256, once after each load.
"""

from __future__ import annotations

import hashlib
import os
import queue
import threading
import time
from pathlib import Path
from typing import BinaryIO

from workbench.domain.errors import EngineError, WorkbenchError
from workbench.engine.protocol import Frame, Scores, TokenVectors
from workbench.engine.worker import messages as ms
from workbench.engine.worker.calibration import Calibration
from workbench.engine.worker.embedding import EmbeddingJob
from workbench.engine.worker.llama import library_versions
from workbench.engine.worker.model import Model
from workbench.engine.worker.scheduler import Scheduler
from workbench.models.gguf.header import read_header
from workbench.processes.frames import FrameError, pack_frame, read_frame, write_frame

HEARTBEAT_SECONDS = 1.0
PROGRESS_SECONDS = 0.1
IDLE_SECONDS = 2.0
"""The speed is measured after this time without a request."""
_DIGEST_CHUNK_BYTES = 4 * 1024 * 1024
_ASIDE_STACK_BYTES = 64 * 1024 * 1024
"""llama.cpp splits words with a recursive regular expression: a megabyte of one word goes deep."""


class WorkerService:
    """Answers commands from ``source`` with reports on ``sink`` until ``source`` ends."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source = source
        self._sink = sink
        self._sink_lock = threading.Lock()
        self._commands: queue.SimpleQueue[ms.Command] = queue.SimpleQueue()
        self._asides: queue.SimpleQueue[ms.Tokenize | ms.Inspect] = queue.SimpleQueue()
        self._model: Model | None = None
        self._model_lock = threading.Lock()
        self._scheduler: Scheduler | None = None
        self._calibration: Calibration | None = None
        self._embeddings: list[EmbeddingJob] = []
        self._frames: list[tuple[int, Frame]] = []
        self._load_id = -1
        self._load_cancelled = False
        self._load_work = 0
        self._progress_sent_at = 0.0

    def run(self) -> None:
        """Serve without end, on the main thread."""
        self._report(ms.Hello(os.getpid(), library_versions()))
        threading.stack_size(_ASIDE_STACK_BYTES)
        threading.Thread(target=self._answer_asides, name="aside", daemon=True).start()
        threading.stack_size(0)
        threading.Thread(target=self._read_for_ever, name="reader", daemon=True).start()
        threading.Thread(target=self._beat_for_ever, name="heart", daemon=True).start()
        while True:
            self._take_commands()
            if self._is_busy:
                assert self._scheduler is not None
                self._scheduler.step()
                self._flush()
            if self._embeddings:
                self._embed_next()
            elif self._calibration is not None and not self._is_busy:
                self._calibrate(self._calibration)

    # --- main thread ------------------------------------------------------------------------

    def _take_commands(self) -> None:
        """Do what was asked; wait for a command when there is nothing else to do."""
        while True:
            try:
                if self._is_busy or self._embeddings:
                    command = self._commands.get(block=False)
                else:
                    command = self._commands.get(timeout=self._rest_seconds)
            except queue.Empty:
                return
            self._do(command)
            self._flush()

    @property
    def _is_busy(self) -> bool:
        return self._scheduler is not None and not self._scheduler.is_idle

    @property
    def _rest_seconds(self) -> float | None:
        """How long to wait for a command before measuring goes on; None waits without end."""
        if self._calibration is None:
            return None
        return 0.0 if self._calibration.speeds else IDLE_SECONDS

    def _embed(self, command: ms.Embed) -> None:
        if self._model is None:
            raise EngineError("No model is loaded: choose one first.")
        job = EmbeddingJob(command.id, command.texts, self._model, per_token=command.per_token)
        self._embeddings.append(job)

    def _embed_next(self) -> None:
        """Embed one text of the first request that waits."""
        job = self._embeddings[0]
        try:
            found = job.embed_next()
        except WorkbenchError as error:
            self._end_embedding(job)
            self._fail(job.id, error)
            return
        if found is not None:
            self._end_embedding(job)
            if isinstance(found, TokenVectors):
                self._report(ms.TokensEmbedded(job.id, found))
            else:
                self._report(ms.Embedded(job.id, found))

    def _end_embedding(self, job: EmbeddingJob) -> None:
        self._embeddings.remove(job)
        job.close()

    def _cancel(self, request_id: int) -> None:
        for job in [job for job in self._embeddings if job.id == request_id]:
            self._end_embedding(job)
        if self._scheduler is not None:
            self._scheduler.cancel(request_id)
        if self._model is not None:
            self._model.interrupt.requested = False

    def _calibrate(self, calibration: Calibration) -> None:
        """Measure one more width; after the last one, work with the best."""
        assert self._model is not None
        try:
            if calibration.measure_next():
                return
        except EngineError as error:
            os.write(2, f"{error}\n".encode())
        self._calibration = None
        width = calibration.best_width
        if width:
            self._model.width = width
            self._report(ms.Measured(self._model.path, width, calibration.speeds))

    def _do(self, command: ms.Command) -> None:
        try:
            match command:
                case ms.Load():
                    self._load(command)
                case ms.Unload():
                    self._unload()
                    self._report(ms.Unloaded(command.id))
                case ms.Embed():
                    self._embed(command)
                case ms.Generate():
                    self._require_scheduler().submit(command.id, command.request)
                case ms.Score():
                    self._require_scheduler().submit_score(command.id, command.request)
                case ms.Cancel():
                    self._cancel(command.id)
                case _:
                    pass
        except WorkbenchError as error:
            self._fail(command.id, error)

    def _require_scheduler(self) -> Scheduler:
        if self._scheduler is None:
            raise EngineError("No model is loaded: choose one first.")
        return self._scheduler

    def _load(self, command: ms.Load) -> None:
        self._unload()
        self._load_cancelled = False
        self._load_id = command.id
        try:
            model = Model(
                command.path,
                command.settings,
                command.name,
                self._on_progress,
                measured_width=command.measured_width,
            )
        except WorkbenchError:
            if self._load_cancelled:
                raise EngineError("Loading was cancelled.") from None
            raise
        finally:
            self._load_id = -1
        with self._model_lock:
            self._model = model
        self._scheduler = Scheduler(model, self._collect, self._answer_score, self._fail)
        measured = model.is_width_chosen or not model.generates
        self._calibration = None if measured else Calibration(model)
        self._report(ms.Loaded(command.id, model.loaded))
        threading.Thread(target=self._digest, args=(model,), name="digest", daemon=True).start()

    def _unload(self) -> None:
        gone = EngineError("The model was unloaded in the middle of this: run it again.")
        if self._scheduler is not None:
            self._scheduler.drop_all(gone)
            self._scheduler = None
        self._calibration = None
        for job in list(self._embeddings):
            self._end_embedding(job)
            self._fail(job.id, gone)
        with self._model_lock:
            model, self._model = self._model, None
        if model is not None:
            model.close()

    def _on_progress(self, progress: float) -> bool:
        """Called by llama.cpp while it loads; False makes it give up."""
        self._load_work += 1
        now = time.monotonic()
        if now - self._progress_sent_at >= PROGRESS_SECONDS:
            self._progress_sent_at = now
            self._report(ms.LoadProgress(self._load_id, progress))
        return not self._load_cancelled

    def _collect(self, request_id: int, frame: Frame) -> None:
        self._frames.append((request_id, frame))

    def _answer_score(self, request_id: int, scores: Scores) -> None:
        self._report(ms.Scored(request_id, scores))

    def _fail(self, request_id: int, error: WorkbenchError) -> None:
        self._flush()
        self._report(ms.Failed(request_id, error.to_wire()))

    def _flush(self) -> None:
        """Send what the last step brought, as one frame."""
        if self._frames:
            active = self._scheduler.active_count if self._scheduler is not None else 0
            self._report(ms.Step(tuple(self._frames), active))
            self._frames.clear()

    # --- any thread -------------------------------------------------------------------------

    def _report(self, report: ms.Report) -> None:
        frame = pack_frame(ms.encode(report), ms.MAX_FRAME_BYTES)
        with self._sink_lock:
            try:
                write_frame(self._sink, frame)
            except OSError:
                # The program that reads the output is gone: end.
                os._exit(0)

    # --- reader thread ----------------------------------------------------------------------

    def _read_for_ever(self) -> None:
        try:
            while (body := read_frame(self._source, ms.MAX_FRAME_BYTES)) is not None:
                command = ms.decode(body, ms.command_decoder)
                if isinstance(command, ms.Tokenize | ms.Inspect):
                    self._asides.put(command)
                    continue
                if isinstance(command, ms.Cancel):
                    self._cancel_early(command.id)
                self._commands.put(command)
        except FrameError as error:
            os.write(2, f"The worker cannot read its commands: {error}\n".encode())
            os._exit(1)
        os._exit(0)

    def _cancel_early(self, command_id: int) -> None:
        """Interrupt the native call that the cancelled command is in, if it is in one.

        The main thread then finds the Cancel in its queue. Reading the two references without a
        lock is safe: at worst the interrupt comes one step late, or one step is done again.
        """
        if command_id == self._load_id:
            self._load_cancelled = True
        model, scheduler = self._model, self._scheduler
        if model is None or scheduler is None or not model.tree.can_cut:
            return
        if command_id in scheduler.reading_ids:
            model.interrupt.requested = True

    # --- aside thread -----------------------------------------------------------------------

    def _answer_asides(self) -> None:
        while True:
            command = self._asides.get()
            try:
                if isinstance(command, ms.Inspect):
                    read_header(command.path)
                    self._report(ms.Inspected(command.id))
                else:
                    self._report(ms.Tokens(command.id, self._tokenize(command)))
            except WorkbenchError as error:
                self._report(ms.Failed(command.id, error.to_wire()))

    def _tokenize(self, command: ms.Tokenize) -> tuple[tuple[int, str], ...]:
        with self._model_lock:
            if self._model is None:
                raise EngineError("No model is loaded: choose one first.")
            vocabulary = self._model.vocabulary
            tokens = vocabulary.tokenize(command.segments)
            return tuple((token, vocabulary.text(token)) for token in tokens)

    # --- heart and digest threads -----------------------------------------------------------

    def _beat_for_ever(self) -> None:
        while True:
            time.sleep(HEARTBEAT_SECONDS)
            model, scheduler = self._model, self._scheduler
            busy = self._load_id >= 0 or (scheduler is not None and not scheduler.is_idle)
            work = self._load_work + (model.interrupt.work if model is not None else 0)
            self._report(ms.Heartbeat(work, busy))

    def _digest(self, model: Model) -> None:
        digest = hashlib.sha256()
        try:
            with Path(model.path).open("rb") as file:
                while chunk := file.read(_DIGEST_CHUNK_BYTES):
                    if self._model is not model:
                        return
                    digest.update(chunk)
        except OSError as error:
            os.write(2, f"The model file could not be read for its digest: {error}\n".encode())
            return
        self._report(ms.Digest(model.path, digest.hexdigest()))
