"""Prompts: the library, analysis, and the preview of what the model will receive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.domain.errors import UnsupportedError, WorkbenchError
from workbench.domain.spec import Json
from workbench.domain.text import Message
from workbench.domain.views import (
    Draft,
    LibraryEntry,
    Preview,
    PromptFile,
    TemplateAnalysis,
)
from workbench.service.models import ModelService
from workbench.service.token_map import count_by_origin
from workbench.templates import analysis
from workbench.templates.render import render


class PromptService(ModelService):
    """The part of the service that knows prompt files."""

    async def library(self) -> tuple[LibraryEntry, ...]:
        """All prompt files of the shipped and the user's folders."""
        return await self._in_thread(self._library.list)

    async def read_prompt(self, path: str) -> PromptFile:
        """The text of a prompt file (LibraryError where it cannot be read)."""
        return await self._in_thread(self._library.read, path)

    async def save_prompt(self, path: str, text: str, expected_sha256: str) -> PromptFile:
        """Write a prompt file, old or new but never half of it, and drop its draft.

        Raises:
            FileChangedError: the file is not the one that ``expected_sha256`` was taken from.
            LibraryError: it cannot be written.
        """
        saved = await self._in_thread(self._library.save, path, text, expected_sha256)
        await self._store.discard_draft(path)
        return saved

    async def create_prompt(self, name: str, folder: str = "", text: str = "") -> PromptFile:
        """A new prompt file in the user's folder."""
        return await self._in_thread(self._library.create, name, folder, text)

    async def duplicate_prompt(self, path: str) -> PromptFile:
        """A copy in the user's folder, named after the original."""
        return await self._in_thread(self._library.duplicate, path)

    async def rename_prompt(self, path: str, name: str) -> PromptFile:
        """The file under another name in the same folder."""
        return await self._in_thread(self._library.rename, path, name)

    async def trash_prompt(self, path: str) -> str:
        """Move a prompt file aside and return where it went; nothing is deleted."""
        return str(await self._in_thread(self._library.trash, path))

    async def analyse(self, text: str, path: str) -> TemplateAnalysis:
        """Inputs and problems of a template as it is being typed; never raises for its content."""
        return await self._in_thread(analysis.analyse, text, path, self._library.sources())

    async def preview(self, text: str, path: str, variables: dict[str, Json]) -> Preview:
        """Render a template and count its tokens; what is wrong comes inside the result."""
        try:
            messages = await render(
                self._pool, text, path, variables, sources=self._library.sources()
            )
        except WorkbenchError as error:
            return Preview(error=error.to_wire())
        return await self.preview_messages(messages)

    async def preview_messages(self, messages: tuple[Message, ...]) -> Preview:
        """The raw prompt and the exact tokens of messages for the loaded model."""
        engine = self._engine
        if engine.model is None:
            return Preview(messages=messages)
        raw = ""
        try:
            segments = await engine.format_chat(messages)
            raw = "".join(segment.text for segment in segments)
            if engine.status.place:  # what is typed leaves this machine with a run only
                return Preview(messages=messages, raw=raw)
            tokens = await engine.tokenize(segments)
        except UnsupportedError:
            return Preview(messages=messages, raw=raw)
        except WorkbenchError as error:
            return Preview(messages=messages, error=error.to_wire())
        counts = count_by_origin(messages, raw, tokens)
        return Preview(
            messages=messages,
            message_tokens=counts.messages,
            variable_tokens=counts.variables,
            format_tokens=counts.format,
            prompt_tokens=len(tokens),
            raw=raw,
            token_texts=tokens,
        )

    async def render_prompt(self, path: str, variables: dict[str, Json]) -> tuple[Message, ...]:
        """Render a prompt file; raises TemplateError or LibraryError."""
        prompt = await self.read_prompt(path)
        return await render(
            self._pool, prompt.text, path, variables, sources=self._library.sources()
        )

    async def save_draft(self, draft: Draft) -> None:
        """Keep unsaved text so that a crash loses none of it."""
        await self._store.save_draft(draft)

    async def drafts(self) -> tuple[Draft, ...]:
        """All unsaved texts."""
        return await self._store.drafts()

    async def discard_draft(self, path: str) -> None:
        """Forget the unsaved text of a file."""
        await self._store.discard_draft(path)

    async def get_state(self, key: str, default: Any = None) -> Any:
        """A JSON value kept between sessions."""
        return await self._store.get_state(key, default)

    async def set_state(self, key: str, value: Any) -> None:
        """Keep a JSON value between sessions."""
        await self._store.set_state(key, value)

    @staticmethod
    def prompt_title(path: str) -> str:
        """What a prompt file is called where there is no room for its path."""
        return Path(path).stem
