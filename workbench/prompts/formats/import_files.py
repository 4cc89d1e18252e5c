"""Writing imported prompts into the library: under free names, all of them or none."""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from workbench.domain.errors import FormatError, LibraryError, NameTakenError
from workbench.domain.prompts.exchange import ImportedPrompt
from workbench.domain.prompts.prompt import PromptFile
from workbench.prompts.formats.file_names import below, safe_parts
from workbench.prompts.formats.prompt_text import as_yaml, file_name
from workbench.prompts.library.roots import LibraryRoots

SAMPLES = ".samples.yaml"
_TRIES = 1_000


class Placing:
    """Puts prompts into the user's folders. Blocks on the disk: use it in a thread.

    Args:
        roots: the folders of the library; prompts go into the user's.
        data: where data sets go.
    """

    def __init__(self, roots: LibraryRoots, data: Path) -> None:
        self._roots = roots
        self._prompts = roots.user
        self._data = data

    def files(self, found: Sequence[ImportedPrompt], folder: str) -> tuple[PromptFile, ...]:
        """Write prompts into a folder, each under a name that is free.

        Raises:
            FormatError: the folder's name cannot be used.
            LibraryError: something cannot be written; what was written before is taken away.
        """
        target = self._folder(folder)
        written: list[Path] = []
        try:
            return tuple(self._one(each, target, written) for each in found)
        except BaseException:
            for path in written:
                with contextlib.suppress(OSError):
                    path.unlink()
            raise

    def bundle(
        self, found: Sequence[ImportedPrompt], folder: str, name: str
    ) -> tuple[PromptFile, ...]:
        """Write a bundle as a new folder below ``folder``; it appears whole or not at all.

        Raises:
            FormatError, LibraryError: as :meth:`files`.
        """
        parent = self._folder(folder)
        staging = self._prompts / f".importing-{secrets.token_hex(8)}"
        written: list[Path] = []
        try:
            files = []
            for each in found:
                parts = safe_parts(each.folder, name) if each.folder else ()
                files.append(self._one(each, staging.joinpath(*parts), written))
            target = _free(parent / file_name(name, "bundle"))
            self._roots.make_folder(parent)
            self._roots.move(staging, target)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            for path in written:
                with contextlib.suppress(OSError):
                    path.unlink()
            raise
        return tuple(
            PromptFile(
                path=str(target / Path(file.path).relative_to(staging)),
                text=file.text,
                sha256=file.sha256,
            )
            for file in files
        )

    def _folder(self, folder: str) -> Path:
        parts = safe_parts(folder, folder) if folder.strip("/") else ()
        if any(part.startswith(".") for part in parts):
            raise FormatError(folder, "a folder's name must not begin with a dot.")
        return below(self._prompts, parts, folder)

    def _one(self, prompt: ImportedPrompt, folder: Path, written: list[Path]) -> PromptFile:
        stem = _stem(prompt.name)
        file = self._new(folder, stem, prompt.suffix, prompt.text)
        path = Path(file.path)
        written.append(path)
        if prompt.samples:
            samples_file = path.with_name(path.stem + SAMPLES)
            self._roots.write(samples_file, as_yaml(prompt.samples), "")
            written.append(samples_file)
        if prompt.rows:
            lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in prompt.rows)
            data = self._new(self._data, path.stem, ".jsonl", "".join(lines))
            written.append(Path(data.path))
        return file

    def _new(self, folder: Path, stem: str, suffix: str, text: str) -> PromptFile:
        """A new file under the first free of "name", "name-2", "name-3", ..."""
        for number in range(1, _TRIES):
            name = f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}"
            taken = folder / name
            samples_file = taken.with_name(Path(name).stem + SAMPLES)
            if (
                taken.exists()
                or taken.is_symlink()
                or (suffix != ".jsonl" and samples_file.exists())
            ):
                continue
            try:
                return self._roots.write(taken, text, "")
            except NameTakenError:  # another program took the name this moment
                continue
        raise LibraryError(str(folder / stem), "there are too many files of this name.")


def _stem(name: str) -> str:
    """A name without a folder that can be a file's."""
    try:
        (part,) = safe_parts(PurePosixPath(name).name, name)
    except (FormatError, ValueError):
        return file_name(name)
    return file_name(name) if part.startswith(".") else part


def _free(path: Path) -> Path:
    for number in range(1, _TRIES):
        target = path if number == 1 else path.with_name(f"{path.name}-{number}")
        if not target.exists() and not target.is_symlink():
            return target
    raise LibraryError(str(path), "there are too many folders of this name.")
