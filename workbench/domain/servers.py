"""Servers that speak the OpenAI protocol, as the user enters them and as they describe themselves.

No value here holds a key: keys live in the system's keyring (:mod:`workbench.service.keys`).
"""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated
from urllib.parse import SplitResult, urlsplit, urlunsplit

import msgspec

from workbench.domain.errors import UsageError

PREFIX = "remote:"
"""What the path of a model on a server begins with, as in "remote:lab/llama-3"."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach a server. ``base_url`` is what requests are added to, usually ending in /v1."""

    name: str
    base_url: str
    models: tuple[str, ...] = ()
    """The ids of the models that are offered for choice, the preferred one first."""
    concurrency: Annotated[int, msgspec.Meta(ge=1, le=256)] = 4
    """Most requests that are under way at the same time."""
    timeout_seconds: Annotated[float, msgspec.Meta(gt=0, le=86_400)] = 120.0
    """How long the server may send nothing before a request is given up."""
    key_variable: str = ""
    """The environment variable that holds the key; "" is WORKBENCH_KEY_ and the name."""

    @property
    def host(self) -> str:
        """The name or address of the machine."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def root_url(self) -> str:
        """The address without the /v1 at its end."""
        return self.base_url.removesuffix("/v1")

    @property
    def is_this_machine(self) -> bool:
        """Whether text sent there stays on this machine."""
        return is_loopback(self.host)

    @property
    def environment_variable(self) -> str:
        """The environment variable in which a key may be given."""
        return self.key_variable or "WORKBENCH_KEY_" + re.sub(r"\W", "_", self.name).upper()

    @property
    def warning(self) -> str:
        """A sentence where text and key would travel readable by others, else ""."""
        if self.base_url.startswith("https:") or self.is_this_machine:
            return ""
        return (
            f"Prompts, answers and the key travel unencrypted to {self.host}: use https, or a "
            "tunnel, unless you trust every network on the way."
        )

    def path_of(self, model: str) -> str:
        """How a model of this server is named where models have paths."""
        return f"{PREFIX}{self.name}/{model}"

    def shown(self, model: str) -> str:
        """What a model of this server is called: "lab/llama-3"."""
        return model_name(self.path_of(model))


class ServerReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a server reported in a test. ``kind`` is "llama.cpp", "vLLM", "Ollama" or ""."""

    kind: str
    models: tuple[str, ...]
    seconds: float
    """How long its answer took."""
    context_tokens: int = 0
    """Of the preferred model; 0 where the server does not say."""
    warning: str = ""
    """See :attr:`Server.warning`."""
    key_place: str = ""
    """Where the key came from, in words; "" where none was sent."""
    lists_models: bool = True
    """Whether it says which models it has."""

    @property
    def models_note(self) -> str:
        """What to do where there is no model to choose, else ""."""
        if self.models:
            return ""
        if self.lists_models:
            return "It has no models: load one there, then test it again."
        return "It does not say which models it has: add one by its name."


def model_name(path: str) -> str:
    """What the model of a path is called: "llama-3" of a file, "lab/llama-3" of a server.

    Of a server that names its model by the path of a file, the file's name is taken.
    """
    server, _, model = path.removeprefix(PREFIX).partition("/")
    served = path.startswith(PREFIX)
    if not served or model.endswith(".gguf"):
        model = path.replace("\\", "/").rpartition("/")[2].removesuffix(".gguf")
    return f"{server}/{model}" if served else model


def checked(server: Server) -> Server:
    """The record with its address in the usual form, or the reason why it cannot be used.

    Raises:
        UsageError: the name or the address cannot be used.
    """
    if not _NAME.fullmatch(server.name):
        raise UsageError(
            f"A server cannot be called {server.name!r}: use up to 40 letters, digits, dots, "
            "dashes and underscores."
        )
    if server.key_variable and not _VARIABLE.fullmatch(server.key_variable):
        raise UsageError(f"{server.key_variable!r} cannot be the name of an environment variable.")
    return msgspec.structs.replace(server, base_url=_address(server.base_url.strip()))


def _address(url: str) -> str:
    """The address without what does not belong there; /v1 is added where there is no path."""
    if "//" not in url:
        host = _split(f"//{url}").hostname or ""
        url = f"http://{url}" if is_loopback(host) else f"https://{url}"
    parts = _split(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(
            "The address of a server looks like https://example.org/v1 or http://localhost:8080."
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UsageError(
            "The address of a server holds no key, name or question mark: give the key by itself, "
            "so that it goes into the system's keyring."
        )
    path = parts.path.rstrip("/") or "/v1"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def _split(url: str) -> SplitResult:
    """The parts of an address, all empty where it is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # is read only here
    except ValueError:
        return urlsplit("")
    return parts


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself."""
    if host.casefold() == "localhost" or host.casefold().endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
