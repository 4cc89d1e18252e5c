"""Runs as files that can be done again elsewhere: written, read, replayed and compared."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec

from workbench import files
from workbench.domain.errors import FormatError, UsageError, WorkbenchError
from workbench.domain.runs.pair import find_parting
from workbench.domain.runs.replayed import BundleInfo, Replayed
from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.domain.text import Token
from workbench.history.runs.runs import load_manifest
from workbench.runs.bundle import (
    FILE_BYTES,
    Bundle,
    logprobs_digest,
    plain_spec,
    read_bundle,
    write_bundle,
)
from workbench.service.core import Core
from workbench.service.runs.runs import Runs, run_title

_AROUND = 12
"""Tokens that are shown before and after the first that differs."""


class Bundles:
    """One run as one file."""

    def __init__(self, core: Core, runs: Runs) -> None:
        self._core = core
        self._runs = runs

    async def write(self, run_id: int, path: str) -> int:
        """Write an ended run with all that decides it, its tokens and their probabilities.

        Returns:
            The size of the file, which is replaced where it is there.

        Raises:
            UsageError: there is no such run, or it has not ended.
            FormatError: it is too large, or the file cannot be written.
        """
        spec = await self._runs.spec(run_id)
        log = await self._runs.events(run_id)
        state = await self._runs.load(run_id)
        if state.status == "running":
            raise UsageError(f"Run {run_id} has not ended: wait for it, then save it.")
        manifest = await self._core.store.read(load_manifest, run_id)
        template = self._template_of(manifest)

        def work() -> int:
            data = write_bundle(run_title(spec), spec, log, manifest, template)
            if len(data) > FILE_BYTES:
                raise FormatError(path, "the run is too large for a bundle.")
            try:
                files.write_file(Path(path).absolute(), data)
            except OSError as error:
                reason = f"the file cannot be written ({error.strerror or error})."
                raise FormatError(path, reason) from error
            return len(data)

        return await asyncio.to_thread(work)

    async def inspect(self, path: str) -> BundleInfo:
        """What a bundle holds; nothing of it is run.

        Raises:
            FormatError: it is no bundle that can be read.
        """
        found = await self._read(path)
        return BundleInfo(
            title=found.head.title,
            strategy=found.spec.strategy,
            model=found.spec.model,
            model_sha256=str(_part(found.head.manifest, "model", "sha256")),
            seed=found.spec.seed,
            mode=found.spec.mode,
            output=found.state.output,
        )

    async def replay(self, path: str, model: str = "") -> Replayed:
        """Do the run of a bundle again here, and say whether it is identical.

        The new run is kept as any other; cancelling stops it.

        Args:
            path: the bundle.
            model: a model to use in place of the one of that name.

        Raises:
            FormatError: it is no bundle that can be read.
            ModelError: there is no such model here.
        """
        bundle = await self._read(path)
        spec = msgspec.structs.replace(bundle.spec, model=model or bundle.spec.model)
        run_id = await self._runs.start(_placed(spec))
        try:
            state = await self._runs.wait(run_id)
        except asyncio.CancelledError:
            await self._runs.cancel(run_id)
            raise
        if state.status == "failed":
            raise WorkbenchError.from_wire(state.error or {"reason": "The run failed."})
        now = await self._core.store.read(load_manifest, run_id)
        made = await self._runs.spec(run_id)
        return await asyncio.to_thread(_compare, bundle, state, now, made, run_id)

    async def _read(self, path: str) -> Bundle:
        def work() -> Bundle:
            return read_bundle(files.read_bytes(Path(path), FILE_BYTES, FormatError), path)

        return await asyncio.to_thread(work)

    def _template_of(self, manifest: dict[str, Any]) -> str:
        """The chat template's text, where the model that made the run is loaded."""
        model = self._core.engines.local.model
        known = _part(manifest, "model", "sha256")
        return model.chat_template if model is not None and model.file_sha256 == known else ""


def _placed(spec: RunSpec) -> RunSpec:
    """The spec with its prompt in a place of its own: no file of the user's has that name."""
    prompt = spec.prompt
    if isinstance(prompt, TemplatePrompt):
        prompt = TemplatePrompt(f"bundle/{prompt.path}", prompt.source, prompt.variables)
    return msgspec.structs.replace(spec, prompt=prompt)


def _compare(
    bundle: Bundle, state: RunState, now: dict[str, Any], made: RunSpec, run_id: int
) -> Replayed:
    then = bundle.state
    parting = find_parting(then, state)
    same = logprobs_digest(state) == bundle.head.logprobs_sha256
    expected = found = ""
    if parting is not None:
        expected, found = _around(then, parting.number), _around(state, parting.number)
    return Replayed(
        run_id=run_id,
        is_identical=parting is None and state.output == then.output,
        same_logprobs=same,
        token=parting.number if parting is not None else None,
        call=parting.call if parting is not None else "",
        expected=expected,
        found=found,
        differences=tuple(_differences(bundle, now, plain_spec(made))),
    )


def _around(state: RunState, number: int) -> str:
    """The text around a token that is counted over the whole run."""
    left = number - 1
    for call in state.calls.values():
        for sample in call.samples:
            if left < len(sample.tokens):
                return _text(sample.tokens[max(left - _AROUND, 0) : left + _AROUND + 1])
            left -= len(sample.tokens)
    return ""


def _text(tokens: list[Token]) -> str:
    return "".join(token.text for token in tokens)


def _differences(bundle: Bundle, now: dict[str, Any], made: RunSpec) -> list[str]:
    """What is not as it was when the bundle was made."""
    then = bundle.head.manifest
    kinds = (
        ("The model's file", ("model", "sha256")),
        ("The model", ("model", "name")),
        ("The chat template", ("model", "chat_template_sha256")),
        ("The engine's build", ("engine", "library")),
        ("The number of threads", ("engine", "threads")),
        ("The size of the context", ("engine", "context_tokens")),
        ("Adapters", ("engine", "adapters")),
        ("Load settings", ("engine", "deciding")),
        ("The version of the program", ("application",)),
        ("Files that the template includes", ("included",)),
        ("Prompts of the strategy", ("strategy_prompts",)),
    )
    found = []
    for title, place in kinds:
        before, after = _part(then, *place), _part(now, *place)
        if before != after:
            found.append(f"{title}: {_shown(before)} there, {_shown(after)} here.")
    if bundle.spec.mode != made.mode:
        found.append(f"The mode: {bundle.spec.mode} there, {made.mode} here.")
    if bundle.spec.mode == "fast":
        found.append("The run was made in the mode fast, which may differ in the last bits.")
    return found


def _part(manifest: dict[str, Any], *place: str) -> Any:
    value: Any = manifest
    for name in place:
        value = value.get(name, "") if isinstance(value, dict) else ""
    return value


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return f"{text[:60]}…" if len(text) > 60 else text or "none"
