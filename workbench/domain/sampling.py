"""How the next token is drawn, and what the answer must look like."""

from __future__ import annotations

from typing import Annotated

import msgspec

from workbench.domain.errors import UsageError

SAMPLERS = (
    "penalties",
    "dry",
    "top_n_sigma",
    "top_k",
    "typical_p",
    "top_p",
    "min_p",
    "xtc",
    "temperature",
)
"""The samplers whose order can be chosen, in llama.cpp's usual order. Logit biases and the grammar
come before them, the draw comes after them."""


class Sampling(msgspec.Struct, frozen=True, kw_only=True):
    """Names and meaning are those of llama.cpp's samplers.

    Mirostat draws by itself: with it only the biases, the grammar, the penalties and the
    temperature still count.
    """

    temperature: Annotated[float, msgspec.Meta(ge=0.0, le=5.0)] = 0.7
    """0 takes the most probable token; higher is more varied."""
    top_k: Annotated[int, msgspec.Meta(ge=0)] = 40
    """Only the k most probable tokens; 0 switches it off."""
    top_p: Annotated[float, msgspec.Meta(ge=0.0, le=1.0)] = 0.95
    """The smallest set of tokens whose probability reaches p; 1 switches it off."""
    min_p: Annotated[float, msgspec.Meta(ge=0.0, le=1.0)] = 0.05
    """Tokens at least this likely compared with the best; 0 switches it off."""
    repeat_penalty: Annotated[float, msgspec.Meta(ge=0.0, le=3.0)] = 1.0
    """Divides the score of tokens already used; 1 switches it off."""
    frequency_penalty: Annotated[float, msgspec.Meta(ge=-2.0, le=2.0)] = 0.0
    presence_penalty: Annotated[float, msgspec.Meta(ge=-2.0, le=2.0)] = 0.0
    penalty_last_n: Annotated[int, msgspec.Meta(ge=-1)] = 64
    """How many of the last tokens the penalties look at; -1 is the whole context."""
    typical_p: Annotated[float, msgspec.Meta(ge=0.0, le=1.0)] = 1.0
    """Locally typical sampling; 1 switches it off."""
    top_n_sigma: Annotated[float, msgspec.Meta(ge=-1.0, le=20.0)] = -1.0
    """Tokens within n standard deviations of the best score; -1 switches it off."""
    xtc_probability: Annotated[float, msgspec.Meta(ge=0.0, le=1.0)] = 0.0
    """Chance to drop the most probable tokens above the threshold; 0 switches it off."""
    xtc_threshold: Annotated[float, msgspec.Meta(ge=0.0, le=1.0)] = 0.1
    dynatemp_range: Annotated[float, msgspec.Meta(ge=0.0, le=5.0)] = 0.0
    """The temperature moves by this much with the entropy; 0 switches it off."""
    dynatemp_exponent: Annotated[float, msgspec.Meta(ge=0.0, le=10.0)] = 1.0
    dry_multiplier: Annotated[float, msgspec.Meta(ge=0.0, le=10.0)] = 0.0
    """Strength of the penalty on repeated sequences; 0 switches it off."""
    dry_base: Annotated[float, msgspec.Meta(ge=1.0, le=10.0)] = 1.75
    dry_allowed_length: Annotated[int, msgspec.Meta(ge=0, le=1_000)] = 2
    dry_penalty_last_n: Annotated[int, msgspec.Meta(ge=-1)] = -1
    """How many of the last tokens DRY looks at; -1 is the whole context."""
    dry_sequence_breakers: tuple[str, ...] = ("\n", ":", '"', "*")
    mirostat: Annotated[int, msgspec.Meta(ge=0, le=2)] = 0
    """Version of mirostat; 0 switches it off."""
    mirostat_tau: Annotated[float, msgspec.Meta(ge=0.0, le=20.0)] = 5.0
    mirostat_eta: Annotated[float, msgspec.Meta(ge=0.0, le=1.0)] = 0.1
    adaptive_target: Annotated[float, msgspec.Meta(ge=-1.0, le=1.0)] = -1.0
    """Adaptive-p draws tokens near this probability; negative switches it off."""
    adaptive_decay: Annotated[float, msgspec.Meta(ge=0.0, le=0.99)] = 0.9
    logit_bias: dict[str, Annotated[float, msgspec.Meta(ge=-100.0, le=100.0)]] = {}
    """Added to the scores of tokens: the key is a text (each of its tokens) or "#" and a token id;
    -100 bans it."""
    samplers: tuple[str, ...] = SAMPLERS
    """The order in which the samplers work; one left out does not work."""
    grammar: str = ""
    """A GBNF grammar that the answer must follow."""
    json_schema: str = ""
    """A JSON schema, as JSON text, that the answer must fit."""
    max_tokens: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 512
    """Most tokens of one answer."""
    stop: tuple[str, ...] = ()
    """Texts that end the answer; they are not part of it."""
    logprobs: Annotated[int, msgspec.Meta(ge=0, le=20)] = 0
    """How many alternatives to keep with each token; the chosen token's own is always kept."""

    def __post_init__(self) -> None:
        unknown = [name for name in self.samplers if name not in SAMPLERS]
        if unknown or len(set(self.samplers)) != len(self.samplers):
            raise UsageError(
                f"The order of samplers cannot be {', '.join(self.samplers)}: name each of "
                f"{', '.join(SAMPLERS)} at most once."
            )
        if self.grammar and self.json_schema:
            raise UsageError("An answer follows a grammar or a JSON schema, not both: remove one.")
