"""Checks messages with the types of OpenAI's client. Runs in a Python that has ``openai``."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from typing import Any

from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from pydantic import ConfigDict, TypeAdapter, with_config

REQUEST: TypeAdapter[Any] = TypeAdapter(
    with_config(ConfigDict(extra="forbid", arbitrary_types_allowed=True))(
        CompletionCreateParamsNonStreaming
    )
)


def _case(case: dict[str, Any]) -> dict[str, Any]:
    value = json.loads(case["content"])
    try:
        REQUEST.validate_python({"model": "any", **value}, strict=False)
    except Exception as error:  # whatever the original says of it is the answer
        return {"error": f"{type(error).__name__}: {error}"[:400]}
    return {"messages": [[each["role"], each["content"]] for each in value["messages"]]}


def main() -> None:
    cases = json.load(sys.stdin)
    answers = {name: _case(case) for name, case in cases.items()}
    json.dump({"version": version("openai"), "answers": answers}, sys.stdout)


main()
