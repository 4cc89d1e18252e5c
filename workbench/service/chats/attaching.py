"""Reads files that are attached to a message, and counts their tokens."""

from __future__ import annotations

import asyncio
import mimetypes
from pathlib import Path

from workbench.domain.attachments import file_block
from workbench.domain.errors import FormatError, SandboxError, WorkbenchError
from workbench.domain.text import Segment
from workbench.domain.transcripts import Part
from workbench.prompts.attachments import reading
from workbench.service.chats.reader import ConversationReader

_HTML = "workbench.prompts.attachments.html_text:html_job"
_SECONDS = 5.0


class Attaching(ConversationReader):
    """Files of messages."""

    async def read_file(self, path: str) -> Part:
        """A file as it is attached to a message: its name and its text.

        Of an HTML page it is the visible text.

        Raises:
            FormatError: it cannot be read, is no text or is too large; says why.
        """
        place = Path(path)
        text = await asyncio.to_thread(reading.read, place)
        size = len(text.encode())
        if place.suffix.lower() in reading.HTML_ENDINGS:
            text = await self._text_of_page(text, path)
        return Part(
            kind="file",
            name=place.name,
            media_type=mimetypes.guess_type(place.name)[0] or "text/plain",
            size=size,
            text=text,
        )

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

    async def _text_of_page(self, page: str, path: str) -> str:
        try:
            text = str(await self._pool.call(_HTML, page, deadline_seconds=_SECONDS))
        except SandboxError as error:
            raise FormatError(path, f"the page cannot be read: {error}") from error
        if not text.strip():
            raise FormatError(path, "there is no text in it.")
        return text
