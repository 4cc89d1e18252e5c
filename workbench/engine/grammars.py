"""Grammars that may be used: each was tried once in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections import OrderedDict

import msgspec

from workbench.domain.errors import GrammarError
from workbench.domain.sampling import Sampling

TRIAL_SECONDS = 20.0
"""Long for a cold start on a busy machine; a grammar itself is read in milliseconds."""
_REMEMBERED = 256


class _Usable(msgspec.Struct, frozen=True):
    """A grammar that was tried, and the keywords of its schema that it does not enforce."""

    grammar: str
    unbound: tuple[str, ...]


class Grammars:
    """Turns a grammar or JSON schema into a grammar that llama.cpp takes, and remembers it."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str, str], _Usable | GrammarError] = OrderedDict()

    async def checked(
        self, sampling: Sampling, model_path: str
    ) -> tuple[Sampling, tuple[str, ...]]:
        """The sampling with ``grammar`` set to what the worker may be given.

        Returns:
            It, and a sentence for each keyword of a schema that the grammar does not enforce.

        Raises:
            GrammarError: it cannot be used; the sentence says where and why.
        """
        if not sampling.grammar and not sampling.json_schema:
            return sampling, ()
        key = (sampling.grammar, sampling.json_schema, model_path)
        if key not in self._known:
            self._known[key] = await _try(*key)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        found = self._known[key]
        if isinstance(found, GrammarError):
            raise GrammarError(found.reason, line=found.line)
        notes = tuple(
            f"The answer is not bound by “{keyword}” of the JSON schema: check it yourself."
            for keyword in found.unbound
        )
        return msgspec.structs.replace(sampling, grammar=found.grammar, json_schema=""), notes


async def _try(grammar: str, json_schema: str, model_path: str) -> _Usable | GrammarError:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "workbench.engine.worker.grammar_trial",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    asked = {"grammar": grammar, "json_schema": json_schema, "model": model_path}
    what = "grammar" if grammar else "JSON schema"
    try:
        told, _ = await asyncio.wait_for(
            process.communicate(json.dumps(asked).encode()), TRIAL_SECONDS
        )
    except TimeoutError:
        return GrammarError(f"The {what} takes too long to read: simplify it.")
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    try:
        answer = json.loads(told)
    except ValueError:
        return GrammarError(f"llama.cpp crashes on the {what}: simplify it.")
    if "error" in answer:
        return GrammarError(answer["error"], line=answer["line"])
    return _Usable(answer["grammar"], tuple(answer["unbound"]))
