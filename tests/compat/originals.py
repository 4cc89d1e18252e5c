"""How each original is asked: one process a format, JSON in and out."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

READERS = Path(__file__).parent / "readers"
MODULES = {
    "langchain": "langchain_core",
    "prompty": "prompty",
    "openai": "openai",
    "chainforge": "chainforge",
    "dotprompt": "dotprompt",
    "promptfoo": "promptfoo",
}
"""Formats, and the package that each is the original's."""


class Originals:
    """The originals in a folder; see the package's docstring."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, wanted: str) -> bool:
        """Whether the original of a format is there."""
        return self._place(MODULES[wanted]) is not None

    def ask(self, wanted: str, cases: Mapping[str, Any]) -> dict[str, Any]:
        """The original's version and its answer to each case."""
        module = MODULES[wanted]
        if wanted in {"dotprompt", "promptfoo", "chainforge"}:
            command = ["node", str(READERS / f"{wanted}_reader.cjs"), str(self._folder)]
        else:
            command = [str(self._folder / "bin" / "python"), str(READERS / f"{wanted}_reader.py")]
        with tempfile.NamedTemporaryFile(suffix=".json") as target:
            if wanted == "chainforge":
                place = self._place(module)
                command += [str(place), self._version(module)]
            if wanted == "promptfoo":  # it writes what it likes on its output
                command.append(target.name)
            done = subprocess.run(
                command, input=json.dumps(cases).encode(), capture_output=True, check=False
            )
            if done.returncode:
                raise SystemExit(f"{wanted}: {done.stderr.decode()[-2000:]}")
            answer = Path(target.name).read_bytes() if wanted == "promptfoo" else done.stdout
        found: dict[str, Any] = json.loads(answer)
        return found

    def _place(self, module: str) -> Path | None:
        packages = sorted(self._folder.glob("lib/python*/site-packages"))
        places = [*(each / module for each in packages), self._folder / "node_modules" / module]
        return next((each for each in places if each.is_dir()), None)

    def _version(self, module: str) -> str:
        (info,) = self._folder.glob(f"lib/python*/site-packages/{module}-*.dist-info")
        return info.name.removeprefix(f"{module}-").removesuffix(".dist-info")
