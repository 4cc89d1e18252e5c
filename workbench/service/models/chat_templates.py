"""What the chat templates of models do with conversations; each is tried once."""

from __future__ import annotations

import msgspec

from workbench.domain.chat_templates import VERDICT_VERSION, TemplateVerdict
from workbench.history import session
from workbench.prompts.chat.verdicts import judge_template, template_digest
from workbench.service.core import Core, try_saving

_KEY = "chat_template:"


class ChatTemplates:
    """Verdicts on chat templates, kept by the digest of their text."""

    def __init__(self, core: Core) -> None:
        self._pool = core.pool
        self._store = core.store

    async def verdict(self, chat_template: str) -> TemplateVerdict:
        """What a template does; it is tried in the sandbox unless that is known."""
        key = _KEY + template_digest(chat_template)
        kept = await self._store.state_as(key, TemplateVerdict, None)
        if kept is not None and kept.version == VERDICT_VERSION:
            return kept
        found = await judge_template(self._pool, chat_template, bos="<s>", eos="</s>")
        if not found.problem:
            await try_saving(self._store.write(session.set_state, key, msgspec.to_builtins(found)))
        return found
