"""The model options in front matter: which can be used here, and writing them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import NamedTuple

import msgspec
import yaml

from workbench.domain.errors import UsageError
from workbench.domain.prompts.model_options import HeadOptions
from workbench.domain.prompts.prompt import Problem
from workbench.domain.runs.sampling import SAMPLERS, Sampling
from workbench.domain.runs.spec import Json

OPTIONS = {
    "temperature": "temperature",
    "top_p": "top_p", "topP": "top_p",
    "top_k": "top_k", "topK": "top_k",
    "max_tokens": "max_tokens", "maxOutputTokens": "max_tokens", "max_completion_tokens":
    "max_tokens", "maxTokens": "max_tokens",
    "stop": "stop", "stopSequences": "stop", "stop_sequences": "stop",
    "frequency_penalty": "frequency_penalty", "frequencyPenalty": "frequency_penalty",
    "presence_penalty": "presence_penalty", "presencePenalty": "presence_penalty",
}  # fmt: skip
"""Names of model options that prompt files of other programs have, and what the same is here."""
PLACES = ("parameters", "options")
"""Keys below "model" that hold options: the older name, and the newer."""
_MORE = "additionalProperties"
_MOST_SEED = 2**32 - 1
_EITHER = {"json_schema": "grammar", "grammar": "json_schema"}
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Found(NamedTuple):
    """Options that can be used, and a sentence for each key that cannot."""

    sampling: dict[str, Json]
    seed: int | None
    faults: dict[str, str]


def name_of(key: str) -> str:
    """What an option is called here: "max_tokens" for "maxOutputTokens", "min_p" for "minP"."""
    return OPTIONS.get(key) or _HUMP.sub("_", key).lower()


def given_options(model: Json) -> dict[str, Json]:
    """All options below front matter's "model", as they are written there."""
    found: dict[str, Json] = {}
    for place in PLACES:
        given = model.get(place) if isinstance(model, dict) else None
        if isinstance(given, dict):
            more = given.get(_MORE)
            found |= more if isinstance(more, dict) else {}
            found |= {key: value for key, value in given.items() if key != _MORE}
    return found


def usable(options: Mapping[str, Json]) -> Found:
    """Sort options into those that have an effect here and those that have none."""
    found = Found({}, None, {})
    seed: int | None = None
    for key, value in options.items():
        name = name_of(key)
        if name == "seed":
            if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_SEED:
                seed = value
            else:
                found.faults[key] = f"must be a whole number from 0 to {_MOST_SEED:,}"
        elif name not in Sampling.__struct_fields__:
            found.faults[key] = ""
        else:
            checked, reason = _checked(name, value)
            if reason:
                found.faults[key] = reason
            elif checked and found.sampling.get(_EITHER.get(name, "")):
                found.faults[key] = "is set together with the other form of the answer: remove one"
            else:
                found.sampling[name] = checked
    faults = {key: _sentence(key, reason) for key, reason in found.faults.items()}
    return Found(found.sampling, seed, faults)


def _checked(name: str, value: Json) -> tuple[Json, str]:
    """A value as it is used, or why it cannot be."""
    if name == "stop" and isinstance(value, str):
        value = [value]
    try:
        made = msgspec.convert({name: value}, Sampling)
    except UsageError:
        return None, f"must name each of {', '.join(SAMPLERS)} at most once"
    except msgspec.ValidationError as error:
        return None, _reason(str(error))
    checked = getattr(made, name)
    return list(checked) if isinstance(checked, tuple) else checked, ""


def _reason(words: str) -> str:
    """What msgspec says of a value, in plain words."""
    words = words.partition(" - at")[0].replace("`", "")
    words = re.sub(r"Expected (?:int|float|str|array|object) ", "must be ", words)
    words = (
        words.replace("Expected", "must be", 1).replace("<=", "at most").replace(">=", "at least")
    )
    for word, plain in _WORDS.items():
        words = re.sub(rf"\b{word}\b", plain, words)
    return words


_WORDS = {
    "float": "a number",
    "int": "a whole number",
    "str": "a text",
    "array": "a list",
    "object": "a mapping",
    "bool": "true or false",
    "null": "nothing",
}


def _sentence(key: str, reason: str) -> str:
    if reason:
        return f"The option {key} has no effect: it {reason}."
    known = [*Sampling.__struct_fields__, "seed"]
    near = difflib.get_close_matches(name_of(key), known, 1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"The option {key} is not known here and has no effect.{hint}"


def problems_of(model: Json, root: yaml.Node | None) -> tuple[Problem, ...]:
    """A warning for each option that has no effect, at its place.

    Args:
        model: the value of "model" in a front matter.
        root: the front matter's nodes; its first line is the file's second.
    """
    faults = usable(given_options(model)).faults
    if not faults:
        return ()
    places = {str(node.value): node.start_mark for node in _keys(root)}
    found = []
    for key, sentence in faults.items():
        mark = places.get(key)
        found.append(
            Problem(
                severity="warning",
                message=sentence,
                line=mark.line + 2 if mark is not None else 1,
                column=mark.column + 1 if mark is not None else 0,
                length=len(key) if mark is not None else 0,
            )
        )
    return tuple(found)


def _keys(root: yaml.Node | None) -> list[yaml.Node]:
    """The keys of the options, those of additionalProperties among them."""
    model = _below(root, "model")
    tables = [_below(model, place) for place in PLACES]
    tables += [_below(table, _MORE) for table in tables]
    return [
        key for table in tables if isinstance(table, yaml.MappingNode) for key, _ in table.value
    ]


def _below(node: yaml.Node | None, name: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for key, value in node.value if str(key.value) == name), None)


def options_of_model(model: Json) -> HeadOptions:
    """What front matter says below "model", in either form of the Prompty format."""
    if isinstance(model, str):
        return HeadOptions(model=model)
    if not isinstance(model, dict):
        return HeadOptions()
    name = model.get("id") or model.get("name")
    configuration = model.get("configuration")
    if not name and isinstance(configuration, dict):
        name = configuration.get("azure_deployment") or configuration.get("name")
    found = usable(given_options(model))
    return HeadOptions(
        model=name if isinstance(name, str) else "",
        sampling=found.sampling,
        seed=found.seed,
        faults=tuple(found.faults.values()),
    )
