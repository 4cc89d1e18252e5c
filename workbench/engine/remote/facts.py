"""Facts that a server reports: kind, models, context, slots."""

from __future__ import annotations

import time
from typing import Any

import msgspec

from workbench.domain.servers import Server
from workbench.engine.remote.connection import Connection
from workbench.engine.remote.failures import RequestFailedError
from workbench.engine.remote.parameters import Kind

_KINDS: dict[str, Kind] = {"llamacpp": "llama.cpp", "vllm": "vLLM", "library": "Ollama"}
"""What the list of models calls the owner."""
_NO_LIST = (404, 405, 501)


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a server; 0 and "" where it does not say."""

    kind: Kind = ""
    models: tuple[str, ...] = ()
    lists_models: bool = True
    """Whether it says which models it has at all."""
    seconds: float = 0.0
    """How long the list of models took to come."""
    context_tokens: int = 0
    trained_context_tokens: int = 0
    vocabulary_size: int = 0
    chat_template: str = ""
    slots: int = 0
    """How many answers llama-server makes at the same time."""
    version: str = ""


class _Meta(msgspec.Struct):
    n_ctx: int = 0
    n_ctx_train: int = 0
    n_vocab: int = 0


class _Model(msgspec.Struct):
    id: str
    owned_by: str | None = None
    meta: _Meta | None = None
    max_model_len: int | None = None
    context_length: int | None = None


class _Settings(msgspec.Struct):
    n_ctx: int = 0


class _Properties(msgspec.Struct):
    default_generation_settings: _Settings = msgspec.field(default_factory=_Settings)
    chat_template: str = ""
    total_slots: int = 0
    build_info: str = ""


async def ask_server(
    connection: Connection, model: str = "", *, attempts: int | None = None
) -> Facts:
    """Ask a server what it is.

    Args:
        connection: to the server.
        model: whose context is wanted; "" is the first one.
        attempts: how often to try.

    Raises:
        RequestFailedError: it cannot be reached, refuses the key, or is no such server.
    """
    started = time.monotonic()
    try:
        listed = await _models(connection, attempts)
    except RequestFailedError as failed:
        if getattr(failed.failure.error, "status", 0) not in _NO_LIST or attempts == 1:
            raise
        return Facts(seconds=time.monotonic() - started, lists_models=False)
    seconds = time.monotonic() - started
    names = tuple(each.id for each in listed)
    connection.know_models(names)
    found = next((each for each in listed if each.id == model), listed[0] if listed else None)
    if found is None:
        return Facts(seconds=seconds)
    meta = found.meta or _Meta()
    facts = Facts(
        kind=_KINDS.get(found.owned_by or "", ""),
        models=names,
        seconds=seconds,
        context_tokens=meta.n_ctx or found.max_model_len or found.context_length or 0,
        trained_context_tokens=meta.n_ctx_train,
        vocabulary_size=meta.n_vocab,
    )
    return await _with_properties(connection, facts) if facts.kind == "llama.cpp" else facts


async def _models(connection: Connection, attempts: int | None) -> list[_Model]:
    answer = await connection.get("/models", attempts=attempts)
    data = answer.get("data", "no list")
    models: list[_Model] = _convert(connection, [] if data is None else data, list[_Model])
    return models


async def _with_properties(connection: Connection, facts: Facts) -> Facts:
    """Facts that llama-server reports in addition to its list of models."""
    answer = await connection.get(f"{connection.server.root_url}/props")
    found = _convert(connection, answer, _Properties)
    return msgspec.structs.replace(
        facts,
        context_tokens=found.default_generation_settings.n_ctx or facts.context_tokens,
        chat_template=found.chat_template,
        slots=found.total_slots,
        version=found.build_info,
    )


def _convert(connection: Connection, value: object, into: Any) -> Any:
    try:
        return msgspec.convert(value, into, strict=False)
    except msgspec.ValidationError as error:
        raise connection.failed(str(error)) from None


async def examine(server: Server, key: str) -> Facts:
    """Ask a server what it is, once, by a connection of its own.

    Raises:
        EngineError: it cannot be reached, refuses the key, or is no such server.
    """
    connection = Connection(server, key)
    try:
        return await ask_server(connection, next(iter(server.models), ""), attempts=1)
    except RequestFailedError as failed:
        error = failed.failure.error
    finally:
        await connection.close()
    raise error
