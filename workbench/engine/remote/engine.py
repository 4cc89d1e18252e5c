"""A model behind a server, as an engine."""

from __future__ import annotations

import base64
import math
import re
from array import array
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Any

import msgspec

from workbench.domain.errors import EngineError, UnsupportedError, WorkbenchError
from workbench.domain.text import Message, Segment
from workbench.domain.views import EngineStatus, LoadSettings
from workbench.engine.protocol import (
    Embeddings,
    Frame,
    GenerateRequest,
    LoadedModel,
    ScoreRequest,
    Scores,
    TextDelta,
    TokenVectors,
)
from workbench.engine.remote import parameters
from workbench.engine.remote.answering import Answering, Quirks
from workbench.engine.remote.connection import Connection
from workbench.engine.remote.facts import Facts, ask_server
from workbench.engine.remote.failures import RequestFailedError
from workbench.engine.remote.scoring import Scoring
from workbench.engine.remote.stream_chunks import Usage
from workbench.engine.status import StatusBoard

_SURROGATE = re.compile("[\ud800-\udfff]")


class _Piece(msgspec.Struct):
    """A token of llama-server; bytes where it is not a whole character."""

    id: int
    piece: str | list[int]

    @property
    def text(self) -> str:
        """As text, with U+FFFD for a part of a character."""
        if isinstance(self.piece, str):
            return self.piece
        return bytes(self.piece).decode("utf-8", "replace")


class _Vector(msgspec.Struct):
    embedding: list[float] | str
    index: int = 0

    @property
    def numbers(self) -> Sequence[float]:
        """The vector; some servers send 32-bit numbers in base64 whatever they are asked for.

        Raises:
            ValueError: the text is no such thing.
        """
        if isinstance(self.embedding, str):
            return array("f", base64.b64decode(self.embedding, validate=True))
        return self.embedding


class _Vectors(msgspec.Struct):
    data: list[_Vector]
    usage: Usage = msgspec.field(default_factory=Usage)


