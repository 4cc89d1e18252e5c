"""Failures of requests to a server, each as one plain sentence."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.domain.errors import ContextOverflowError, EngineError, RemoteError
from workbench.domain.servers import Server

if TYPE_CHECKING:
    import openai

_SAID_CHARACTERS = 300
_LISTED_MODELS = 12
_REDIRECTS = range(300, 400)
_OVERFLOW_TYPES = ("exceed_context_size_error", "context_length_exceeded")
_PASSING = (408, 425, 429)
_NO_CREDIT = ("insufficient_quota", "billing_hard_limit_reached", "credit_balance_too_low")
_DEEPEST = 8


class Failure(NamedTuple):
    """A failed request: the error to show, and whether trying again may help.

    ``parameter`` and ``reply`` are the server's own words about a request that it refused (400,
    422), "" otherwise; ``wait_seconds`` is how long it asked to wait.
    """

    error: EngineError
    passing: bool = False
    wait_seconds: float | None = None
    parameter: str = ""
    reply: str = ""


class RequestFailedError(Exception):
    """Carries a Failure from the connection to the maker of the request."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure.error))
        self.failure = failure


class Describer:
    """Turns what the ``openai`` package raises into failures.

    Args:
        server: whose requests they are.
        key: is taken out of everything that the server says.
    """

    def __init__(self, server: Server, key: str) -> None:
        self._server = server
        self._key = key
        self.listed_models: tuple[str, ...] = ()
        """The models that the server lists, for the error about a model that it lacks."""

    def of(self, error: Exception) -> Failure:
        """What an exception of the ``openai`` package, or of decoding its events, means."""
        import openai  # noqa: PLC0415 - loaded by the connection already

        if isinstance(error, openai.APIStatusError):
            return self._of_status(error)
        if isinstance(error, openai.APIConnectionError):
            return self._of_connection(error)
        if isinstance(error, openai.APIError):
            reply = self._clean(error.message)
            return self._failure(f"The server {self._name} stopped with an error: {reply}")
        return self.malformed(type(error).__name__)

    def malformed(self, what: str) -> Failure:
        """An answer that cannot be understood."""
        return self._failure(
            f"The server {self._name} sent something that is not an answer ({self._clean(what)}): "
            "check that its address leads to an OpenAI-compatible service."
        )

    def web_page(self) -> Failure:
        """HTML in place of data."""
        return self._failure(
            f"{self._server.base_url} answers with a web page in place of data: check the address "
            f"of the server {self._name}; it often ends in /v1."
        )

    def cut(self) -> Failure:
        """A stream that ended before the answer did."""
        return self._failure(
            f"The server {self._name} broke off the connection: what had come until then is kept; "
            "try again.",
            passing=True,
        )

    def _failure(self, sentence: str, status: int = 0, **more: Any) -> Failure:
        return Failure(RemoteError(sentence, status), **more)

    @property
    def _name(self) -> str:
        return self._server.name

    def _clean(self, text: str) -> str:
        """The server's words on one line, without the key."""
        if self._key:
            text = text.replace(self._key, "…")
        words = " ".join(text.split())
        if len(words) > _SAID_CHARACTERS:
            words = words[:_SAID_CHARACTERS] + "…"
        return words.rstrip(".") + "." if words else "it does not say why."

    def _of_connection(self, error: openai.APIConnectionError) -> Failure:
        import openai  # noqa: PLC0415 - loaded by the connection already

        causes = list(_causes(error))
        if any("ConnectTimeout" in type(cause).__name__ for cause in causes):
            return self._failure(self._unreachable(), passing=True)
        if isinstance(error, openai.APITimeoutError):
            return self._failure(
                f"The server {self._name} sent nothing for {self._server.timeout_seconds:g} "
                "seconds: it may be overloaded; try again, or give it a longer timeout."
            )
        for cause in causes:
            if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLWantReadError):
                detail = getattr(cause, "verify_message", "") or cause.reason or str(cause)
                return self._failure(
                    f"No secure connection to {self._server.host} could be made "
                    f"({self._clean(str(detail)).rstrip('.')}): check the address, or have its "
                    "certificate trusted on this machine."
                )
        if any("Protocol" in type(c).__name__ or "ReadError" in type(c).__name__ for c in causes):
            return self.cut()
        return self._failure(self._unreachable(), passing=True)

    def _unreachable(self) -> str:
        return (
            f"The server {self._name} cannot be reached at {self._server.base_url}: check that it "
            "runs and that the address is right."
        )

    def _of_status(self, error: openai.APIStatusError) -> Failure:
        status = error.status_code
        reply = self._clean(_words(error.body))
        if status in _REDIRECTS:
            to = self._clean(error.response.headers.get("location", "")).rstrip(".")
            sentence = f"sends its visitors on to {to}: enter that address if you trust it."
        elif status in (401, 403):
            sentence = f"refused the key ({status}): check the key of this server under Models."
            if status == 403:  # or a parameter, or the model: its message says which
                sentence = (
                    f"refused the request (403): {reply} If it is not that, check the key of this "
                    "server under Models."
                )
                return self._refusal(error, f"The server {self._name} {sentence}", reply)
        elif status == 404:
            return self._failure(self._not_found(reply), status)
        elif status == 429:
            return self._too_many(error, reply)
        elif status >= 500 or status in _PASSING:
            sentence = f"failed ({status}): {reply} Try again, or look into the server's log."
            passing = status != 501
            return self._failure(
                f"The server {self._name} {sentence}", status, passing=passing, reply=reply,
                wait_seconds=_retry_after(error),
            )  # fmt: skip
        else:
            return self._refused(error, reply)
        return self._failure(f"The server {self._name} {sentence}", status)

    def _not_found(self, reply: str) -> str:
        if self.listed_models:
            names = ", ".join(self.listed_models[:_LISTED_MODELS])
            return (
                f"The server {self._name} does not have this model ready (404): {reply} It lists: "
                f"{names}."
            )
        return (
            f"The server {self._name} has nothing at {self._server.base_url} (404): {reply} Check "
            "the address, which often ends in /v1, and the name of the model."
        )

    def _too_many(self, error: openai.APIStatusError, reply: str) -> Failure:
        if {error.code, error.type} & set(_NO_CREDIT):
            return self._failure(
                f"The server {self._name} has no credit left for this key (429): {reply} "
                "Add credit to the account, or choose another model.",
                429,
            )
        wait = _retry_after(error)
        when = f"in {wait:,.0f} seconds" if wait else "later"
        sentence = (
            f"The server {self._name} takes no more requests now (429): {reply} Try again {when}, "
            "or let fewer requests run together."
        )
        return self._failure(sentence, 429, passing=True, wait_seconds=wait)

    def _refused(self, error: openai.APIStatusError, reply: str) -> Failure:
        body = error.body if isinstance(error.body, dict) else {}
        if body.get("type") in _OVERFLOW_TYPES or error.code in _OVERFLOW_TYPES:
            return Failure(self._overflow(body, reply))
        sentence = f"The server {self._name} refused the request ({error.status_code}): {reply}"
        return self._refusal(error, sentence, reply)

    def _refusal(self, error: openai.APIStatusError, sentence: str, reply: str) -> Failure:
        """A refusal that may be about one parameter of the request."""
        parameter = error.param if isinstance(error.param, str) else ""
        failure = self._failure(sentence, error.status_code)
        return failure._replace(parameter=parameter or _refused_place(error.body), reply=reply)

    def _overflow(self, body: dict[str, Any], reply: str) -> ContextOverflowError:
        prompt, context = body.get("n_prompt_tokens"), body.get("n_ctx")
        counts = {}
        if isinstance(prompt, int) and isinstance(context, int):
            counts = {"prompt_tokens": prompt, "context_tokens": context}
        return ContextOverflowError(
            reason=f"The prompt does not fit into the context of the server {self._name}: {reply} "
            "Shorten the prompt, or start the server with a larger context.",
            **counts,
        )


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen = 0
    cause: BaseException | None = error
    while cause is not None and seen < 16:
        yield cause
        cause = cause.__cause__ or cause.__context__
        seen += 1


