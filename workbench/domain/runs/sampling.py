"""Sampling parameters: how the next token is drawn, and the constraint of the answer."""

from __future__ import annotations

from typing import Annotated

import msgspec

from workbench.domain.errors import UsageError
from workbench.domain.parameters import Values, about, above, both
from workbench.domain.text import has_surrogates

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


def _draws(values: Values) -> bool:
    """Whether tokens are drawn among several; mirostat does that by itself."""
    return not values.get("mirostat", 0) and values.get("temperature", 1.0) > 0


def _adapts(values: Values) -> bool:
    return bool(values.get("adaptive_target", -1.0) >= 0)


class Sampling(msgspec.Struct, frozen=True, kw_only=True):
    """Names and meaning are those of llama.cpp's samplers.

    Mirostat draws by itself: with it only the biases, the grammar, the penalties and the
    temperature still count.
    """

    temperature: Annotated[
        float,
        about(
            title="Temperature",
            ge=0.0,
            le=5.0,
            description="0 takes the most probable token; higher is more varied.",
        ),
    ] = 0.7
    top_k: Annotated[
        int,
        about(
            title="Top-k",
            unit="tokens",
            lowest="Off",
            when=_draws,
            ge=0,
            description="Only the k most probable tokens; 0 switches it off.",
        ),
    ] = 40
    top_p: Annotated[
        float,
        about(
            title="Top-p",
            when=_draws,
            ge=0.0,
            le=1.0,
            description="The fewest tokens that are p probable together; 1 switches it off.",
        ),
    ] = 0.95
    min_p: Annotated[
        float,
        about(
            title="Min-p",
            lowest="Off",
            when=_draws,
            ge=0.0,
            le=1.0,
            description="Tokens at least this likely compared with the best; 0 switches it off.",
        ),
    ] = 0.05
    repeat_penalty: Annotated[
        float,
        about(
            title="Repeat penalty",
            ge=0.0,
            le=3.0,
            description="Divides the score of tokens already used; 1 switches it off.",
        ),
    ] = 1.0
    frequency_penalty: Annotated[
        float,
        about(
            title="Frequency penalty",
            ge=-2.0,
            le=2.0,
            description="Lowers the score of a token for each time it was used; 0 switches it off.",
        ),
    ] = 0.0
    presence_penalty: Annotated[
        float,
        about(
            title="Presence penalty",
            ge=-2.0,
            le=2.0,
            description="Lowers the score of a token that was used at all; 0 switches it off.",
        ),
    ] = 0.0
    penalty_last_n: Annotated[
        int,
        about(
            title="Penalties look back",
            unit="tokens",
            lowest="Whole context",
            ge=-1,
            description="Last tokens that the penalties look at; -1 is the whole context.",
        ),
    ] = 64
    typical_p: Annotated[
        float,
        about(
            title="Typical-p",
            when=_draws,
            ge=0.0,
            le=1.0,
            description="Locally typical sampling; 1 switches it off.",
        ),
    ] = 1.0
    top_n_sigma: Annotated[
        float,
        about(
            title="Top-n-sigma",
            lowest="Off",
            when=_draws,
            ge=-1.0,
            le=20.0,
            description="Tokens within n standard deviations of the best; -1 switches it off.",
        ),
    ] = -1.0
    xtc_probability: Annotated[
        float,
        about(
            title="Chance of XTC",
            lowest="Off",
            when=_draws,
            ge=0.0,
            le=1.0,
            description="Chance to drop all but one of the likely tokens; 0 switches it off.",
        ),
    ] = 0.0
    xtc_threshold: Annotated[
        float,
        about(
            title="XTC threshold",
            when=both(_draws, above("xtc_probability", 0)),
            ge=0.0,
            le=1.0,
            description="XTC drops tokens at least this probable; above 0.5 it drops none.",
        ),
    ] = 0.1
    dynatemp_range: Annotated[
        float,
        about(
            title="Range",
            lowest="Off",
            when=_draws,
            ge=0.0,
            le=5.0,
            description="The temperature moves by this much with the entropy; 0 switches it off.",
        ),
    ] = 0.0
    dynatemp_exponent: Annotated[
        float,
        about(
            title="Exponent",
            when=both(_draws, above("dynatemp_range", 0)),
            ge=0.0,
            le=10.0,
            description="How the entropy turns into the temperature; 1 is in proportion.",
        ),
    ] = 1.0
    dry_multiplier: Annotated[
        float,
        about(
            title="DRY strength",
            lowest="Off",
            ge=0.0,
            le=10.0,
            description="Strength of the penalty on repeated sequences; 0 switches it off.",
        ),
    ] = 0.0
    dry_base: Annotated[
        float,
        about(
            title="Growth",
            when=above("dry_multiplier", 0),
            ge=1.0,
            le=10.0,
            description="The penalty grows by this factor with each repeated token.",
        ),
    ] = 1.75
    dry_allowed_length: Annotated[
        int,
        about(
            title="Free length",
            unit="tokens",
            when=above("dry_multiplier", 0),
            ge=0,
            le=1_000,
            description="Repeated sequences up to this many tokens are free.",
        ),
    ] = 2
    dry_penalty_last_n: Annotated[
        int,
        about(
            title="DRY looks back",
            unit="tokens",
            lowest="Whole context",
            when=above("dry_multiplier", 0),
            ge=-1,
            description="Last tokens that DRY looks at; -1 is the whole context.",
        ),
    ] = -1
    dry_sequence_breakers: Annotated[
        tuple[str, ...],
        about(
            title="Sequence ends",
            when=above("dry_multiplier", 0),
            description="Texts at which a repeated sequence ends.",
        ),
    ] = ("\n", ":", '"', "*")
    mirostat: Annotated[
        int,
        about(
            title="Version",
            lowest="Off",
            ge=0,
            le=2,
            description="Version of mirostat; 0 switches it off.",
        ),
    ] = 0
    mirostat_tau: Annotated[
        float,
        about(
            title="Surprise aimed at",
            when=above("mirostat", 0),
            ge=0.0,
            le=20.0,
            description="The surprise that mirostat aims at: low is focused, high is varied.",
        ),
    ] = 5.0
    mirostat_eta: Annotated[
        float,
        about(
            title="Learning rate",
            when=above("mirostat", 0),
            ge=0.0,
            le=1.0,
            description="How fast mirostat corrects itself.",
        ),
    ] = 0.1
    adaptive_target: Annotated[
        float,
        about(
            title="Target",
            lowest="Off",
            when=_draws,
            ge=-1.0,
            le=1.0,
            description="Adaptive-p draws tokens near this probability; negative switches it off.",
        ),
    ] = -1.0
    adaptive_decay: Annotated[
        float,
        about(
            title="Decay",
            when=both(_draws, _adapts),
            ge=0.0,
            le=0.99,
            description="How long adaptive-p remembers: about 1 / (1 - decay) tokens.",
        ),
    ] = 0.9
    logit_bias: Annotated[
        dict[str, Annotated[float, msgspec.Meta(ge=-100.0, le=100.0)]],
        about(
            title="Likely and banned texts",
            description="Added to the scores of tokens, by text (each of its tokens) or # and a "
            "token's number; -100 bans them.",
        ),
    ] = {}
    samplers: Annotated[
        tuple[str, ...],
        about(
            title="Order of samplers",
            description="The order in which the samplers work; one left out does not work.",
        ),
    ] = SAMPLERS
    grammar: Annotated[
        str,
        about(title="Grammar", description="A GBNF grammar that the answer must follow."),
    ] = ""
    json_schema: Annotated[
        str,
        about(
            title="JSON schema",
            description="A JSON schema, as JSON text, that the answer must fit.",
        ),
    ] = ""
    max_tokens: Annotated[
        int,
        about(
            title="Longest answer",
            unit="tokens",
            ge=1,
            le=1_000_000,
            description="Most tokens of one answer.",
        ),
    ] = 512
    stop: Annotated[
        tuple[str, ...],
        about(
            title="Stop texts", description="Texts that end the answer; they are not part of it."
        ),
    ] = ()
    logprobs: Annotated[
        int,
        about(
            title="Alternatives kept",
            unit="a token",
            lowest="None",
            ge=0,
            le=20,
            description="Alternatives kept with each token, in addition to the chosen one.",
        ),
    ] = 0

    def __post_init__(self) -> None:
        texts = {
            "stop": self.stop,
            "dry_sequence_breakers": self.dry_sequence_breakers,
            "logit_bias": self.logit_bias,
            "grammar": (self.grammar,),
            "json_schema": (self.json_schema,),
        }
        for name, values in texts.items():
            if any(map(has_surrogates, values)):
                raise UsageError(f"A text of {name} holds half a character: type it again.")
        unknown = [name for name in self.samplers if name not in SAMPLERS]
        if unknown or len(set(self.samplers)) != len(self.samplers):
            raise UsageError(
                f"The order of samplers cannot be {', '.join(self.samplers)}: name each of "
                f"{', '.join(SAMPLERS)} at most once."
            )
        if self.grammar and self.json_schema:
            raise UsageError("An answer follows a grammar or a JSON schema, not both: remove one.")
