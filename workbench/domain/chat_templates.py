"""What is known of a model's chat template, from test renderings of small conversations."""

from __future__ import annotations

from typing import Literal

import msgspec

FormChange = Literal["system_joined", "system_in_user", "merged", "greeting"]
"""What is done to the rendered copy of a conversation that a template does not take as it is.

system_joined: system messages are one, at the start; system_in_user: they begin the user message
that follows them; merged: neighbours of one role are one message; greeting: a short user message
comes before the model's first one."""
TemplateCase = Literal[
    "system", "no_system", "user_user", "assistant_first", "assistant_last", "tool"
]
CASE_TITLES: dict[TemplateCase, str] = {
    "system": "System message",
    "no_system": "No system message",
    "user_user": "Two user messages in a row",
    "assistant_first": "The model speaks first",
    "assistant_last": "An answer is continued",
    "tool": "Tool call and result",
}
CHANGE_WORDS: dict[FormChange, str] = {
    "system_joined": "system messages become one, at the start",
    "system_in_user": "put at the beginning of the user message that follows",
    "merged": "merged into one message",
    "greeting": "a short user message is put before it",
}
VERDICT_VERSION = 1
"""Verdicts that were made by another version are made again."""


class CaseVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What happens to one small conversation."""

    case: TemplateCase
    taken: bool
    """Whether it is rendered whole, as it is or changed."""
    changes: tuple[FormChange, ...] = ()
    reason: str = ""
    """Why the template does not take it as it is."""

    @property
    def words(self) -> str:
        """The verdict, for a line next to the case's title."""
        if not self.taken:
            return f"refused: {self.reason}"
        if not self.changes:
            return "taken as it is"
        return "; ".join(CHANGE_WORDS[each] for each in self.changes)


class TemplateVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a chat template does with conversations."""

    version: int = VERDICT_VERSION
    cases: tuple[CaseVerdict, ...] = ()
    opens_thought: str = ""
    """The tag with which its assistant header lets the model think, "" where it does not."""
    earlier_thoughts: bool = False
    """Whether thoughts of earlier turns stay in the prompt."""
    asked_thoughts: bool = False
    """Whether they do where that is asked for."""
    problem: str = ""
    """Why nothing is known of it."""

    def of(self, case: TemplateCase) -> CaseVerdict | None:
        """The verdict on one case."""
        return next((each for each in self.cases if each.case == case), None)

    @property
    def thought_words(self) -> str:
        """What becomes of thoughts, as one sentence."""
        header = f"The answer begins with {self.opens_thought}. " if self.opens_thought else ""
        if self.earlier_thoughts:
            return f"{header}Thoughts of earlier answers are sent back."
        if self.asked_thoughts:
            return f"{header}Thoughts of earlier answers are sent back only where that is chosen."
        return f"{header}Thoughts of earlier answers are dropped by the template."
