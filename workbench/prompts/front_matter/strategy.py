"""The strategy that front matter names, with its parameters, as it is written there."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from workbench.domain.prompts.model_options import HeadOptions
from workbench.domain.runs.spec import Json


def with_strategy(options: HeadOptions, values: Mapping[str, Json]) -> HeadOptions:
    """The options with what front matter says below "strategy".

    That is a name, or a mapping with ``id`` and ``parameters``. Front matter of another program may
    have a key of that name: what has another form names nothing.
    """
    given = values.get("strategy")
    if isinstance(given, str):
        return msgspec.structs.replace(options, strategy=given.strip())
    if not isinstance(given, dict) or not isinstance(given.get("id"), str):
        return options
    params = given.get("parameters")
    named = {str(name): value for name, value in params.items()} if isinstance(params, dict) else {}
    return msgspec.structs.replace(options, strategy=given["id"].strip(), params=named)
