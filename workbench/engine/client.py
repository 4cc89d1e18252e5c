"""The llama.cpp engine for the core: starts, watches and restarts its worker process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import msgspec

from workbench.domain.errors import (
    EngineError,
    ModelFileError,
    WorkbenchError,
    WorkerDiedError,
)
from workbench.domain.text import Message, Segment, replace_surrogates
from workbench.domain.views import EngineStatus, LoadSettings
from workbench.engine.constraints.constraint import Constraints
from workbench.engine.exchange import Exchange
from workbench.engine.exit_causes import is_crash
from workbench.engine.findings import Findings
from workbench.engine.model_file import Wanted, read_stamp
from workbench.engine.process import WorkerProcess
from workbench.engine.protocol import (
    Embeddings,
    Frame,
    GenerateRequest,
    LoadedModel,
    SamplingApplied,
    ScoreRequest,
    Scores,
    TextDelta,
    TokenVectors,
)
from workbench.engine.restarts import Restarts
from workbench.engine.status import StatusBoard
from workbench.engine.worker import messages as ms
from workbench.models.details import require_free, require_memory
from workbench.processes.pool import SandboxPool
from workbench.prompts.chat.formatting import format_chat

HUNG_SECONDS = 15.0


class LlamaEngine:
    """llama.cpp in a worker process that starts when it is needed and again when it dies.

    All methods belong to one event loop. See :class:`workbench.engine.protocol.Engine`.

    Args:
        pool: where the model's chat template is applied.
        hung_seconds: how long the worker may be silent before it is ended.
    """

    def __init__(self, pool: SandboxPool, *, hung_seconds: float = HUNG_SECONDS) -> None:
        self._pool = pool
        self._hung_seconds = hung_seconds
        self._exchange = Exchange()
        self._model: LoadedModel | None = None
        self._wanted: Wanted | None = None
        self._name = ""
        self._closed = False
        self._embedding_bytes = 0
        self._lock: asyncio.Lock = asyncio.Lock()
        self._restarts = Restarts()
        self._findings = Findings()
        self._board = StatusBoard()
        self._constraints = Constraints(pool)

    @property
    def model(self) -> LoadedModel | None:
        """The model in memory, if any."""
        return self._model

    @property
    def status(self) -> EngineStatus:
        """A snapshot for the status bar."""
        return self._board.status

    @property
    def worker_pid(self) -> int:
        """Process id of the worker, 0 while there is none."""
        return self._worker.pid if self._worker is not None else 0

    @property
    def worker_log(self) -> tuple[str, ...]:
        """The worker's last 200 lines on standard error."""
        return self._worker.log if self._worker is not None else ()

    @property
    def known_widths(self) -> dict[str, int]:
        """How many answers are decoded best together, by model and settings.

        Values measured in an earlier session are put in here; those measured in this one are added.
        """
        return self._findings.widths

    def on_status(self, listener: Callable[[EngineStatus], None]) -> None:
        """Call ``listener`` on the loop thread whenever the status changes."""
        self._board.listen(listener)

    def on_width(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` on the loop thread when ``known_widths`` has grown."""
        self._findings.on_width(listener)

    async def wait_measured(self) -> None:
        """Until it is known how many answers the loaded model decodes best together.

        The worker measures that in its idle time.
        """
        await self._findings.wait_measured()

    async def load(self, path: str, settings: LoadSettings, name: str = "") -> LoadedModel:
        """Load a model; see the protocol."""
        async with self._lock:
            wanted = Wanted(path, settings, await asyncio.to_thread(read_stamp, path))
            if self._model is not None and self._is_current(wanted):
                return self._model
            sent = self._findings.sent
            if sent is not None and sent.path != path:
                self._restarts.forget()
            return await self._load(wanted, name or Path(path).stem)

    async def unload(self) -> None:
        """Give the model's memory back."""
        async with self._lock:
            self._wanted = None
            if self._worker is not None and self._model is not None:
                self._model = None
                await self._exchange.ask(ms.Unload)
            self._model = None
            self._board.update(
                state="empty", model_name="", model_path="", context_tokens=0, error=""
            )

    async def format_chat(
        self, messages: tuple[Message, ...], *, keep_thoughts: bool = False
    ) -> tuple[Segment, ...]:
        """Apply the model's own chat template, in the sandbox."""
        model = await self._ready()
        return await format_chat(
            self._pool,
            model.chat_template,
            messages,
            bos=model.bos_text,
            eos=model.eos_text,
            special_texts=model.special_texts,
            keep_thoughts=keep_thoughts,
        )

    async def tokenize(self, segments: tuple[Segment, ...]) -> tuple[tuple[int, str], ...]:
        """Token ids and texts; see the protocol."""
        await self._ready()
        tokens: tuple[tuple[int, str], ...] = await self._exchange.ask(
            lambda call: ms.Tokenize(call, ms.sendable(segments))
        )
        return tokens

    async def generate(self, request: GenerateRequest) -> AsyncGenerator[Frame, None]:
        """Stream the samples; see the protocol."""
        if not request.seeds:
            return
        constraint = await self._constraints.read(
            grammar=request.sampling.grammar, json_schema=request.sampling.json_schema
        )
        notes = constraint.notes
        await self._ready()
        cleaned = msgspec.structs.replace(
            request, segments=ms.sendable(request.segments), constraint=constraint.grammar
        )
        try:
            with self._exchange.stream(
                lambda call: ms.Generate(call, cleaned), len(request.seeds)
            ) as stream:
                self._show_activity()
                while stream.unfinished:
                    frame = await stream.next()
                    if notes and isinstance(frame, SamplingApplied):
                        frame = msgspec.structs.replace(frame, ignored=(*frame.ignored, *notes))
                    yield frame
        finally:
            self._show_activity()

    async def score(self, request: ScoreRequest) -> Scores:
        """Log-likelihoods of continuations; see the protocol."""
        await self._ready()
        cleaned = msgspec.structs.replace(
            request,
            segments=ms.sendable(request.segments),
            continuations=tuple(replace_surrogates(text) for text in request.continuations),
        )
        scores: Scores = await self._exchange.ask(lambda call: ms.Score(call, cleaned))
        return scores

    async def embed(self, texts: tuple[str, ...]) -> Embeddings:
        """A vector for each text; see the protocol."""
        model = await self._ready()
        await asyncio.to_thread(require_free, model.path, self._embedding_bytes)
        cleaned = tuple(replace_surrogates(text) for text in texts)
        embeddings: Embeddings = await self._exchange.ask(lambda call: ms.Embed(call, cleaned))
        return embeddings

    async def embed_tokens(self, text: str) -> TokenVectors:
        """The vectors of a text's tokens; see the protocol."""
        model = await self._ready()
        await asyncio.to_thread(require_free, model.path, self._embedding_bytes)
        texts = (replace_surrogates(text),)
        found: TokenVectors = await self._exchange.ask(
            lambda call: ms.Embed(call, texts, per_token=True)
        )
        return found

    async def close(self) -> None:
        """End the worker; safe to call twice."""
        # Without the lock: a load that takes minutes must not keep the program from ending.
        self._closed = True
        self._wanted = None
        self._exchange.fail_all(_closed_error())
        worker, self._exchange.worker = self._worker, None
        self._model = None
        if worker is not None:
            await worker.close()
        self._board.update(state="empty", active_sequences=0, memory_bytes=0)
        self._board.close()

    # --- the worker -------------------------------------------------------------------------

    @property
    def _worker(self) -> WorkerProcess | None:
        return self._exchange.worker

    async def _ready(self) -> LoadedModel:
        """The wanted model, loaded again where the worker died or the file changed.

        Raises:
            EngineError: no model is wanted, or the worker keeps dying.
        """
        async with self._lock:
            wanted = self._wanted
            if wanted is None:
                raise EngineError("No model is loaded: choose one under Models.")
            stamp = await asyncio.to_thread(read_stamp, wanted.path)
            wanted = msgspec.structs.replace(wanted, stamp=stamp)
            if self._model is not None and self._is_current(wanted):
                return self._model
            return await self._load(wanted, self._name)

    def _is_current(self, wanted: Wanted) -> bool:
        """Whether the model in memory will do: a file that changed waits while the old is in use.

        Loading it at once would cut every answer that is under way.
        """
        current = self._wanted
        if current is None or (wanted.path, wanted.settings) != (current.path, current.settings):
            return False
        return wanted.stamp == current.stamp or self._exchange.is_open

    async def _load(self, wanted: Wanted, name: str) -> LoadedModel:
        """Load a model; one that is refused for its header leaves the present one alone."""
        if self._worker is None:
            self._start_worker()
        await self._exchange.ask(lambda call: ms.Inspect(call, wanted.path))
        needed = await asyncio.to_thread(
            require_memory, wanted.path, wanted.settings, self._returned_bytes
        )
        assert self._worker is not None
        self._embedding_bytes = needed.embedding_bytes
        self._worker.model_bytes = wanted.stamp.size_bytes
        self._model = None
        width = self._findings.begin(wanted)
        self._board.update(
            state="loading",
            progress=0.0,
            model_name=name,
            model_path=wanted.path,
            context_tokens=0,
            error="",
        )
        try:
            model: LoadedModel = await self._exchange.ask(
                lambda call: ms.Load(call, wanted.path, wanted.settings, name, width)
            )
        except WorkerDiedError as error:
            if not is_crash(error.exit_code):
                raise
            raise ModelFileError(
                wanted.path,
                "llama.cpp crashed while it was loaded, so it is damaged or was converted badly; "
                "get it again or choose another.",
            ) from error
        except BaseException:
            if self._worker is not None:
                self._board.update(state="empty", model_name="", model_path="")
            raise
        self._model = model = self._findings.loaded(model, width)
        self._wanted, self._name = wanted, name
        self._board.update(
            state="ready",
            progress=1.0,
            context_tokens=model.context_tokens,
            can_score=model.can_score,
        )
        return self._model

    @property
    def _returned_bytes(self) -> int:
        """What the loaded model gives back before another is loaded; mapped weights are free."""
        model, wanted = self._model, self._wanted
        if model is None or wanted is None:
            return 0
        weights = 0 if wanted.settings.use_mmap else model.weights_bytes
        return weights + model.kv_bytes + model.compute_bytes

    def _start_worker(self) -> None:
        if self._closed:
            raise _closed_error()
        self._restarts.require_start(asyncio.get_running_loop().time())
        self._board.update(state="starting", error="")
        worker = WorkerProcess(self._on_report, self._on_exit, self._hung_seconds)
        worker.start()
        self._exchange.worker = worker

    # --- what the worker says, on the loop thread ---------------------------------------------

    def _on_report(self, report: ms.Report) -> None:
        match report:
            case ms.Step(frames, active):
                self._take_step(frames, active)
            case ms.Heartbeat():
                memory = self._worker.memory_bytes if self._worker is not None else 0
                self._board.refresh_speed()
                self._board.update(memory_bytes=memory)
            case ms.LoadProgress(_, progress):
                self._board.update(progress=progress)
            case ms.Loaded(call, model):
                self._exchange.answer(call, model)
            case (
                ms.Tokens(call, answer)
                | ms.Scored(call, answer)
                | ms.Embedded(call, answer)
                | ms.TokensEmbedded(call, answer)
            ):
                self._exchange.answer(call, answer)
            case ms.Unloaded(call) | ms.Inspected(call):
                self._exchange.answer(call, None)
            case ms.Failed(call, error):
                self._exchange.fail(call, WorkbenchError.from_wire(error))
            case ms.Digest(path, sha256):
                self._model = self._findings.take_digest(path, sha256, self._model)
            case ms.Measured(path, width):
                self._model = self._findings.take_width(path, width, self._model)

    def _take_step(self, frames: tuple[tuple[int, Frame], ...], active: int) -> None:
        generated = 0
        for call, frame in frames:
            if isinstance(frame, TextDelta):
                generated += len(frame.tokens)
            self._exchange.feed(call, frame)
        if generated:
            self._board.count_tokens(generated, active)
        else:
            self._board.update(active_sequences=active)

    def _on_exit(self, error: EngineError) -> None:
        """The worker is gone: everything it was doing fails, and the next call starts another."""
        self._exchange.worker = None
        self._model = None
        self._restarts.note_death(asyncio.get_running_loop().time(), str(error))
        self._exchange.fail_all(error)
        self._board.update(
            state="dead",
            error=str(error),
            memory_bytes=0,
            active_sequences=0,
            tokens_per_second=0.0,
        )

    def _show_activity(self) -> None:
        if self._model is not None:
            self._board.update(state="busy" if self._exchange.is_streaming else "ready")


def _closed_error() -> EngineError:
    return EngineError("The engine was closed: start the program again.")
