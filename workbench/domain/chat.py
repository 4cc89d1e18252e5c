"""Values of a conversation besides its messages: options of its answers, and its draft."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import Budget, Json, KvMode, RunSpec
from workbench.domain.transcripts import Part
from workbench.domain.views import ChatMessage, Conversation

UNBEGUN = 0
"""The id of the new conversation, which has no message yet."""


MOST_ANSWERERS = 4
"""How many answer one message at most."""


class Answerer(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers a message: a model ("" is the default) by a strategy."""

    model: str = ""
    strategy: str = "direct"
    params: dict[str, Json] = {}


class ChatOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How answers are made. ``system`` goes before the conversation where it is not empty."""

    strategy: str = "direct"
    params: dict[str, Json] = {}
    model: str = ""
    sampling: Sampling = Sampling()
    seed: int = 0
    budget: Budget = Budget()
    mode: KvMode = "fast"
    system: str = ""
    profile: int = 0
    """The id of the profile that goes before ``system``, 0 for none."""
    send_thoughts: bool = False
    """Ask the chat template to keep the thoughts of earlier answers; it may drop them all the
    same."""
    others: tuple[Answerer, ...] = ()
    """Who else answers each message, next to the first."""

    @property
    def answerers(self) -> tuple[Answerer, ...]:
        """All who answer a message, each once, the first first."""
        first = Answerer(model=self.model, strategy=self.strategy, params=self.params)
        kept: list[Answerer] = []
        for each in (first, *self.others):
            if (each.model, each.strategy) not in [(it.model, it.strategy) for it in kept]:
                kept.append(each)
        return tuple(kept[:MOST_ANSWERERS])

    def by(self, answerer: Answerer) -> ChatOptions:
        """The same for an answer by one of them alone."""
        return msgspec.structs.replace(
            self,
            model=answerer.model,
            strategy=answerer.strategy,
            params=answerer.params,
            others=(),
        )


def chat_params(strategy: str) -> dict[str, Json]:
    """The parameters with which a strategy answers in a chat, where no others are chosen.

    What is written there is the answer, whatever line the messages ask for.
    """
    return {"extraction": "whole"} if strategy == "direct" else {}


class WaitingMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message that is sent when the answer before it is written."""

    text: str = ""
    attachments: tuple[Part, ...] = ()
    options: ChatOptions = ChatOptions()


class ChatDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What is written in a conversation and not sent.

    ``text`` is the next message; ``system`` a system prompt that counts from it on (None: no other
    than before); ``edited_text`` another version of the message ``edited_id``.
    """

    text: str = ""
    system: str | None = None
    edited_id: int | None = None
    edited_text: str = ""
    attachments: tuple[Part, ...] = ()
    """Files of the next message, with their texts."""
    edited_attachments: tuple[Part, ...] | None = None
    """Those of the message that is edited; None: as they were."""
    waiting: tuple[WaitingMessage, ...] = ()
    """Messages that were to be sent after the answer that was being written."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to keep."""
        return self == ChatDraft()


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One question and the run that is to answer it, as they are put on disk together.

    ``conversation_id`` None begins a conversation named ``title``. ``text`` None asks for another
    answer to the message ``parent_id``. ``system`` is None where it is the one before.
    ``edited_from`` is the message that the text is a version of, ``attachments`` the files that go
    with it. With ``keeps_draft`` the text was not what is written in the conversation now.
    ``others`` are runs that answer the same question.
    """

    conversation_id: int | None
    title: str
    parent_id: int | None
    text: str | None
    system: str | None
    options: dict[str, Any]
    spec: RunSpec
    run_title: str
    edited_from: int | None = None
    attachments: tuple[dict[str, Any], ...] = ()
    keeps_draft: bool = False
    others: tuple[RunSpec, ...] = ()


class OpenConversation(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation with the branch that is shown. ``system`` is the branch's system prompt."""

    conversation: Conversation
    messages: tuple[ChatMessage, ...]
    system: str


def system_of(messages: Sequence[ChatMessage]) -> str | None:
    """The system prompt of a branch, None where nothing was kept of it."""
    return next((each.system for each in reversed(messages) if each.system is not None), None)
