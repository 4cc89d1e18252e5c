"""Which model files there are: the starter model and the .gguf files of the model folders."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterator
from pathlib import Path

from workbench.domain.errors import ModelError, ModelNotFoundError
from workbench.domain.views import ModelEntry
from workbench.models.gguf_header import read_header
from workbench.settings import Paths, starter_model

_LATER_PART = re.compile(r"-(?!00001)\d{5}-of-\d{5}$")


def list_models(paths: Paths) -> tuple[ModelEntry, ...]:
    """Every model file, the starter model first, then by name. Reads the disk."""
    entries: dict[str, ModelEntry] = {}
    for file, source in _files(paths):
        key = str(file.resolve())
        if key not in entries:
            entries[key] = describe(file, source)
    first = [entry for entry in entries.values() if entry.source == "starter"]
    rest = [entry for entry in entries.values() if entry.source != "starter"]
    return (*first, *sorted(rest, key=lambda entry: entry.name.casefold()))


def _files(paths: Paths) -> Iterator[tuple[Path, str]]:
    starter = starter_model()
    if starter is not None:
        yield starter, "starter"
    for folder, source in (
        (paths.models, "models folder"),
        *((f, str(f)) for f in paths.extra_models),
    ):
        if folder.is_dir():
            for file in sorted(folder.rglob("*.gguf")):
                if not _LATER_PART.search(file.stem) and file.is_file():
                    yield file, source


def describe(file: Path, source: str = "") -> ModelEntry:
    """The entry of one file; a header that cannot be read becomes the entry's error."""
    try:
        status = file.stat()
    except OSError:
        return _describe(str(file), source, 0, 0)
    return _describe(str(file), source, status.st_size, status.st_mtime_ns)


@functools.lru_cache(maxsize=1024)
def _describe(path: str, source: str, size: int, _modified_ns: int) -> ModelEntry:
    """The entry of a file in one state; headers are long, so each is read once."""
    file = Path(path)
    try:
        header = read_header(str(file))
    except ModelError as error:
        return ModelEntry(
            name=file.stem, path=str(file), source=source, file_bytes=size, error=error.reason
        )
    return ModelEntry(
        name=file.stem,
        path=str(file),
        source=source,
        file_bytes=header.file_bytes,
        architecture=header.architecture,
        parameters=header.parameters,
        quantization=header.quantization,
        context_tokens=int(header.of_architecture("context_length", 0) or 0),
    )


def find_model(paths: Paths, ref: str) -> ModelEntry:
    """The model that a path or a name means; names may be shortened while that is unambiguous.

    Raises:
        ModelNotFoundError: there is none, with the nearest names.
    """
    file = Path(ref).expanduser()
    if file.exists():
        return describe(file.resolve(), "file")
    if file.suffix == ".gguf" and len(file.parts) > 1:
        raise ModelNotFoundError(ref, "there is no such file; see workbench models list.")
    entries = list_models(paths)
    wanted = ref.casefold().removesuffix(".gguf")
    exact = [entry for entry in entries if entry.name.casefold() == wanted]
    partial = [entry for entry in entries if wanted in entry.name.casefold()]
    for found in (exact, partial):
        if len(found) == 1:
            return found[0]
    names = [entry.name for entry in (exact or partial or entries)]
    near = difflib.get_close_matches(ref, names, 3, 0.3) or names[:5]
    hint = f"There are: {', '.join(near)}." if near else f"Put a .gguf file into {paths.models}."
    reason = "more than one model has this in its name." if partial else "there is no such model."
    raise ModelNotFoundError(ref, f"{reason} {hint}")
