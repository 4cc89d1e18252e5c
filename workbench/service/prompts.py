"""Prompts: the library, analysis, and the preview of what the model will receive."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import msgspec

from workbench.domain.errors import LibraryError, StoreError, UnsupportedError, WorkbenchError
from workbench.domain.library import Moved
from workbench.domain.prompts import Draft, LibraryEntry, Preview, PromptFile, TemplateAnalysis
from workbench.domain.spec import Json
from workbench.domain.text import Message
from workbench.domain.versions import VersionOrigin
from workbench.service.library import LibraryService
from workbench.service.reuse import LastPrompts, variable_reuse
from workbench.service.token_map import count_by_origin, loop_passes
from workbench.templates import analysis
from workbench.templates.placeholders import render_filled, render_unfilled
from workbench.templates.render import render

log = logging.getLogger(__name__)


class PromptService(LibraryService):
    """The part of the service that knows prompt files."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._last_prompts = LastPrompts()

    async def library(self) -> tuple[LibraryEntry, ...]:
        """All prompt files of the library's folders."""
        return (await self.library_listing()).entries

    async def read_prompt(self, path: str) -> PromptFile:
        """The text of a prompt file (LibraryError where it cannot be read)."""
        return await self._in_thread(self._library.read, path)

    async def save_prompt(self, path: str, text: str, expected_sha256: str) -> PromptFile:
        """Write a prompt file, old or new but never half of it, and drop its draft.

        What stood in it and what is written become versions of it.

        Raises:
            FileChangedError: the file is not the one that ``expected_sha256`` was taken from.
            LibraryError: it cannot be written.
        """
        before = await self._text_before(path, expected_sha256)
        saved = await self._in_thread(self._library.save, path, text, expected_sha256)
        await self._keep_versions(path, *before, (saved.text, "saved"))
        await self._store.discard_draft(path)
        return saved

    async def _text_before(
        self, path: str, expected_sha256: str
    ) -> tuple[tuple[str, VersionOrigin], ...]:
        """The text that saving is about to replace, as a version to keep; none for a new file."""
        if not expected_sha256:
            return ()
        try:
            return (((await self.read_prompt(path)).text, "imported"),)
        except LibraryError:
            return ()  # saving says what is wrong with the file

    async def _keep_versions(self, path: str, *texts: tuple[str, VersionOrigin]) -> None:
        """Keep versions of a file that is written; a failure is in the history's status."""
        try:
            await self._store.record_versions(path, *texts)
        except StoreError as error:
            log.warning("A version of %s could not be kept: %s", path, error)

    async def create_prompt(self, name: str, folder: str = "", text: str = "") -> PromptFile:
        """A new prompt file in the user's folder, or in one that ``folder`` names whole."""
        made = await self._in_thread(self._library.create, name, folder, text)
        await self._keep_versions(made.path, (made.text, "saved"))
        return made

    async def duplicate_prompt(self, path: str) -> PromptFile:
        """A copy named after the original, beside it or in the user's folder."""
        before = await self.read_prompt(path)
        made = await self._in_thread(self._library.duplicate, path)
        await self._keep_unopened(before, made)
        await self._keep_versions(made.path, (made.text, "saved"))
        return made

    async def rename_prompt(self, path: str, name: str) -> PromptFile:
        """The file under another name in the same folder."""
        file = await self._in_thread(self._library.rename, path, name)
        await self._follow(Moved(old=path, new=file.path))
        return file

    async def trash_prompt(self, path: str) -> str:
        """Move a prompt file aside and return where it went; nothing is deleted."""
        where = await self._in_thread(self._library.trash, path)
        await self._follow(Moved(old=path, new=where))
        return where

    async def analyse(self, text: str, path: str) -> TemplateAnalysis:
        """Inputs and problems of a template as it is being typed; never raises for its content."""
        return await self._in_thread(analysis.analyse, text, path, self._library.sources())

    async def preview(
        self, text: str, path: str, variables: dict[str, Json], *, unfilled: bool = False
    ) -> Preview:
        """Render a template and count its tokens; what is wrong comes inside the result.

        Args:
            text: the whole file.
            path: of the file.
            variables: values of its inputs.
            unfilled: show an input without a value by its name, rather than say that it has none.
        """
        rendering = render_unfilled if unfilled else render_filled
        try:
            messages, missing = await rendering(
                self._pool, text, path, variables, sources=self._library.sources()
            )
        except WorkbenchError as error:
            return Preview(error=error.to_wire())
        preview = await self.preview_messages(messages)
        model = self._engine.model
        if missing:
            return msgspec.structs.replace(preview, missing=missing)
        if model is None or preview.prompt_tokens is None:
            return preview
        tokens = (model.path, tuple(token for token, _ in preview.token_texts))
        same = self._last_prompts.same_tokens(path, text, variables, tokens)
        speed = await self._store.speed(model.path)
        reuse = variable_reuse(preview, speed.prompt if speed is not None else 0.0)
        return msgspec.structs.replace(preview, same_tokens=same, reuse=reuse)

    async def preview_messages(self, messages: tuple[Message, ...]) -> Preview:
        """The raw prompt and the exact tokens of messages for the loaded model."""
        engine = self._engine
        model = engine.model
        if model is None:
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
        special = frozenset(model.special_texts)
        return Preview(
            messages=messages,
            message_tokens=counts.messages,
            span_tokens=counts.spans,
            variable_tokens=counts.variables,
            line_tokens=counts.lines,
            line_passes=loop_passes(messages),
            block_tokens=counts.blocks,
            format_tokens=counts.format,
            prompt_tokens=len(tokens),
            raw=raw,
            token_texts=tokens,
            token_starts=counts.starts,
            special_tokens=frozenset(
                index for index, (_, text) in enumerate(tokens) if text in special
            ),
            message_offsets=counts.offsets,
        )

    async def render_prompt(self, path: str, variables: dict[str, Json]) -> tuple[Message, ...]:
        """Render a prompt file for a model; raises TemplateError or LibraryError."""
        prompt = await self.read_prompt(path)
        await self.refuse_unopened(prompt.text, path)
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
