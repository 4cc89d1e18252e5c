"""How probable given texts are to a model behind a server.

Servers differ in what they report, so there are three ways, the exact ones first:

- llama-server: each text's own tokens are forced by a grammar, and the probabilities that the
  server reports are those of the model before the grammar.
- vLLM, and servers with the older completions interface for prompts that are plain text: the text
  is at the end of the prompt, which is sent back with its log-probabilities (``echo``).
- others: the alternatives to the answer's first token, where these separate the labels.
"""

from __future__ import annotations

import math
import time
from typing import Any

import msgspec

from workbench.domain.errors import UnsupportedError
from workbench.domain.text import Token
from workbench.engine.protocol import ContinuationScore, ScoreRequest, Scores
from workbench.engine.remote import parameters
from workbench.engine.remote import stream_chunks as chunks
from workbench.engine.remote.answering import CHAT_URL
from workbench.engine.remote.connection import Connection
from workbench.engine.remote.stream_chunks import ChosenToken, Chunk

_MOST_ALTERNATIVES = 20
_SUFFICIENT_SHARE = 0.01
"""Labels that are not among the alternatives may together be at most this probable, compared with
those that are."""
_MOST_FORCED = 512
_UNKNOWN_ID = -1

Json = dict[str, Any]


class _Echoed(msgspec.Struct):
    """Log-probabilities in the older form; None at a first token."""

    tokens: list[str]
    token_logprobs: list[float | None]
    text_offset: list[int] = []
    top_logprobs: list[dict[str, float] | None] | None = None


class _EchoedChoice(msgspec.Struct):
    logprobs: _Echoed | None = None
    index: int = 0


class _EchoedAnswer(msgspec.Struct):
    choices: list[_EchoedChoice]
    usage: chunks.Usage = msgspec.field(default_factory=chunks.Usage)


