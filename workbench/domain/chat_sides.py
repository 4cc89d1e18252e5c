"""Answers to one message side by side: which of its versions make which columns."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from workbench.domain.chat import MOST_ANSWERERS
from workbench.domain.views import ChatMessage


class Column(msgspec.Struct, frozen=True):
    """Answers of one model by one strategy, oldest first, or one version alone."""

    versions: tuple[ChatMessage, ...]

    @property
    def key(self) -> int:
        """What tells it from other columns: the id of its first version."""
        return self.versions[0].message_id

    def showing(self, wanted: int | None) -> ChatMessage:
        """The version of an id where it is one of these, else the newest; with its versions."""
        ids = tuple(each.message_id for each in self.versions)
        at = ids.index(wanted) if wanted in ids else -1
        return msgspec.structs.replace(self.versions[at], sibling_ids=ids, elsewhere=0)


def asked_together(versions: Sequence[ChatMessage], shown: int) -> tuple[ChatMessage, ...]:
    """The answers that were asked for together with one of them, itself among them.

    Empty where it was asked for alone. They were put on disk together, with one time.
    """
    at = next((each.created_at for each in versions if each.message_id == shown), 0.0)
    same = tuple(
        each
        for each in versions
        if at and each.created_at == at and each.role == "assistant" and each.run_id is not None
    )
    return same if len(same) > 1 else ()


def columns(versions: Sequence[ChatMessage], shown: int) -> tuple[Column, ...]:
    """The versions in the place of an answer as columns, in the order in which they came.

    Where there are several models or strategies each has a column with its versions; else each
    version has its own. There are at most :data:`MOST_ANSWERERS`: that of the shown one, those that
    were asked for together with it, and the newest.
    """
    answers = [each for each in versions if each.role == "assistant" and not each.kind]
    groups: dict[tuple[str, str], list[ChatMessage]] = {}
    for each in answers:
        groups.setdefault((each.model or each.author, each.strategy), []).append(each)
    if len(groups) > 1:
        found = [Column(tuple(group)) for group in groups.values()]
    else:
        found = [Column((each,)) for each in answers]
    together = {each.message_id for each in asked_together(versions, shown)}

    def weight(column: Column) -> tuple[bool, bool, int]:
        ids = {each.message_id for each in column.versions}
        return shown in ids, bool(ids & together), max(ids)

    kept = sorted(found, key=weight, reverse=True)[:MOST_ANSWERERS]
    return tuple(each for each in found if each in kept)
