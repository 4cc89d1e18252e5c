"""What all parts of the conversations need: the shown branch and its system prompt."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.domain.chat import OpenConversation, system_of
from workbench.domain.errors import WorkbenchError
from workbench.domain.runs.spec import ChatPrompt
from workbench.domain.views import ChatMessage
from workbench.history import session
from workbench.history.chats import conversations
from workbench.history.runs.runs import load_spec
from workbench.service.chats.steps import Steps
from workbench.service.core import Core
from workbench.service.models.chat_templates import ChatTemplates
from workbench.service.runs.runs import Runs
from workbench.service.sources import Sources

LAST_SYSTEM = "chat.last_system"
UNTITLED = "New conversation"
_TITLE_CHARACTERS = 48


class ConversationReader:
    """Reads conversations."""

    def __init__(self, core: Core, runs: Runs, sources: Sources | None = None) -> None:
        self._sources = sources
        self._engines = core.engines
        self._gate = core.gate
        self._idle_work = core.idle_work
        self._pool = core.pool
        self._prompt_library = core.prompt_library
        self._store = core.store
        self._shared = core.shared
        self._runs = runs
        self._templates = ChatTemplates(core)
        self._steps = Steps()

    async def open(self, conversation_id: int) -> OpenConversation:
        """A conversation with its shown branch; UsageError where there is none."""
        conversation = await self._store.read(conversations.load_conversation, conversation_id)
        messages = await self.messages(conversation_id)
        return OpenConversation(
            conversation=conversation, messages=messages, system=await self._system(messages)
        )

    async def open_end(self, conversation_id: int, most: int) -> OpenConversation | None:
        """The last messages of a long conversation, at once: what can be seen of it at its end.

        Its system prompt is that of these. None where the branch has no more than ``most``.

        Raises:
            UsageError: there is no such conversation.
        """
        messages = await self._store.last_messages(conversation_id, most)
        if not messages:
            return None
        conversation = await self._store.read(conversations.load_conversation, conversation_id)
        return OpenConversation(
            conversation=conversation, messages=messages, system=await self._system(messages)
        )

    async def messages(
        self, conversation_id: int, leaf_id: int | None = None
    ) -> tuple[ChatMessage, ...]:
        """The branch that is shown, or that ends in ``leaf_id``, first message first."""
        return await self._store.messages(conversation_id, leaf_id)

    async def _leaf(self, conversation_id: int) -> int | None:
        """The end of the shown branch."""
        read = await self._store.read(conversations.load_conversation, conversation_id)
        return read.leaf_id

    async def _system(self, messages: Sequence[ChatMessage]) -> str:
        """The system prompt of a branch; of one that kept none, that of its last answer."""
        kept = system_of(messages)
        answered = [each.run_id for each in messages if each.run_id is not None]
        if kept is not None or not answered:
            return kept or ""
        try:
            spec = await self._store.read(load_spec, answered[-1])
        except WorkbenchError:  # the run is damaged: the messages are there all the same
            return ""
        sent = spec.prompt.messages if isinstance(spec.prompt, ChatPrompt) else ()
        return "\n\n".join(each.text for each in sent if each.role == "system")

    async def last_system(self) -> str:
        """The system prompt that was used last in any conversation, "" where none was."""
        return str(await self._store.read(session.get_state, LAST_SYSTEM, "") or "")


def title_of(text: str) -> str:
    """The title of a conversation that begins with a text."""
    words = " ".join(text.split())
    short = words[:_TITLE_CHARACTERS].rstrip()
    return (short + ("…" if len(words) > len(short) else "")) or UNTITLED
