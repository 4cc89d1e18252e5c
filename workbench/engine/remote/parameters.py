"""Sampling parameters in the words of a server: what is asked, and what it cannot do."""

from __future__ import annotations

import json
import re
from typing import Any, Literal

import msgspec

from workbench.domain.errors import GrammarError, UnsupportedError
from workbench.domain.runs.sampling import SAMPLERS, Sampling
from workbench.domain.text import Message

Kind = Literal["llama.cpp", "vLLM", "Ollama", ""]
"""What a server runs; "" where it is none of those known here."""

Json = dict[str, Any]

_SURROGATE = re.compile("[\ud800-\udfff]")
_MOST_STOPS = 4
_COMMON = ("temperature", "top_p", "frequency_penalty", "presence_penalty")
_VLLM = {"top_k": "top_k", "min_p": "min_p", "repeat_penalty": "repetition_penalty"}
_LLAMA = {
    "top_k": "top_k",
    "min_p": "min_p",
    "repeat_penalty": "repeat_penalty",
    "penalty_last_n": "repeat_last_n",
    "typical_p": "typical_p",
    "top_n_sigma": "top_n_sigma",
    "xtc_probability": "xtc_probability",
    "xtc_threshold": "xtc_threshold",
    "dynatemp_range": "dynatemp_range",
    "dynatemp_exponent": "dynatemp_exponent",
    "dry_multiplier": "dry_multiplier",
    "dry_base": "dry_base",
    "dry_allowed_length": "dry_allowed_length",
    "dry_penalty_last_n": "dry_penalty_last_n",
    "dry_sequence_breakers": "dry_sequence_breakers",
    "mirostat": "mirostat",
    "mirostat_tau": "mirostat_tau",
    "mirostat_eta": "mirostat_eta",
    "adaptive_target": "adaptive_target",
    "adaptive_decay": "adaptive_decay",
}
_PARTS = {
    "xtc_threshold": "xtc_probability",
    "dynatemp_exponent": "dynatemp_range",
    "dry_base": "dry_multiplier",
    "dry_allowed_length": "dry_multiplier",
    "dry_penalty_last_n": "dry_multiplier",
    "dry_sequence_breakers": "dry_multiplier",
    "mirostat_tau": "mirostat",
    "mirostat_eta": "mirostat",
    "adaptive_decay": "adaptive_target",
}
"""Parameters that count only where the other one switches their sampler on (is above 0)."""
_WHOLE_CONTEXT = -1
_OWN: dict[str, dict[str, str]] = {"llama.cpp": _LLAMA, "vLLM": _VLLM, "Ollama": {}, "": {}}
_SAMPLER_NAMES = {"typical_p": "typ_p"}
_REQUIRED = ("model", "messages", "stream")
_PLAIN_WORDS = ("stop", "samplers", "n", "grammar")
"""Names that are plain words too: a sentence means the parameter only where they are in quotes."""
_DETAILS = ("logprobs", "top_logprobs", "stream_options", "max_tokens", "max_completion_tokens")
"""Parameters without which the answer is the same; their loss is nothing to warn of."""


class Asked(msgspec.Struct, kw_only=True):
    """The body of a request without its messages, and what of the sampling it leaves out."""

    body: Json
    ignored: list[str]

    @property
    def effective(self) -> Json:
        """What the server is asked to draw with."""
        hidden = (*_REQUIRED, "stream_options", "n", "logprobs", "top_logprobs", "return_progress")
        return {key: value for key, value in self.body.items() if key not in hidden}

    @property
    def chain(self) -> tuple[str, ...]:
        """The order of the samplers, where the server lets it be chosen."""
        return tuple(self.body.get("samplers", ()))


def ask(sampling: Sampling, kind: Kind, server: str, context_tokens: int = 0) -> Asked:
    """The parameters of a chat completion.

    Args:
        sampling: as the user set it.
        kind: what the server runs.
        server: its name, for sentences.
        context_tokens: of the model there; 0 is unknown.

    Raises:
        GrammarError: the JSON schema is not JSON.
        UnsupportedError: a grammar is asked for and the server takes none.
    """
    body: Json = {name: getattr(sampling, name) for name in _COMMON}
    body["max_tokens"] = sampling.max_tokens
    body["logprobs"] = True
    body["top_logprobs"] = max(sampling.logprobs, 1)  # 0 would mean none at all to llama-server
    asked = Asked(body=body, ignored=[])
    known = _OWN[kind]
    for ours, theirs in known.items():
        if _counts(sampling, ours):
            body[theirs] = getattr(sampling, ours)
    _leave_out(asked, sampling, known, server)
    if kind == "llama.cpp":
        for name in ("repeat_last_n", "dry_penalty_last_n"):
            if body.get(name) == _WHOLE_CONTEXT and context_tokens:
                body[name] = context_tokens  # some versions refuse -1
        body["samplers"] = [_SAMPLER_NAMES.get(name, name) for name in sampling.samplers]
        body["return_progress"] = True
    _add_stops(asked, sampling, kind)
    _add_biases(asked, sampling, kind, server)
    _add_form(asked, sampling, kind, server)
    return asked


