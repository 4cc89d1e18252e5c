"""What the editor of prompts asks while one types: completion, formatting, finding."""

from __future__ import annotations

from workbench.domain.completion import Completion
from workbench.domain.search import Found, TextSearch
from workbench.domain.spec import Json
from workbench.service.prompts import PromptService
from workbench.templates.completion import complete
from workbench.templates.formatting import format_template
from workbench.templates.searching import find_in


class EditingService(PromptService):
    """The part of the service that helps with typing. No text is kept or changed here."""

    async def complete(
        self, text: str, position: int, path: str, values: dict[str, Json]
    ) -> Completion:
        """What can be typed at a place (in characters from 0); never raises for the content."""
        sources = self._library.sources()
        return await self._in_thread(
            lambda: complete(text, position, path, values=values, sources=sources)
        )

    async def format_prompt(self, text: str, path: str) -> str:
        """A prompt with tidy tags that renders to the same; TemplateSyntaxError if unreadable."""
        return await self._in_thread(format_template, text, path)

    async def find_in_text(self, text: str, search: TextSearch) -> Found:
        """All places of something in a text; UsageError with a sentence for a wrong pattern."""
        return await find_in(self._pool, text, search)
