"""The RunSpec: everything a run is made from, enough to repeat it."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal

import msgspec

from workbench.domain.runs.sampling import Sampling
from workbench.domain.text import Message

Json = Any
"""A JSON value: None, bool, int, float, str, list or dict of these."""

KvMode = Literal["fast", "strict"]
"""fast reuses evaluated prefixes and batches; strict evaluates each call alone, from an empty
cache, so that the same seed gives the same bytes on the same build."""


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of a whole run; None is no limit. Reaching one ends the run with what it has."""

    max_tokens: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """Generated tokens over all calls."""
    max_calls: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """Answers asked of the model; n samples count n."""
    max_seconds: Annotated[float, msgspec.Meta(gt=0)] | None = None
    """Wall-clock time from the start."""


class TemplatePrompt(msgspec.Struct, frozen=True, tag="template"):
    """A prompt made from a template: its whole source, so that a later edit changes no old run."""

    path: str
    source: str
    variables: dict[str, Json] = {}


class ChatContext(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What of a conversation may be left out where it does not fit into the context.

    Places are those of the prompt's messages, from 0.
    """

    ids: tuple[int, ...] = ()
    """The messages of the conversation, by place; 0 for what is none."""
    pinned: tuple[int, ...] = ()
    """Places of messages whose turns are never left out."""
    first: int = 0
    """The first place that was sent last time: it is kept as long as that fits, so that the
    evaluated prefix can be used again."""
    keep_thoughts: bool = False
    """Ask the chat template to keep the thoughts of earlier answers."""


class ChatPrompt(msgspec.Struct, frozen=True, tag="chat"):
    """A prompt given as messages, as a conversation does; a last one of the model is to go on.

    With ``context`` whole turns are left out where it does not fit; without it that is an error.
    """

    messages: tuple[Message, ...]
    context: ChatContext | msgspec.UnsetType = msgspec.UNSET

    @property
    def fitting(self) -> ChatContext | None:
        """How it is made to fit, None where it is sent whole or not at all."""
        return None if isinstance(self.context, msgspec.UnsetType) else self.context


class RunSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that decides a run.

    ``model`` is a path or a known model's name; ``params`` belong to the strategy and are checked
    against its parameter struct; ``group`` joins the columns of one comparison ("" for none).
    """

    prompt: TemplatePrompt | ChatPrompt
    strategy: str = "direct"
    params: dict[str, Json] = {}
    model: str = ""
    sampling: Sampling = Sampling()
    seed: Annotated[int, msgspec.Meta(ge=0, lt=2**32)] = 0
    budget: Budget = Budget()
    mode: KvMode = "fast"
    group: str = ""

    def digest(self) -> str:
        """sha256 over the canonical encoding: equal specs have equal digests."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()


def derive_seed(run_seed: int, node: str, role: str, sample: int) -> int:
    """The seed of one sample, from its place in the run alone (0 to 2**32 - 1).

    Independent of the order in which calls are made, so that resuming or reordering work does not
    change an answer.
    """
    key = f"{run_seed}\x1f{node}\x1f{role}\x1f{sample}".encode()
    return int.from_bytes(hashlib.blake2b(key, digest_size=4).digest(), "big")


def repeat_seed(seed: int, repeat: int) -> int:
    """The seed of a repeat of a run (from 0); the first has the run's own, none has 0."""
    return derive_seed(seed, "", "repeat", repeat) or 1 if repeat else seed


def comparison_group(spec: RunSpec) -> str:
    """The group of a comparison, from what all its cells share: 32 hexadecimal digits.

    The same prompt, variables, model, sampling, seed and budget are the same comparison whenever
    they are run, so that a cell that was run before is found again.
    """
    shared = (spec.prompt, spec.model, spec.sampling, spec.seed, spec.budget, spec.mode)
    return hashlib.sha256(msgspec.json.encode(shared, order="deterministic")).hexdigest()[:32]
