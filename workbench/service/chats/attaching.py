"""Reads files that are attached to a message, and counts their tokens."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from workbench.domain.attachments import ReadFile, file_block
from workbench.domain.errors import FormatError, WorkbenchError
from workbench.domain.text import Segment
from workbench.domain.transcripts import Part
from workbench.retrieval.loaders import read_document
from workbench.service.chats.reader import ConversationReader

MOST_CHARACTERS = 1_000_000
"""More has more tokens than any context here."""


class Attaching(ConversationReader):
    """Files of messages."""

    async def read_file(self, path: str) -> ReadFile:
        """A file as it is attached to a message: its name and its text.

        Of a PDF, a document of Word, a book or an HTML page it is the visible text.

        Raises:
            FormatError: it cannot be read, has no text or too much of it; says why.
        """
        place = Path(path)
        document = await read_document(self._pool, place, MOST_CHARACTERS)
        if not document.text.strip():
            raise FormatError(path, document.notes[0] if document.notes else "it is empty.")
        part = Part(
            kind="file",
            name=place.name,
            media_type=mimetypes.guess_type(place.name)[0] or "text/plain",
            size=document.bytes,
            text=document.text,
        )
        return ReadFile(part, document.notes)

    async def count_file(self, part: Part) -> int | None:
        """The tokens that a file takes in a message, by the loaded model.

        None where no model is loaded, or it is on a server: nothing is sent there before the
        message is.
        """
        engine = self._engines.current
        if engine.model is None or engine.status.place:
            return None
        try:
            return len(await engine.tokenize((Segment(file_block(part), special=False),)))
        except WorkbenchError:
            return None