def _counts(sampling: Sampling, name: str) -> bool:
    switch = _PARTS.get(name)
    return switch is None or getattr(sampling, switch) > 0


def _leave_out(asked: Asked, sampling: Sampling, known: dict[str, str], server: str) -> None:
    """Say which parameters were set and are not known there."""
    plain = Sampling()
    for name in _LLAMA:
        value = getattr(sampling, name)
        changed = value != getattr(plain, name)
        if name not in known and changed and _counts(sampling, name):
            asked.ignored.append(_no_effect(name, value, server))
    if "typical_p" not in known and sampling.samplers != SAMPLERS:
        asked.ignored.append(
            f"The order of the samplers has no effect: the server {server} has its own."
        )


def _no_effect(name: str, value: object, server: str) -> str:
    return f"{name} = {value} has no effect: the server {server} does not know it."


def _add_stops(asked: Asked, sampling: Sampling, kind: Kind) -> None:
    """The stop texts that the server takes; answers are cut here at all of them in any case."""
    stops = list(sampling.stop) if kind else list(sampling.stop[:_MOST_STOPS])
    if stops:
        asked.body["stop"] = [_SURROGATE.sub("\ufffd", stop) for stop in stops]


def _add_biases(asked: Asked, sampling: Sampling, kind: Kind, server: str) -> None:
    if not sampling.logit_bias:
        return
    if kind == "llama.cpp":
        asked.body["logit_bias"] = [
            [int(key[1:]) if _is_id(key) else key, bias]
            for key, bias in sampling.logit_bias.items()
        ]
        return
    ids = {key[1:]: bias for key, bias in sampling.logit_bias.items() if _is_id(key)}
    if ids:
        asked.body["logit_bias"] = ids
    for text in sampling.logit_bias.keys() - {f"#{key}" for key in ids}:
        asked.ignored.append(
            f"The bias of {text!r} has no effect: the server {server} takes token ids only, as "
            "in #123."
        )


def _is_id(key: str) -> bool:
    return key.startswith("#") and key[1:].isdigit()


def _add_form(asked: Asked, sampling: Sampling, kind: Kind, server: str) -> None:
    """The grammar or JSON schema that the answer has to follow."""
    if sampling.json_schema:
        try:
            schema = json.loads(sampling.json_schema)
        except RecursionError:
            raise GrammarError("The JSON schema is nested too deeply: make it flatter.") from None
        except ValueError as error:
            raise GrammarError(f"The JSON schema is not JSON: {error}.") from None
        asked.body["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": schema, "strict": True},
        }
    if not sampling.grammar:
        return
    if kind == "llama.cpp":
        asked.body["grammar"] = sampling.grammar
    elif kind == "vLLM":
        asked.body["structured_outputs"] = {"grammar": sampling.grammar}
    else:
        raise UnsupportedError(
            f"The server {server} takes no grammar: use a JSON schema, or a model on this machine."
        )


def refused_parameter(body: Json, parameter: str, message: str) -> str:
    """The optional parameter of ``body`` that a server's refusal is about, "" where it is none.

    Args:
        body: what was sent.
        parameter: what the error names, if it names one.
        message: the error's sentence, which may have a name in quotes.
    """
    named = [parameter.partition(".")[0], *re.findall(r"[`'\"“]([A-Za-z_]+)[`'\"”]", message)]
    named += [word for word in re.findall(r"\b[a-z_]+\b", message) if word not in _PLAIN_WORDS]
    return next((name for name in named if name in body and name not in _REQUIRED), "")


def without(asked: Asked, name: str, server: str) -> None:
    """Take a parameter out that the server refuses, and say so where it matters."""
    value = asked.body.pop(name)
    if name == "max_tokens":
        asked.body["max_completion_tokens"] = value
    elif name == "logprobs":
        asked.body.pop("top_logprobs", None)
    if name not in _DETAILS:
        asked.ignored.append(f"{name} has no effect: the server {server} refuses it.")


def to_wire(messages: tuple[Message, ...], prefix: str = "") -> list[Json]:
    """Messages as a server takes them; ``prefix`` is how the answer already begins.

    What the user wrote in a row is one message: many chat templates take no other, and what a
    server's does is not known.
    """
    sent: list[Json] = []
    for message in messages:
        text = _SURROGATE.sub("\ufffd", message.text)
        if sent and message.role == "user" == sent[-1]["role"]:
            sent[-1]["content"] += f"\n\n{text}"
            continue
        sent.append({"role": message.role, "content": text})
        if message.thoughts:
            sent[-1]["reasoning_content"] = _SURROGATE.sub("\ufffd", message.thoughts)
    if prefix:
        sent.append({"role": "assistant", "content": _SURROGATE.sub("\ufffd", prefix)})
    return sent
