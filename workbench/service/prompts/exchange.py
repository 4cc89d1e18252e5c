"""Import and export of prompts: from and to files of other programs, and bundles."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from workbench.domain.errors import (
    FormatError,
    LibraryError,
    SandboxError,
    SandboxMemory,
    SandboxTimeout,
    WorkbenchError,
)
from workbench.domain.prompts.exchange import (
    Exported,
    FormatInfo,
    ImportedPrompt,
    ImportPreview,
)
from workbench.domain.prompts.prompt import PromptFile
from workbench.domain.runs.spec import Json
from workbench.domain.text import Message
from workbench.files import read_bytes
from workbench.prompts.document import parse_document
from workbench.prompts.formats import bounded_reading as safe
from workbench.prompts.formats import bundle, registry
from workbench.prompts.formats.format import Source
from workbench.prompts.formats.import_files import SAMPLES, Placing
from workbench.prompts.render import render
from workbench.service.core import Core
from workbench.service.prompts.exchange_files import (
    folder_in_library,
    free_name,
    is_data,
    referred,
    write_bytes,
)
from workbench.service.prompts.prompt_files import PromptFiles

PARSE_SECONDS = 10.0
BUNDLE = "Bundle"
ZIP = ".zip"
_JOBS = "workbench.prompts.formats.jobs"


class Exchange:
    """Prompts from and to the formats of other programs."""

    def __init__(self, core: Core, prompt_files: PromptFiles) -> None:
        self._prompt_library = core.prompt_library
        self._pool = core.pool
        self._paths = core.paths
        self._prompt_files = prompt_files

    @staticmethod
    def formats() -> tuple[FormatInfo, ...]:
        """All formats that prompts are read from and written to, bundles apart."""
        return registry.formats()

    async def preview_import(self, path: str, wanted: str = "") -> ImportPreview:
        """What a file holds. Nothing is written.

        Args:
            path: a file of any known format, or a bundle (zip).
            wanted: the format's id; "" finds it out.

        Raises:
            FormatError: no format fits, or the file is damaged, hostile or too large.
            LibraryError: it cannot be read.
            UsageError: there is no such format.
        """
        is_zip = path.lower().endswith(ZIP)
        limit = bundle.FILE_BYTES if is_zip else safe.FILE_BYTES
        data = await asyncio.to_thread(read_bytes, Path(path), limit, LibraryError)
        if is_zip or data.startswith(b"PK\x03\x04"):
            return await self._preview_bundle(path, data)
        files = await asyncio.to_thread(referred, Path(path), data)
        found = await self._parsed(Path(path).name, data, files, wanted)
        return msgspec.structs.replace(found, path=path)

    async def import_prompts(
        self, preview: ImportPreview, chosen: Collection[int], folder: str = ""
    ) -> tuple[PromptFile, ...]:
        """Write what was chosen of a preview; no file that exists is touched.

        Args:
            preview: as :meth:`preview_import` gave it.
            chosen: which of its prompts, counted from 0.
            folder: below the user's own folder, parts divided by "/". A bundle becomes a new
                folder in it.

        Raises:
            FormatError: the folder's name cannot be used.
            LibraryError: something cannot be written; then nothing was.
        """
        prompts = [each for place, each in enumerate(preview.prompts) if place in chosen]
        placing = Placing(self._prompt_library.roots, self._paths.data_sets)
        if preview.format == BUNDLE:
            stem = Path(preview.path).stem
            return await asyncio.to_thread(placing.bundle, prompts, folder, stem)
        return await asyncio.to_thread(placing.files, prompts, folder)

    async def export(
        self, path: str, wanted: str, values: Mapping[str, Json] | None = None
    ) -> Exported:
        """A prompt as a file of another format.

        Args:
            path: the prompt file.
            wanted: the format's id.
            values: for formats without variables; the sample values are used for others.

        Raises:
            FormatError: the prompt does what the format cannot say.
            TemplateError: it cannot be rendered, where the format needs that.
            LibraryError, UsageError: the prompt cannot be read; there is no such format.
        """
        chosen = registry.find_format(wanted)
        file = await self._prompt_files.read(path)
        document = parse_document(file.text, file.path)
        source = Source(
            name=Path(path).name,
            text=file.text,
            document=document,
            samples=await self._beside(Path(path).with_name(Path(path).stem + SAMPLES)) or {},
            rows=tuple(await self._beside(self._data_file(Path(path))) or ()),
        )
        if chosen.rendered:
            given = source.values | dict(values or {})
            source = replace(source, messages=await self._rendered(file, given))
        return await asyncio.to_thread(chosen.write, source)

    async def save_export(
        self,
        path: str,
        wanted: str,
        target: str,
        values: Mapping[str, Json] | None = None,
        *,
        replace: bool = False,
    ) -> Exported:
        """Export a prompt into a file; see :meth:`export`.

        Raises:
            LibraryError: the file exists and ``replace`` is False, or it cannot be written.
        """
        exported = await self.export(path, wanted, values)
        await asyncio.to_thread(self._write_export, target, exported.content, replace)
        return exported

    async def export_bundle(
        self, paths: Sequence[str], target: str, *, replace: bool = False
    ) -> int:
        """Write prompts with their samples and data as one bundle; returns its bytes.

        Args:
            paths: prompt files, or folders whose prompts are all taken.
            target: the zip file.
            replace: whether a file of that name may be replaced.

        Raises:
            LibraryError: a prompt cannot be read, or the bundle not written.
            UsageError: nothing was named.
        """
        files = await asyncio.to_thread(self._gathered, paths)
        prompts = [name for name in files if not name.endswith(SAMPLES) and not is_data(name)]
        if not prompts:
            raise FormatError(target, "there is no prompt to put into the bundle.")
        content = await asyncio.to_thread(bundle.pack, Path(target).stem, files, prompts)
        await asyncio.to_thread(self._write_export, target, content, replace)
        return len(content)

    def _write_export(self, target: str, content: bytes, replace: bool) -> None:
        """Write a file where the user wants it, but not over one that must stay as it is."""
        self._prompt_library.roots.refuse_locked(Path(target))
        write_bytes(Path(target), content, replace=replace)

    async def _parsed(
        self, name: str, data: bytes, files: Mapping[str, bytes], wanted: str = ""
    ) -> ImportPreview:
        found = await self._job("read_job", name, data, dict(files), wanted)
        return msgspec.convert(found, ImportPreview)

    async def _job(self, job: str, name: str, *args: Any) -> Any:
        try:
            return await self._pool.call(
                f"{_JOBS}:{job}", name, *args, deadline_seconds=PARSE_SECONDS
            )
        except SandboxTimeout:
            raise FormatError(name, "reading it takes too long, so it was stopped.") from None
        except SandboxMemory:
            raise FormatError(name, "reading it needs too much memory.") from None
        except SandboxError as error:
            raise FormatError(name, str(error)) from error

    async def _preview_bundle(self, path: str, data: bytes) -> ImportPreview:
        files = await asyncio.to_thread(bundle.unpack, data, path)
        notes: list[str] = []
        prompts: list[ImportedPrompt] = []
        attached = {name for name in files if name.endswith(SAMPLES) or is_data(name)}
        used: set[str] = {bundle.MANIFEST}
        for name in sorted(files.keys() - attached - used):
            try:
                preview = await self._parsed(PurePosixPath(name).name, files[name], {})
            except WorkbenchError as error:
                notes.append(f"{name} is left out: {_reason(error)}")
                continue
            folder = folder_in_library(name)
            for prompt in preview.prompts:
                found = msgspec.structs.replace(prompt, folder=folder)
                prompts.append(await self._with_beside(found, name, files, used, notes))
        notes += [f"{name} belongs to no prompt and is left out." for name in attached - used]
        if not prompts:
            raise FormatError(path, "the bundle holds no prompt that can be read.")
        return ImportPreview(
            path=path, format=BUNDLE, prompts=tuple(prompts), notes=tuple(sorted(notes))
        )

    async def _with_beside(
        self,
        prompt: ImportedPrompt,
        name: str,
        files: Mapping[str, bytes],
        used: set[str],
        notes: list[str],
    ) -> ImportedPrompt:
        """A prompt of a bundle with its samples and rows."""
        stem = PurePosixPath(name).stem
        samples = str(PurePosixPath(name).with_name(stem + SAMPLES))
        rows = next((f for f in files if is_data(f) and PurePosixPath(f).stem == stem), "")
        changes: dict[str, Any] = {}
        for key, other in (("samples", samples), ("rows", rows)):
            if other not in files or other in used:
                continue
            used.add(other)
            try:
                found = await self._job("beside_job", other, files[other])
            except WorkbenchError as error:
                notes.append(f"{other} is left out: {_reason(error)}")
            else:
                changes[key] = tuple(found) if key == "rows" else found
        return msgspec.structs.replace(prompt, **changes) if changes else prompt

    async def _rendered(self, file: PromptFile, values: dict[str, Json]) -> tuple[Message, ...]:
        known = {name: value for name, value in values.items() if value is not None}
        return await render(
            self._pool, file.text, file.path, known, sources=self._prompt_library.sources()
        )

    async def _beside(self, place: Path | None) -> Any:
        """The samples or rows in a file, None where it is none that can be read."""
        if place is None or not await asyncio.to_thread(place.is_file):
            return None
        try:
            data = await asyncio.to_thread(read_bytes, place, safe.FILE_BYTES, LibraryError)
            return await self._job("beside_job", place.name, data)
        except (FormatError, LibraryError):
            return None

    def _data_file(self, path: Path) -> Path | None:
        shipped = self._paths.shipped_prompts.parent / "resources" / "data"
        places = (folder / f"{path.stem}.jsonl" for folder in (self._paths.data_sets, shipped))
        return next((place for place in places if place.is_file()), None)

    def _gathered(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The files of a bundle by their names in it."""
        entries = self._prompt_library.listing().entries
        chosen: dict[str, Path] = {}
        for each in paths:
            wanted = Path(each)
            inside = [e for e in entries if Path(e.path).is_relative_to(wanted)]
            if not inside and not wanted.is_file():
                raise LibraryError(each, "this is no prompt and no folder of the library.")
            for entry in inside:
                name = f"{entry.folder}/{entry.name}" if entry.folder else entry.name
                chosen.setdefault(free_name(name, chosen), Path(entry.path))
            if not inside:
                chosen.setdefault(free_name(wanted.name, chosen), wanted)
        files: dict[str, bytes] = {}
        for name, path in chosen.items():
            inner = f"{bundle.PROMPTS}/{name}"
            files[inner] = self._prompt_library.read(str(path)).text.encode()
            samples = path.with_name(path.stem + SAMPLES)
            if samples.is_file():
                own = str(PurePosixPath(inner).with_name(PurePosixPath(inner).stem + SAMPLES))
                files[own] = read_bytes(samples, safe.FILE_BYTES, LibraryError)
            data = self._data_file(path)
            if data is not None:
                stem = PurePosixPath(inner).stem
                files[f"{bundle.DATA}/{stem}.jsonl"] = read_bytes(
                    data, safe.FILE_BYTES, LibraryError
                )
        return files


def _reason(error: WorkbenchError) -> str:
    return str(getattr(error, "reason", error))