class Scoring:
    """Answers one score request; see the module for the ways.

    Args:
        connection: to the server.
        model: its id there.
        kind: what the server runs.
        request: what is asked.
    """

    def __init__(
        self, connection: Connection, model: str, kind: parameters.Kind, request: ScoreRequest
    ) -> None:
        self._connection = connection
        self._model = model
        self._kind = kind
        self._request = request
        self._text = "".join(segment.text for segment in request.segments)
        self._prompt_tokens = 0
        self._evaluated_tokens = 0

    async def run(self) -> Scores:
        """The scores.

        Raises:
            RequestFailedError: the server could not be asked.
            UnsupportedError: it does not report enough.
        """
        started = time.monotonic()
        if self._request.sampling is not None:
            raise UnsupportedError(
                "A server draws with samplers of its own: load a model on this machine to see what "
                "samplers would have cut."
            )
        if self._kind == "llama.cpp":
            found = [await self._forced(text) for text in self._request.continuations]
        elif self._kind == "vLLM" or not self._request.messages:
            found = await self._echoed()
        else:
            found = await self._first_token()
        return Scores(
            continuations=tuple(found),
            prompt_tokens=self._prompt_tokens,
            evaluated_tokens=self._evaluated_tokens,
            seconds=time.monotonic() - started,
        )

    # --- llama-server -------------------------------------------------------------------------

    async def _forced(self, continuation: str) -> ContinuationScore:
        """One after the other, so that each finds the prompt in the server's cache."""
        ids = await self._llama_tokens(continuation)
        alone = not self._request.messages and not self._text
        prompt, ids = (ids[:1], ids[1:]) if alone else ([], ids)
        if not ids:
            return ContinuationScore(0.0, ())
        if len(ids) > _MOST_FORCED:
            raise self._unsupported(
                f"a text of {len(ids):,} tokens is too long for a server that takes it one by one"
            )
        chunk = await self._ask(
            prompt,
            grammar="root ::= " + " ".join(f"<[{number}]>" for number in ids),
            max_tokens=len(ids),
            temperature=0.0,
            top_logprobs=max(self._request.alternatives, 1),
        )
        tokens = _tokens(chunk)
        if [token.id for token in tokens] != ids:
            raise self._unsupported("it does not keep to the tokens it is given")
        return _score(tuple(token.as_token(self._request.alternatives) for token in tokens))

    async def _llama_tokens(self, text: str) -> list[int]:
        body = {"content": text, "add_special": False, "parse_special": False}
        url = f"{self._connection.server.root_url}/tokenize"
        answer = await self._connection.post(url, body, self._request.priority)
        tokens: list[int] = self._convert(answer.get("tokens"), list[int])
        return tokens

    # --- echo -----------------------------------------------------------------------------------

    async def _echoed(self) -> list[ContinuationScore]:
        """All continuations in one request, each behind a copy of the prompt."""
        texts = self._request.continuations
        if self._kind == "vLLM":
            prompt = await self._vllm_tokens(self._vllm_prompt())
            tails = [
                await self._vllm_tokens({"prompt": text, "add_special_tokens": False})
                for text in texts
            ]
            prompts: list[Any] = [prompt + tail for tail in tails]
        else:
            prompts = [self._text + text for text in texts]
        body = {
            "model": self._model,
            "prompt": prompts,
            "echo": True,
            "max_tokens": 1,
            "temperature": 0.0,
            "logprobs": max(self._request.alternatives, 1),
        }
        answer = await self._connection.post("/completions", body, self._request.priority)
        read = self._convert(answer, _EchoedAnswer)
        self._count(read.usage)
        by_index = {choice.index: choice.logprobs for choice in read.choices}
        found = []
        for index, text in enumerate(texts):
            scored = by_index.get(index)
            if scored is None:
                raise self._unsupported("it does not report the log-probabilities of a prompt")
            if self._kind == "vLLM":
                places = list(range(len(prompt), len(prompt) + len(tails[index])))
            else:
                start, end = len(self._text), len(self._text) + len(text)
                places = [at for at, of in enumerate(scored.text_offset) if start <= of < end]
            found.append(self._tail(scored, places))
        return found

    def _tail(self, scored: _Echoed, places: list[int]) -> ContinuationScore:
        tokens = []
        for at in places:
            logprob = scored.token_logprobs[at] if at < len(scored.token_logprobs) else None
            if logprob is None and at == 0:
                continue  # no token before it predicts it
            if logprob is None:
                raise self._unsupported("it does not report the log-probabilities of a prompt")
            others = (scored.top_logprobs[at] if scored.top_logprobs else None) or {}
            ranked = sorted(others.items(), key=lambda pair: -pair[1])
            alternatives = tuple(ranked[: self._request.alternatives])
            tokens.append(Token(_UNKNOWN_ID, scored.tokens[at], logprob, alternatives))
        return _score(tuple(tokens))

    def _vllm_prompt(self) -> Json:
        request = self._request
        if not request.messages:
            return {"prompt": self._text}
        return {
            "messages": parameters.to_wire(request.messages, request.prefix),
            "add_generation_prompt": not request.prefix,
            "continue_final_message": bool(request.prefix),
        }

    async def _vllm_tokens(self, what: Json) -> list[int]:
        url = f"{self._connection.server.root_url}/tokenize"
        body = {"model": self._model, **what}
        answer = await self._connection.post(url, body, self._request.priority)
        tokens: list[int] = self._convert(answer.get("tokens"), list[int])
        return tokens

    # --- alternatives to the first token --------------------------------------------------------

    async def _first_token(self) -> list[ContinuationScore]:
        if self._request.prefix:
            raise self._unsupported("it cannot be given the beginning of an answer")
        chunk = await self._ask(max_tokens=1, temperature=1.0, top_logprobs=_MOST_ALTERNATIVES)
        first = next(iter(_tokens(chunk)), None)
        if first is None or not first.top_logprobs:
            raise self._unsupported("it reports no log-probabilities")
        candidates = [
            (each.token, each.logprob) for each in first.top_logprobs if each.logprob is not None
        ]
        logprobs = first_token_logprobs(self._request.continuations, candidates)
        if logprobs is None:
            raise self._unsupported(
                f"{len(candidates)} alternatives to the first token do not separate the labels"
            )
        return [ContinuationScore(logprob, ()) for logprob in logprobs]

    # --- shared -----------------------------------------------------------------------------------

    async def _ask(self, start: list[int] | None = None, **changes: Any) -> Chunk:
        """One whole answer to the prompt; ``start`` are tokens in place of an empty one."""
        request = self._request
        body: Json = {"model": self._model, "logprobs": True, **changes}
        if request.messages:
            url = CHAT_URL
            body["messages"] = parameters.to_wire(request.messages, request.prefix)
        else:
            url = "/completions"
            body["prompt"] = start or self._text
            body["logprobs"] = body.pop("top_logprobs")
        answer = await self._connection.post(url, body, request.priority)
        chunk: Chunk = self._convert(answer, Chunk)
        if chunk.usage is not None:
            self._count(chunk.usage)
        return chunk

    def _count(self, usage: chunks.Usage) -> None:
        self._prompt_tokens = max(self._prompt_tokens, usage.prompt_tokens)
        read = usage.prompt_tokens - usage.cached_tokens
        self._evaluated_tokens += max(read, 0) + usage.completion_tokens

    def _convert(self, value: object, into: Any) -> Any:
        try:
            return msgspec.convert(value, into, strict=False)
        except msgspec.ValidationError as error:
            raise self._connection.failed(str(error)) from None

    def _unsupported(self, why: str) -> UnsupportedError:
        return UnsupportedError(
            f"The server {self._connection.server.name} cannot say how probable a text is: {why}. "
            "Let the model judge in words, or use a model on this machine."
        )


def first_token_logprobs(
    labels: tuple[str, ...], candidates: list[tuple[str, float]]
) -> list[float] | None:
    """The labels' log-probabilities as far as their first tokens show them.

    A token speaks for a label that it begins, unless it begins another label too. A label for which
    no token speaks gets the most that is left for it, provided that this is negligible.

    Args:
        labels: to choose from.
        candidates: the most probable first tokens and their natural-log probabilities.

    Returns:
        One a label, or None where the tokens do not suffice.
    """
    weights = [0.0] * len(labels)
    for token, logprob in candidates:
        meant = [at for at, label in enumerate(labels) if token and label.startswith(token)]
        if len(meant) == 1:
            weights[meant[0]] += math.exp(logprob)
        elif meant and math.exp(logprob) > _SUFFICIENT_SHARE * sum(weights):
            return None
    left = max(1.0 - sum(math.exp(logprob) for _, logprob in candidates), 0.0)
    rest = min(left, math.exp(min(logprob for _, logprob in candidates)))
    unseen = sum(weight == 0.0 for weight in weights)
    if unseen and rest * unseen > _SUFFICIENT_SHARE * sum(weights):
        return None
    least = math.exp(-100.0)
    return [math.log(max(weight or rest, least)) for weight in weights]


def _tokens(chunk: Chunk) -> list[ChosenToken]:
    return chunk.choices[0].tokens if chunk.choices else []


def _score(tokens: tuple[Token, ...]) -> ContinuationScore:
    return ContinuationScore(sum(token.logprob for token in tokens), tokens)
