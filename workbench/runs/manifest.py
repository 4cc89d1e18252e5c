"""The manifest of a run: versions and digests that say whether it can be repeated exactly."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from workbench import __version__
from workbench.domain.prompts.prompt import PromptFile
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.engine.protocol import LoadedModel
from workbench.prompts.includes import included_texts


def build_manifest(
    spec: RunSpec,
    model: LoadedModel,
    prompts: dict[str, PromptFile],
    sources: Mapping[str, str],
    context: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """JSON values: model, engine, settings, hashes of every template that was used.

    Args:
        spec: of the run.
        model: that is loaded.
        prompts: of the strategy.
        sources: files that templates may include, by name.
        context: what of a conversation was left out (:mod:`workbench.runs.fitting`).
    """
    return {
        "application": __version__,
        "spec_digest": spec.digest(),
        "model": {
            "name": model.name,
            "path": model.path,
            "architecture": model.architecture,
            "sha256": model.file_sha256,
            "chat_template_sha256": _digest(model.chat_template),
        },
        "engine": {
            "library": model.library,
            "context_tokens": model.context_tokens,
            "threads": model.threads,
            "kv_mode": spec.mode,
            "adapters": list(model.adapters),
            "deciding": model.deciding,
        },
        "sampling": msgspec.to_builtins(spec.sampling),
        "params": spec.params,
        "strategy_prompts": {name: prompt.sha256 for name, prompt in prompts.items()},
        "included": included_digests(spec, sources),
    } | ({"context": dict(context)} if context else {})


def included_digests(spec: RunSpec, sources: Mapping[str, str]) -> dict[str, str]:
    """The digests of the files that the template of a run includes, by name."""
    prompt = spec.prompt
    if not isinstance(prompt, TemplatePrompt):
        return {}
    found = included_texts(prompt.source, sources)
    return {name: _digest(text) for name, text in sorted(found.items())}


def changes_since(old: dict[str, Any], new: dict[str, Any]) -> tuple[str, ...]:
    """Sentences about what changed since a run began, from two manifests."""
    found = []
    before, now = old.get("strategy_prompts", {}), new["strategy_prompts"]
    changed = sorted(name for name in now if name in before and before[name] != now[name])
    if changed:
        names = ", ".join(changed)
        found.append(f"Prompts of the strategy have changed since the run began: {names}.")
    sha256, newer = old.get("model", {}).get("sha256", ""), new["model"]["sha256"]
    if sha256 and newer and sha256 != newer:
        found.append("The model's file is not the one with which the run began.")
    return tuple(found)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
