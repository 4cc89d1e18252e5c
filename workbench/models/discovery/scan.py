"""Lists model files, in our own folders and in those of other programs.

Files are used where they are, never copied, moved or renamed.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from workbench.domain.errors import (
    ModelError,
    ModelFileError,
    ModelNotFoundError,
    UnsupportedModelError,
)
from workbench.domain.text import has_surrogates, replace_surrogates
from workbench.domain.views import FileKind, ModelEntry, ModelFolder, ModelScan
from workbench.models.discovery.jan import jan_files
from workbench.models.discovery.ollama import ollama_files
from workbench.models.discovery.places import HUGGING_FACE, JAN, OLLAMA, model_folders
from workbench.models.discovery.walking import Walk
from workbench.models.gguf.header import GgufHeader, read_summary
from workbench.models.gguf.tables import FILE_TYPES
from workbench.settings import Paths, starter_model

STARTER = "starter"
_NO_TEXT = "its name, or that of its folder, is no text in UTF-8; rename it."
_PART = re.compile(r"-(\d{5})-of-(\d{5})$")
_MOST_PARTS = 1000
_SIZE_LABEL = re.compile(r"(\d+(?:\.\d+)?)([KMBT])", re.IGNORECASE)
_SIZES = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
_QUANTIZATION = re.compile(
    r"(?<![A-Z0-9])(" + "|".join(sorted(set(FILE_TYPES.values()), key=len, reverse=True)) + r")"
    r"(?![A-Z0-9_])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class FoundFile:
    """A file that may be a model, and what the program it belongs to says of it."""

    path: Path
    source: str
    name: str = ""
    quantization: str = ""
    size_label: str = ""
    runs_as: str = ""
    """The options that do what its name means, where that is more than one file."""


def scan(paths: Paths, added: Iterable[str] = ()) -> ModelScan:
    """Look through all folders. Reads the disk: call it in a thread.

    The starter model comes first, then by name. A file that several programs share, or that is
    reached by several paths, is there once.
    """
    walk = Walk()
    by_file: dict[str, ModelEntry] = {}
    for found in _found(model_folders(paths, added), walk):
        try:
            key = str(found.path.resolve())
        except (OSError, RuntimeError):  # a loop of links
            walk.report(f"{found.path}: is a loop of links.")
            continue
        if found.runs_as:
            by_file[key] = _with_adapters(found)
        elif key not in by_file:
            by_file[key] = _entry(found)
        elif found.name and found.name != by_file[key].name:
            entry = by_file[key]
            names = (*entry.other_names, found.name)
            by_file[key] = msgspec.structs.replace(entry, other_names=names)
    of_kind: dict[FileKind, list[ModelEntry]] = {"model": [], "adapter": [], "projector": []}
    for entry in sorted(by_file.values(), key=_order):
        of_kind[entry.kind].append(entry)
    return ModelScan(
        models=tuple(of_kind["model"]),
        adapters=tuple(of_kind["adapter"]),
        projectors=tuple(of_kind["projector"]),
        problems=tuple(walk.problems),
    )


def list_models(paths: Paths, added: Iterable[str] = ()) -> tuple[ModelEntry, ...]:
    """The models of :func:`scan`."""
    return scan(paths, added).models


def _order(entry: ModelEntry) -> tuple[bool, str, str]:
    return entry.source != STARTER, entry.name.casefold(), entry.path


def _found(folders: Iterable[ModelFolder], walk: Walk) -> Iterator[FoundFile]:
    starter = starter_model()
    if starter is not None:
        yield FoundFile(starter, STARTER)
    for folder in folders:
        for found in _in_folder(folder, walk):
            part = _PART.search(found.path.stem)
            if part is None or int(part[1]) == 1:
                yield found


def _in_folder(folder: ModelFolder, walk: Walk) -> Iterator[FoundFile]:
    root, source = Path(folder.path), folder.source
    if (root / "manifests").is_dir() and (root / "blobs").is_dir():
        for blob in ollama_files(root, walk):
            runs_as = " ".join(f"--lora {adapter}" for adapter in blob.adapters)
            yield FoundFile(
                blob.manifest if runs_as else blob.path,
                source or OLLAMA,
                blob.name,
                blob.quantization,
                blob.size_label,
                f"--model {blob.path} {runs_as}" if runs_as else "",
            )
        return
    if source == JAN:
        for path, name in jan_files(root, walk):
            yield FoundFile(path, source, name)
        return
    roots = root.glob("models--*/snapshots") if source == HUGGING_FACE else (root,)
    for place in roots:
        for path in walk.files(place, ".gguf"):
            yield FoundFile(path, source)


def describe(file: Path, source: str = "") -> ModelEntry:
    """The entry of one file; a header that cannot be read becomes the entry's error."""
    return _entry(FoundFile(file, source))


def _entry(found: FoundFile) -> ModelEntry:
    path = str(found.path)
    if has_surrogates(path):
        # Such a path goes into no database and no message.
        return ModelEntry(
            name=replace_surrogates(found.name or found.path.stem),
            path=replace_surrogates(path),
            source=found.source,
            error=_NO_TEXT,
            can_run=False,
        )
    parts = part_files(found.path)
    size, missing = 0, ""
    modified = 0
    for part in parts:
        try:
            status = part.stat()
        except OSError:
            missing = (
                missing or f"its part {part.name} is missing; get it and put it next to this file."
            )
            continue
        size += status.st_size
        modified = max(modified, status.st_mtime_ns)
    entry = _describe(found, size, modified)
    if len(parts) > 1:
        entry = msgspec.structs.replace(
            entry, parts=len(parts), file_bytes=size, error=missing or entry.error
        )
    return entry


