"""Which places of a branch are shown in columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from workbench.domain.chat import OpenConversation
from workbench.domain.chat_sides import asked_together, columns
from workbench.domain.views import ChatMessage

if TYPE_CHECKING:
    from workbench.service import Workbench

Place = tuple[int, int]
"""A conversation and the message that is answered there."""
Wanted = Mapping[Place, bool]
"""Whether the answers in a place are side by side, where the user chose it."""


class OpenedBranch(NamedTuple):
    """A conversation with its shown branch, and what of it is shown in columns."""

    opened: OpenConversation
    sides: dict[int, tuple[ChatMessage, ...]]


def place_of(message: ChatMessage) -> Place:
    """Where in its tree a message and its versions are."""
    return message.conversation_id, message.parent_id or 0


async def read_sides(
    core: Workbench, messages: Sequence[ChatMessage], wanted: Wanted
) -> dict[int, tuple[ChatMessage, ...]]:
    """The versions of each answer of a branch that is shown in columns, by its id.

    Where the user did not say it, these are answers that were asked for together, until the
    conversation goes on.
    """
    found = {}
    for message in messages:
        choice = wanted.get(place_of(message), None if message is messages[-1] else False)
        if message.role != "assistant" or len(message.sibling_ids) < 2 or choice is False:
            continue
        versions = await core.chats.versions(message.message_id)
        together = asked_together(versions, message.message_id)
        if (choice or together) and len(columns(versions, message.message_id)) > 1:
            found[message.message_id] = versions
    return found
