"""Ollama's store: small JSON manifests, and blobs named by their digest without a suffix.

Laid out as Ollama writes it: ``manifests/<host>/<namespace>/<model>/<tag>`` names the layers,
``blobs/sha256-<digest>`` holds them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from workbench.models.discovery.walking import Walk

_DIGEST = re.compile(r"sha256[:-]([0-9a-f]{64})")
_MODEL, _ADAPTER = ".image.model", ".image.adapter"
_LAYERS = (_MODEL, _ADAPTER, ".image.projector")
_MOST_BYTES = 1024**2
_OWN = "library"


class OllamaFile(msgspec.Struct, frozen=True):
    """A blob with its name ("llama3.2:1b") and what the store says of it."""

    path: Path
    name: str
    quantization: str
    size_label: str
    manifest: Path
    adapters: tuple[str, ...] = ()
    """Paths of the adapters that the name adds to a model."""


def ollama_files(root: Path, walk: Walk) -> Iterator[OllamaFile]:
    """The GGUF blobs of the models of a store."""
    manifests = root / "manifests"
    for manifest in walk.files(manifests):
        parts = manifest.relative_to(manifests).parts
        if len(parts) < 3 or manifest.name.startswith("."):
            continue
        found = _read(manifest, walk)
        *places, model, tag = parts[1:]
        owner = "/".join(place for place in places if place != _OWN)
        name = f"{owner}/{model}:{tag}" if owner else f"{model}:{tag}"
        config = _config(root, found, walk)
        layers = _list(found.get("layers"))
        adapters = tuple(
            str(blob)
            for layer in layers
            if str(layer.get("mediaType", "")).endswith(_ADAPTER)
            and (blob := _blob(root, layer.get("digest"))) is not None
        )
        for layer in layers:
            kind = str(layer.get("mediaType", ""))
            blob = _blob(root, layer.get("digest"))
            if not kind.endswith(_LAYERS) or blob is None:
                continue
            if not blob.is_file():
                walk.report(f"{name}: its file {blob} is gone; get the model again in Ollama.")
                continue
            yield OllamaFile(
                blob,
                name,
                str(config.get("file_type", "")),
                str(config.get("model_type", "")),
                manifest,
                adapters if kind.endswith(_MODEL) else (),
            )


def _config(root: Path, manifest: dict[str, Any], walk: Walk) -> dict[str, Any]:
    config = manifest.get("config")
    blob = _blob(root, config.get("digest")) if isinstance(config, dict) else None
    return _read(blob, walk) if blob is not None and blob.is_file() else {}


def _blob(root: Path, digest: object) -> Path | None:
    """The path of a digest; anything that is not exactly one could lead out of the store."""
    found = _DIGEST.fullmatch(digest) if isinstance(digest, str) else None
    return root / "blobs" / f"sha256-{found[1]}" if found else None


def _read(path: Path, walk: Walk) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            walk.report(f"{path}: too long for a manifest; it was passed over.")
            return {}
        decoded = msgspec.json.decode(path.read_bytes())
    except OSError as error:
        walk.report(f"{path}: cannot be read ({error.strerror}).")
        return {}
    except (msgspec.DecodeError, RecursionError):
        walk.report(f"{path}: is no manifest that can be read; it was passed over.")
        return {}
    return decoded if isinstance(decoded, dict) else {}


def _list(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
