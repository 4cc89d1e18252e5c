"""Analysis and preview of a prompt text: its inputs, and the messages the model gets."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import msgspec

from workbench.domain.errors import (
    UnsupportedError,
    WorkbenchError,
)
from workbench.domain.prompts.completion import Completion
from workbench.domain.prompts.model_options import HeadOptions
from workbench.domain.prompts.prompt import (
    Preview,
    TemplateAnalysis,
)
from workbench.domain.prompts.text_search import Found, TextSearch
from workbench.domain.runs.spec import Json
from workbench.domain.sources.passages import Find
from workbench.domain.text import Message
from workbench.history import session
from workbench.prompts.document import parse_document
from workbench.prompts.formats.format import Source
from workbench.prompts.front_matter.keys import edit_head, options_of, read_head, write_options
from workbench.prompts.front_matter.references import Allowed, resolved
from workbench.prompts.jinja.analysis import analyse_within
from workbench.prompts.jinja.completion import complete
from workbench.prompts.jinja.formatting import format_template
from workbench.prompts.jinja.searching import find_in
from workbench.prompts.placeholders import render_filled, render_unfilled
from workbench.prompts.render import render
from workbench.service.core import Core
from workbench.service.prompts.front_matter_strategy import with_strategy_checked
from workbench.service.prompts.passages import Finding
from workbench.service.prompts.prompt_files import PromptFiles
from workbench.service.prompts.reuse import variable_reuse
from workbench.service.prompts.token_map import count_by_origin, loop_passes


class Prompts:
    """What a prompt text contains and what the model will receive; nothing is kept."""

    def __init__(self, core: Core, prompt_files: PromptFiles, find: Find | None = None) -> None:
        self._find = find
        self._engines = core.engines
        self._last_prompts = core.last_prompts
        self._prompt_library = core.prompt_library
        self._pool = core.pool
        self._store = core.store
        self._prompt_files = prompt_files

    async def analyse(self, text: str, path: str) -> TemplateAnalysis:
        """Inputs and problems of a template as it is being typed; never raises for its content."""
        found = await analyse_within(self._pool, text, path, self._prompt_library.sources())
        return with_strategy_checked(found, text)

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
        finding = Finding(self._find) if self._find is not None else None
        try:
            messages, missing = await rendering(
                self._pool,
                text,
                path,
                variables,
                sources=self._prompt_library.sources(),
                find=finding,
            )
        except WorkbenchError as error:
            return Preview(error=error.to_wire())
        preview = await self.preview_messages(messages)
        if finding is not None and finding.passages:
            preview = msgspec.structs.replace(preview, passages=finding.passages)
        model = self._engines.current.model
        if missing:
            return msgspec.structs.replace(preview, missing=missing)
        if model is None or preview.prompt_tokens is None:
            return preview
        tokens = (model.path, tuple(token for token, _ in preview.token_texts))
        same = self._last_prompts.same_tokens(path, text, variables, tokens)
        speed = await self._store.read(session.load_speed, model.path)
        reuse = variable_reuse(preview, speed.prompt if speed is not None else 0.0)
        return msgspec.structs.replace(preview, same_tokens=same, reuse=reuse)

    async def preview_messages(self, messages: tuple[Message, ...]) -> Preview:
        """The raw prompt and the exact tokens of messages for the loaded model."""
        engine = self._engines.current
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

    async def render(self, path: str, variables: dict[str, Json]) -> tuple[Message, ...]:
        """Render a prompt file for a model; raises TemplateError or LibraryError."""
        prompt = await self._prompt_files.read(path)
        return await render(
            self._pool,
            prompt.text,
            path,
            variables,
            sources=self._prompt_library.sources(),
            find=self._find,
        )

    async def complete(
        self, text: str, position: int, path: str, values: dict[str, Json]
    ) -> Completion:
        """What can be typed at a place (in characters from 0); never raises for the content."""
        sources = self._prompt_library.sources()
        return await asyncio.to_thread(
            lambda: complete(text, position, path, values=values, sources=sources)
        )

    async def format(self, text: str, path: str) -> str:
        """A prompt with tidy tags that renders to the same; TemplateSyntaxError if unreadable."""
        return await asyncio.to_thread(format_template, text, path)

    async def find(self, text: str, search: TextSearch) -> Found:
        """All places of something in a text; UsageError with a sentence for a wrong pattern."""
        return await find_in(self._pool, text, search)

    async def model_options(self, text: str, path: str) -> HeadOptions:
        """The model options of a prompt's front matter (FrontMatterError where unreadable)."""
        return options_of(await asyncio.to_thread(read_head, text, path))

    async def edit_front_matter(self, text: str, path: str, key: Sequence[str], value: Json) -> str:
        """A prompt's text with one value of its front matter changed and all else as it was.

        Raises:
            FrontMatterError: the front matter cannot be read, or not be changed in that place
                alone.
        """
        return await asyncio.to_thread(edit_head, text, path, tuple(key), value)

    async def write_options(self, text: str, path: str, values: dict[str, Json]) -> str:
        """A prompt's text with model options of its front matter changed, and all else as it was.

        Args:
            text: the whole file.
            path: named in errors.
            values: by name, as in ``domain.runs.sampling.Sampling``, and "seed"; None
                takes an option away.

        Raises:
            FrontMatterError: the front matter cannot be read, or not be changed in that place
                alone.
        """
        return await asyncio.to_thread(write_options, text, path, values)

    async def resolve_references(
        self, text: str, path: str, environment: Collection[str] = (), *, files: bool = False
    ) -> dict[str, Json]:
        """Sample values and defaults with the references that are allowed filled in.

        Args:
            text: the prompt file's text.
            path: where it lies; files are looked for in its folder only.
            environment: names of the variables that ``${env:NAME}`` may read.
            files: whether ``${file:path}`` is read.

        Raises:
            FrontMatterError: something allowed is missing, too large or outside of the folder.
        """
        document = parse_document(text, path)
        source = Source(name=Path(path).name, text=text, document=document)
        allowed = Allowed(frozenset(environment), files)
        found: Any = await asyncio.to_thread(resolved, source.values, path, allowed)
        return {name: value for name, value in found.items() if value is not None}