def _words(body: object) -> str:
    """What an error's body says for people; nothing of a web page."""
    return next(_sentences(body), "")


def _sentences(body: object, depth: int = 0) -> Iterator[str]:
    """The texts under the keys in which services put what went wrong, however nested."""
    if depth > _DEEPEST:
        return
    if isinstance(body, str) and body and "<html" not in body.casefold():
        yield body
    elif isinstance(body, list):
        for item in body:
            yield from _sentences(item, depth + 1)
    elif isinstance(body, dict):
        for key in ("message", "detail", "error", "msg"):
            yield from _sentences(body.get(key), depth + 1)


def _refused_place(body: object, depth: int = 0) -> str:
    """The parameter that validation errors are about ("loc", as FastAPI has it), or ""."""
    inner = list(body.values()) if isinstance(body, dict) else body
    if isinstance(body, dict) and isinstance(place := body.get("loc"), list) and place:
        names = [name for name in place if isinstance(name, str) and name != "body"]
        return names[0] if names else ""
    if depth > _DEEPEST or not isinstance(inner, list):
        return ""
    return next((name for item in inner if (name := _refused_place(item, depth + 1))), "")


def _retry_after(error: openai.APIStatusError) -> float | None:
    """The seconds that a Retry-After header asks for, as a number or a date (RFC 9110, 10.2.3)."""
    value = error.response.headers.get("retry-after", "")
    if re.fullmatch(r"\d+(\.\d+)?", value):
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max((until.astimezone(UTC) - datetime.now(UTC)).total_seconds(), 0.0)