class RemoteEngine:
    """One model of one server. See :class:`workbench.engine.protocol.Engine`.

    Loading it asks the server what it is; nothing is loaded anywhere. Several engines may share a
    connection, which its maker closes.

    Args:
        connection: to the server.
        model_id: what the server calls the model.
    """

    def __init__(self, connection: Connection, model_id: str) -> None:
        self._connection = connection
        self._model_id = model_id
        self._model: LoadedModel | None = None
        self._quirks = Quirks("")
        self._running = 0
        self._board = StatusBoard()

    @property
    def model(self) -> LoadedModel | None:
        """The model, once the server was asked."""
        return self._model

    @property
    def status(self) -> EngineStatus:
        """A snapshot for the status bar."""
        return self._board.status

    def on_status(self, listener: Callable[[EngineStatus], None]) -> None:
        """Call ``listener`` on the loop thread whenever the status changes."""
        self._board.listen(listener)

    async def load(self, path: str, settings: LoadSettings, name: str = "") -> LoadedModel:  # noqa: ARG002 - the server has its own settings
        """Ask the server what it is; at once where it has answered before.

        Raises:
            RemoteError: it cannot be reached, refuses the key, or is no such server.
        """
        if self._model is not None:
            return self._model
        server = self._connection.server
        name = name or server.shown(self._model_id)
        self._board.update(
            state="loading",
            model_name=name,
            model_path=path,
            error="",
            place="" if server.is_this_machine else server.host,
        )
        try:
            facts = await self._answer(ask_server(self._connection, self._model_id))
        except WorkbenchError as error:
            self._board.update(state="dead", error=str(error))
            raise
        except BaseException:
            self._board.update(state="empty", model_name="", model_path="", place="")
            raise
        self._quirks = Quirks(facts.kind, facts.slots or None)
        self._model = self._describe(path, name, facts)
        self._board.update(
            state="ready", context_tokens=facts.context_tokens, can_score=self._model.can_score
        )
        return self._model

    def _describe(self, path: str, name: str, facts: Facts) -> LoadedModel:
        server = self._connection.server
        runs = f"{facts.kind} {facts.version}".strip()
        return LoadedModel(
            name=name,
            path=path,
            architecture="",
            context_tokens=facts.context_tokens,
            trained_context_tokens=facts.trained_context_tokens,
            chat_template=facts.chat_template,
            bos_text="",
            eos_text="",
            add_bos=False,
            special_texts=(),
            vocabulary_size=facts.vocabulary_size,
            threads=0,
            library=f"{server.base_url} ({runs})" if runs else server.base_url,
            memory_kind="remote",
            can_score=facts.kind in ("llama.cpp", "vLLM"),
            takes_grammars=facts.kind in ("llama.cpp", "vLLM"),
            decode_width=server.concurrency,
        )

    async def unload(self) -> None:
        """Forget what the server reported; it is asked again at the next load."""
        self._model = None
        self._board.update(state="empty", model_name="", model_path="", context_tokens=0, place="")

    async def format_chat(
        self,
        messages: tuple[Message, ...],
        *,
        keep_thoughts: bool = False,  # noqa: ARG002 - the server's template decides
    ) -> tuple[Segment, ...]:
        """The messages as text, for people and previews: requests carry the messages themselves.

        A llama-server on this machine is asked for the exact text; to any other machine nothing is
        sent before a run is started.
        """
        server = self._connection.server
        if self._quirks.kind == "llama.cpp" and server.is_this_machine:
            answer = await self._answer(
                self._connection.post(
                    f"{server.root_url}/apply-template",
                    {"messages": parameters.to_wire(messages)},
                )
            )
            return (Segment(str(answer.get("prompt", ""))),)
        texts = [f"{message.role}:\n{message.text}\n\n" for message in messages]
        return (Segment("".join(texts), special=False),)

    async def tokenize(self, segments: tuple[Segment, ...]) -> tuple[tuple[int, str], ...]:
        """Token ids and texts, by llama-server only.

        Raises:
            UnsupportedError: the server does not report tokens.
        """
        server = self._connection.server
        if self._quirks.kind != "llama.cpp":
            raise UnsupportedError(f"The server {server.name} does not say what its tokens are.")
        text = "".join(segment.text for segment in segments)
        body = {
            "content": _SURROGATE.sub("\ufffd", text),
            "add_special": True,
            "parse_special": True,
            "with_pieces": True,
        }
        answer = await self._answer(self._connection.post(f"{server.root_url}/tokenize", body))
        pieces: list[_Piece] = self._convert(answer.get("tokens"), list[_Piece])
        return tuple((piece.id, piece.text) for piece in pieces)

    async def generate(self, request: GenerateRequest) -> AsyncGenerator[Frame, None]:
        """Stream the samples; see the protocol."""
        if not request.seeds:
            return
        if not request.messages:
            raise UnsupportedError(
                f"The server {self._connection.server.name} answers messages, not plain text: "
                "choose a model on this machine for that."
            )
        server = self._connection.server.name
        if request.prefix:
            raise UnsupportedError(
                f"The server {server} begins every answer itself and cannot continue one: choose a "
                "model on this machine for that, or ask for another answer."
            )
        model = self._ready()
        kind = self._quirks.kind
        asked = parameters.ask(request.sampling, kind, server, model.context_tokens)
        answering = Answering(self._connection, self._model_id, self._quirks, request, asked)
        self._note_running(len(request.seeds))
        try:
            async with aclosing(answering.frames()) as frames:
                async for frame in frames:
                    if isinstance(frame, TextDelta):
                        count = len(frame.tokens) or 1
                        self._board.count_tokens(count, self._running)
                    yield frame
        finally:
            self._note_running(-len(request.seeds))

    async def score(self, request: ScoreRequest) -> Scores:
        """How probable each continuation is; see the protocol and :mod:`.scoring`."""
        self._ready()
        scoring = Scoring(self._connection, self._model_id, self._quirks.kind, request)
        self._note_running(1)
        try:
            scores: Scores = await self._answer(scoring.run())
        finally:
            self._note_running(-1)
        return scores

    async def embed(self, texts: tuple[str, ...]) -> Embeddings:
        """A vector for each text; see the protocol."""
        self._ready()
        body = {
            "model": self._model_id,
            "input": [_SURROGATE.sub("\ufffd", text) for text in texts],
            "encoding_format": "float",
        }
        try:
            answer = await self._connection.post("/embeddings", body)
        except RequestFailedError as failed:
            error = failed.failure.error
            if getattr(error, "status", 0) in (404, 501):
                error = UnsupportedError(
                    f"The server {self._connection.server.name} makes no embeddings: "
                    f"{failed.failure.reply or 'it has no such address.'}"
                )
        else:
            read = self._convert(answer, _Vectors)
            found = {vector.index: vector for vector in read.data}
            if sorted(found) != list(range(len(texts))):
                raise self._malformed(f"{len(found)} vectors for {len(texts)} texts")
            try:
                vectors = tuple(_unit(found[index].numbers) for index in range(len(texts)))
            except ValueError:
                raise self._malformed("a vector that is no list of numbers") from None
            return Embeddings(vectors=vectors, tokens=read.usage.prompt_tokens, pooling="server")
        raise error

    async def embed_tokens(self, text: str) -> TokenVectors:
        """Servers have no interface for it.

        Raises:
            UnsupportedError: always.
        """
        raise UnsupportedError(
            f"The server {self._connection.server.name} makes no vectors of the tokens of a text "
            f"({len(text):,} characters): use a model on this machine."
        )

    async def close(self) -> None:
        """Stop the status timer; the connection is its maker's to close."""
        self._board.close()

    def _ready(self) -> LoadedModel:
        if self._model is None:
            raise EngineError("No model is loaded: choose one under Models.")
        return self._model

    async def _answer(self, work: Any) -> Any:
        """What ``work`` gives, its failure as an error for people."""
        try:
            return await work
        except RequestFailedError as failed:
            error = failed.failure.error
        raise error

    def _convert(self, value: object, into: Any) -> Any:
        try:
            return msgspec.convert(value, into, strict=False)
        except msgspec.ValidationError as error:
            raise self._malformed(str(error)) from None

    def _malformed(self, what: str) -> EngineError:
        return self._connection.failed(what).failure.error

    def _note_running(self, change: int) -> None:
        self._running += change
        if self._model is not None:
            state = "busy" if self._running else "ready"
            self._board.update(state=state, active_sequences=self._running)


def _unit(vector: Sequence[float]) -> tuple[float, ...]:
    length = math.sqrt(math.fsum(value * value for value in vector)) or 1.0
    return tuple(value / length for value in vector)
