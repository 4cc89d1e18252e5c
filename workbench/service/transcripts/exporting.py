"""Writes conversations into files: whole or not at all, nothing that exists is replaced unasked."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from workbench.domain.errors import FormatError, NameTakenError, UsageError
from workbench.domain.transcripts import ExportFormat, ExportOptions, ExportResult, Transcript
from workbench.files import name_fault, sync_folder, write_file
from workbench.history.chats import exported
from workbench.service.core import Core
from workbench.service.transcripts.printing import print_pdf
from workbench.transcripts.formulas import draw_formulas
from workbench.transcripts.writing.formats import Writer, find_writer, formats

PDF = "pdf"
_NAME_BYTES = 80
_HOSTILE = set('\\/:*?"<>|')


class Exporting:
    """Conversations as files."""

    def __init__(self, core: Core) -> None:
        self._store = core.store
        self._pool = core.pool

    @staticmethod
    def formats() -> tuple[ExportFormat, ...]:
        """All formats that conversations are written in."""
        return formats()

    async def transcript(self, conversation_id: int) -> Transcript:
        """A conversation with all its branches (UsageError where there is none)."""
        found = await self._store.read(exported.load_transcript, conversation_id)
        if found is None:
            raise UsageError(f"There is no conversation {conversation_id}.")
        return found

    async def message_ids(self, conversation_id: int) -> dict[str, int]:
        """The ids of the messages of a conversation by their keys in its transcript."""
        return await self._store.read(exported.load_ids, conversation_id)

    async def text(
        self, conversation_ids: Sequence[int], name: str, options: ExportOptions | None = None
    ) -> str:
        """Conversations as one text of a format.

        Raises:
            UsageError: there is no such format or conversation, or it is no text.
        """
        writer = find_writer(name)
        if writer.info.id == PDF:
            raise UsageError("A PDF is no text: name a file or a folder for it.")
        given = options or ExportOptions()
        texts = []
        for each in conversation_ids:
            found = await self.transcript(each)
            texts.append(await self._written(writer, found, given))
        return writer.before + writer.between.join(texts) + writer.after

    async def file_name(self, conversation_id: int, name: str) -> str:
        """What the file of a conversation would be called."""
        found = await self.transcript(conversation_id)
        return safe_name(found.title) + find_writer(name).info.suffix

    async def save(
        self,
        conversation_ids: Sequence[int],
        name: str,
        target: str,
        options: ExportOptions | None = None,
        *,
        replace: bool = False,
    ) -> ExportResult:
        """Write conversations into a file, or into a file each where ``target`` is a folder.

        Args:
            conversation_ids: which.
            name: the format's id.
            target: the file or folder.
            options: what of them is written.
            replace: a file that exists may be replaced.

        Raises:
            NameTakenError: the file exists and is not to be replaced.
            FormatError: the file cannot be written, or the format has one conversation a file.
            UsageError: there is no such format, or none of the conversations.
        """
        writer = find_writer(name)
        path, given = Path(target), options or ExportOptions()
        is_folder = await asyncio.to_thread(path.is_dir)
        if len(conversation_ids) > 1 and not is_folder and not writer.info.many:
            reason = f"{writer.info.title} has one conversation a file: name a folder."
            raise FormatError(target, reason)
        if not is_folder and not replace and await asyncio.to_thread(os.path.lexists, path):
            raise NameTakenError(target, "there is a file of this name already.")
        if is_folder:
            return await self._save_each(conversation_ids, writer, path, given)
        return await self._save_all(conversation_ids, writer, path, given)

    async def save_text(self, path: str, text: str) -> None:
        """Write a piece of an answer into a file; what the file had is replaced.

        Raises:
            FormatError: the file cannot be written.
        """
        try:
            await asyncio.to_thread(write_file, Path(path), text.encode("utf-8", "replace"))
        except OSError as error:
            raise FormatError(path, f"it cannot be written ({error.strerror}).") from None

    async def _written(self, writer: Writer, found: Transcript, options: ExportOptions) -> str:
        """A conversation in a format, with its formulas drawn where the format shows them so."""
        if writer.formulas is None or writer.write_drawn is None:
            return await asyncio.to_thread(writer.write, found, options)
        keys = await asyncio.to_thread(writer.formulas, found)
        drawings = await draw_formulas(self._pool, keys)
        return await asyncio.to_thread(writer.write_drawn, found, options, drawings)

    async def _save_all(
        self, ids: Sequence[int], writer: Writer, path: Path, options: ExportOptions
    ) -> ExportResult:
        if writer.info.id == PDF:
            return await self._print(ids[0], writer, path, options)
        count, missing = 0, []
        written = _File(path)
        try:
            await asyncio.to_thread(written.add, writer.before)
            for each in ids:
                found = await self._store.read(exported.load_transcript, each)
                if found is None:
                    missing.append(each)
                    continue
                between = writer.between if count else ""
                text = await self._written(writer, found, options)
                await asyncio.to_thread(written.add, between + text)
                count += len(found.messages)
            if len(missing) == len(ids):
                raise UsageError("There are no such conversations: nothing was written.")
            await asyncio.to_thread(written.finish, writer.after)
        except OSError as error:
            raise FormatError(str(path), f"it cannot be written ({error.strerror}).") from None
        finally:
            await asyncio.to_thread(written.discard)
        return ExportResult(
            paths=(str(path),), conversations=len(ids) - len(missing), messages=count,
            missing=tuple(missing),
        )  # fmt: skip

    async def _print(
        self, conversation_id: int, writer: Writer, path: Path, options: ExportOptions
    ) -> ExportResult:
        found = await self.transcript(conversation_id)
        text = await asyncio.to_thread(writer.write, found, options)
        temporary = path.with_name(f".saving-{secrets.token_hex(8)}")
        try:
            await print_pdf(text, found.title, temporary)
            await asyncio.to_thread(temporary.replace, path)
            await asyncio.to_thread(sync_folder, path.parent)
        except FormatError as error:  # of the file on its way
            raise FormatError(str(path), error.reason) from None
        except OSError as error:
            raise FormatError(str(path), f"it cannot be written ({error.strerror}).") from None
        finally:
            await asyncio.to_thread(temporary.unlink, missing_ok=True)
        return ExportResult(paths=(str(path),), conversations=1, messages=len(found.messages))

    async def _save_each(
        self, ids: Sequence[int], writer: Writer, folder: Path, options: ExportOptions
    ) -> ExportResult:
        paths: list[str] = []
        missing: list[int] = []
        count = 0
        for each in ids:
            found = await self._store.read(exported.load_transcript, each)
            if found is None:
                missing.append(each)
                continue
            path = await asyncio.to_thread(_free, folder, found.title, writer.info.suffix)
            result = await self._save_all([each], writer, path, options)
            paths += result.paths
            count += result.messages
        return ExportResult(
            paths=tuple(paths), conversations=len(paths), messages=count, missing=tuple(missing)
        )


class _File:
    """A file on its way: under another name until it is whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._temporary = path.with_name(f".saving-{secrets.token_hex(8)}")
        self._is_begun = False

    def add(self, text: str) -> None:
        """Write more of it."""
        with self._temporary.open("ab") as file:
            self._is_begun = True
            file.write(text.encode("utf-8", "replace"))

    def finish(self, text: str) -> None:
        """Write the end of it and give it its name."""
        with self._temporary.open("ab") as file:
            file.write(text.encode("utf-8", "replace"))
            file.flush()
            os.fsync(file.fileno())
        self._temporary.replace(self._path)
        self._is_begun = False
        sync_folder(self._path.parent)

    def discard(self) -> None:
        """Take away what was not finished."""
        if self._is_begun:
            with contextlib.suppress(OSError):
                self._temporary.unlink()


def safe_name(title: str) -> str:
    """A title as the name of a file that every system takes, without an ending."""
    normal = unicodedata.normalize("NFC", title)
    kept = "".join(
        " " if each in _HOSTILE or unicodedata.category(each) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        else each
        for each in normal
    )  # fmt: skip
    name = " ".join(kept.split()).strip(". ")
    while len(name.encode()) > _NAME_BYTES:
        name = name[:-1].rstrip(". ")
    return name if name and not name_fault(name) else f"{name} chat".strip()


def _free(folder: Path, title: str, suffix: str) -> Path:
    name = safe_name(title)
    path, number = folder / f"{name}{suffix}", 1
    while os.path.lexists(path):
        number += 1
        path = folder / f"{name}-{number}{suffix}"
    return path
