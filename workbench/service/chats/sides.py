"""Several answers to one message: read together, asked for again one by one."""

from __future__ import annotations

from workbench.domain.chat import Answerer, ChatOptions
from workbench.domain.views import ChatMessage
from workbench.history.chats import message_tree
from workbench.history.runs.runs import load_spec
from workbench.service.chats.asking import Asking
from workbench.service.chats.prompt import begun_message


class Sides(Asking):
    """The answers in one place of a conversation."""

    async def versions(self, message_id: int) -> tuple[ChatMessage, ...]:
        """All versions in the place of a message with their texts, oldest first.

        Raises:
            UsageError: there is no such message.
        """
        return await self._store.answer_versions(message_id)

    async def answering(self, conversation_id: int) -> tuple[int, ...]:
        """The runs that are answering in a conversation now."""
        return await self._store.read(message_tree.running_answers, conversation_id)

    async def again(
        self, message: ChatMessage, options: ChatOptions, *, goes_on: bool = False
    ) -> ChatMessage:
        """Another answer by the model and the strategy that wrote this one.

        The conversation keeps ``options`` for its next message.

        Args:
            message: an answer.
            options: how the conversation is answered else.
            goes_on: let it go on where it ended, as :meth:`continue_answer`.

        Raises:
            UsageError: its run is gone. ModelError: its model is gone.
        """
        begun = begun_message(message.text, message.reasoning or "") if goes_on else None
        if message.run_id is None:
            return await self._ask_again(message, None, options, begun)
        spec = await self._store.read(load_spec, message.run_id)
        who = Answerer(model=spec.model, strategy=spec.strategy, params=spec.params)
        return await self._ask_again(message, None, options.by(who), begun, kept=options)
