"""Which sampling parameters have an effect, and which of those asked for have none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from workbench.domain.runs.sampling import Sampling

_DEFAULT = Sampling()
_SAMPLER_OF = {
    "repeat_penalty": "penalties",
    "frequency_penalty": "penalties",
    "presence_penalty": "penalties",
    "penalty_last_n": "penalties",
    "dry_multiplier": "dry",
    "dry_base": "dry",
    "dry_allowed_length": "dry",
    "dry_penalty_last_n": "dry",
    "dry_sequence_breakers": "dry",
    "top_n_sigma": "top_n_sigma",
    "top_k": "top_k",
    "typical_p": "typical_p",
    "top_p": "top_p",
    "min_p": "min_p",
    "xtc_probability": "xtc",
    "xtc_threshold": "xtc",
    "temperature": "temperature",
    "dynatemp_range": "temperature",
    "dynatemp_exponent": "temperature",
}
_NEEDS = {
    "xtc_threshold": "xtc_probability",
    "dynatemp_exponent": "dynatemp_range",
    "dry_base": "dry_multiplier",
    "dry_allowed_length": "dry_multiplier",
    "dry_penalty_last_n": "dry_multiplier",
    "dry_sequence_breakers": "dry_multiplier",
    "mirostat_tau": "mirostat",
    "mirostat_eta": "mirostat",
}
"""The first has an effect only where the second is switched on."""
_ALWAYS = ("max_tokens", "stop", "logprobs", "logit_bias", "grammar", "json_schema")
_AT_ZERO = ("penalties", "dry")
_WITH_MIROSTAT = (
    "penalties",
    "dry",
    "temperature",
    "mirostat",
    "mirostat_tau",
    "mirostat_eta",
)


def effective_values(sampling: Sampling) -> dict[str, Any]:
    """The parameters that have an effect, by name, as JSON values."""
    values: dict[str, Any] = msgspec.to_builtins(sampling)
    return {name: value for name, value in values.items() if not _reason(sampling, name)}


def ignored_sentences(sampling: Sampling, unknown_biases: Iterable[str] = ()) -> tuple[str, ...]:
    """A sentence for each parameter that was set by somebody and does nothing.

    Args:
        sampling: the parameters; those at their defaults are not spoken of.
        unknown_biases: keys of ``logit_bias`` that mean no token of the model.
    """
    found = []
    for name in Sampling.__struct_fields__:
        reason = _reason(sampling, name)
        if reason and getattr(sampling, name) != getattr(_DEFAULT, name):
            found.append(f"{name} has no effect: {reason}.")
    found += [f"logit_bias has no token for “{key}”: it has no effect." for key in unknown_biases]
    return tuple(found)


def _reason(sampling: Sampling, name: str) -> str:
    """Why a parameter does nothing; "" where it works."""
    if name in _ALWAYS or (name == "temperature" and sampling.temperature == 0.0):
        return ""
    sampler = _SAMPLER_OF.get(name, name)
    if sampling.temperature == 0.0 and sampler not in _AT_ZERO:
        return "at temperature 0 the most probable token is taken"
    if sampling.mirostat and sampler not in _WITH_MIROSTAT:
        return "mirostat draws by itself"
    if name in _SAMPLER_OF and sampler not in sampling.samplers:
        return f"{sampler} is left out of the order of samplers"
    if name.startswith("adaptive") and sampling.adaptive_target < 0:
        return "adaptive-p is switched off"
    needed = _NEEDS.get(name)
    return f"{needed} is switched off" if needed and not getattr(sampling, needed) else ""