def _with_adapters(found: FoundFile) -> ModelEntry:
    """A name that means a file with adapters; a run knows a model by its file alone."""
    return ModelEntry(
        name=found.name,
        path=str(found.path),
        source=found.source,
        error="it is a model with an adapter, which its name does not apply; run it with "
        f"{found.runs_as}.",
        can_run=False,
    )


def part_files(file: Path) -> tuple[Path, ...]:
    """All files of a model that was split, from any one of them; else the file alone."""
    part = _PART.search(file.stem)
    count = int(part[2]) if part else 1
    if part is None or not 1 < count <= _MOST_PARTS:
        return (file,)
    stem = file.stem[: part.start()]
    return tuple(
        file.with_name(f"{stem}-{number:05d}-of-{count:05d}{file.suffix}")
        for number in range(1, count + 1)
    )


@functools.lru_cache(maxsize=4096)
def _describe(found: FoundFile, size: int, _modified_ns: int) -> ModelEntry:
    """The entry of a file in one state, so that each is read once."""
    path = str(found.path)
    name = found.name or _PART.sub("", found.path.stem)
    try:
        header = read_summary(path)
    except ModelError as error:
        return ModelEntry(
            name=name, path=path, source=found.source, file_bytes=size, error=error.reason
        )
    kind = _kind(header, name)
    context = header.of_architecture("context_length", 0)
    short = header.of_architecture("rope.scaling.original_context_length", 0)
    return ModelEntry(
        name=name,
        path=path,
        source=found.source,
        file_bytes=size,
        architecture=header.architecture,
        parameters=header.parameters or _stated_parameters(header, found),
        quantization=header.quantization or found.quantization or _named_quantization(name),
        context_tokens=context if isinstance(context, int) else 0,
        short_context_tokens=short if isinstance(short, int) else 0,
        error=_unusable(header, kind),
        kind=kind,
    )


def refuse_other_files(entry: ModelEntry) -> None:
    """Refuse to run what is no model, or what has a name that cannot be used.

    Raises:
        ModelError: with what to do with the file.
    """
    if entry.kind == "adapter":
        raise UnsupportedModelError(
            entry.path,
            "this is a LoRA adapter, not a model; run the model that it was made for, with this "
            "file among its adapters (--lora on the command line).",
        )
    if entry.kind == "projector":
        raise UnsupportedModelError(
            entry.path,
            "this is a projector, the part of a model that sees or hears; run the model that it "
            "belongs to.",
        )
    if not entry.can_run:
        raise ModelFileError(entry.path, entry.error)


def _kind(header: GgufHeader, name: str) -> FileKind:
    kind = header.metadata.get("general.type")
    if kind == "adapter" or "adapter.type" in header.metadata:
        return "adapter"
    if kind == "mmproj" or header.architecture == "clip" or name.casefold().startswith("mmproj"):
        return "projector"
    return "model"


def _unusable(header: GgufHeader, kind: FileKind) -> str:
    if header.metadata.get("general.type") == "imatrix":
        return "it is an importance matrix for quantising, not a model; choose another file."
    if kind == "model" and header.tensor_count == 0:
        return "it holds no weights, only a vocabulary; choose another file."
    return ""


def _stated_parameters(header: GgufHeader, found: FoundFile) -> int:
    """The parameter count that the file claims; its tensors are counted when it is inspected."""
    count = header.metadata.get("general.parameter_count")
    if isinstance(count, int):
        return count
    label = str(header.metadata.get("general.size_label") or found.size_label)
    match = _SIZE_LABEL.fullmatch(label.strip())
    return int(float(match[1]) * _SIZES[match[2].upper()]) if match else 0


def _named_quantization(name: str) -> str:
    """Quantising programs write the type behind the vocabulary, people into the file's name."""
    found = _QUANTIZATION.findall(name)
    return str(found[-1]).upper() if found else ""


def find_model(paths: Paths, ref: str, added: Iterable[str] = ()) -> ModelEntry:
    """The model that a path or a name means; names may be shortened while that is unambiguous.

    Raises:
        ModelNotFoundError: there is none, with the nearest names.
    """
    file = Path(ref).expanduser()
    if file.exists():
        # Links stay as they are: the parts of a split model are next to the link.
        return describe(part_files(file.absolute())[0], "file")
    if file.suffix == ".gguf" and len(file.parts) > 1:
        raise ModelNotFoundError(ref, "there is no such file; see workbench models list.")
    entries = list_models(paths, added)
    wanted = ref.casefold().removesuffix(".gguf")
    exact = [
        entry
        for entry in entries
        if wanted in {name.casefold() for name in (entry.name, *entry.other_names)}
    ]
    partial = [entry for entry in entries if wanted in entry.name.casefold()]
    for found in (exact, partial):
        if len(found) == 1:
            return found[0]
    names = [entry.name for entry in (exact or partial or entries)]
    near = difflib.get_close_matches(ref, names, 3, 0.3) or names[:5]
    hint = f"There are: {', '.join(near)}." if near else f"Put a .gguf file into {paths.models}."
    reason = "more than one model has this in its name." if partial else "there is no such model."
    raise ModelNotFoundError(ref, f"{reason} {hint}")
