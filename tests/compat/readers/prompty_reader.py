"""Reads and prepares .prompty files with Prompty. Runs in a Python that has ``prompty``."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import prompty


def _case(case: dict[str, Any], folder: Path) -> dict[str, Any]:
    path = folder / "case.prompty"
    path.write_text(case["content"], encoding="utf-8")
    try:
        agent = prompty.load(path)
        found = prompty.prepare(agent, case["values"])
    except Exception as error:  # whatever the original says of it is the answer
        return {"error": f"{type(error).__name__}: {error}"[:300]}
    messages = []
    for each in found:
        texts = [getattr(part, "value", None) for part in each.parts]
        messages.append([str(each.role), "".join(str(text) for text in texts)])
    return {"messages": messages}


def main() -> None:
    cases = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        answers = {name: _case(case, Path(folder)) for name, case in cases.items()}
    json.dump({"version": prompty.__version__, "answers": answers}, sys.stdout)


main()
