"""Jan's model folders: a ``model.yml`` next to the file, or naming one that is elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from workbench.models.discovery.walking import Walk

_MOST_BYTES = 64 * 1024


def jan_files(root: Path, walk: Walk) -> Iterator[tuple[Path, str]]:
    """Model files of a folder with the names that Jan gives them ("" for the file's own).

    ``model_path`` in a model.yml is absolute, or relative to Jan's data folder.
    """
    files: list[Path] = []
    for found in walk.files(root, ".gguf", "model.yml"):
        if found.suffix.casefold() == ".gguf":
            files.append(found)
            continue
        manifest = _read(found, walk)
        name = str(manifest.get("name") or manifest.get("id") or found.parent.name)
        file = manifest.get("model_path")
        if isinstance(file, str) and file:
            yield from ((place, name) for place in _places(root, file) if place.is_file())
    yield from ((file, "") for file in files)


def _places(root: Path, file: str) -> list[Path]:
    path = Path(file).expanduser()
    if path.is_absolute():
        return [path]
    return [folder / path for folder in (root, *root.parents[:2])]


def _read(path: Path, walk: Walk) -> dict[str, object]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            walk.report(f"{path}: too long for a description; it was passed over.")
            return {}
        found = yaml.safe_load(path.read_bytes())
    except (OSError, yaml.YAMLError, RecursionError, ValueError):
        walk.report(f"{path}: cannot be read; the model files next to it are still listed.")
        return {}
    return found if isinstance(found, dict) else {}
