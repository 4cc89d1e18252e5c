"""Messages, and where each piece of their text came from."""

from __future__ import annotations

from typing import Literal

import msgspec

Role = Literal["system", "user", "assistant"]


class Span(msgspec.Struct, frozen=True, gc=False):
    """A run of characters with one origin.

    ``literal`` is True for text the template's author wrote, False for anything that came from a
    variable, a filter or a macro. Control tokens count as such only inside literal text.
    ``line`` is the template line (from 1, 0 unknown); ``variable`` names the root variable of a
    value span, "" for literals and for values that come from none or several.
    """

    text: str
    literal: bool = True
    line: int = 0
    variable: str = ""


class Message(msgspec.Struct, frozen=True):
    """One chat message as a sequence of spans, in order and without gaps."""

    role: Role
    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        """The whole content."""
        return "".join(span.text for span in self.spans)

    @classmethod
    def literal(cls, role: Role, text: str) -> Message:
        """A message whose whole text is trusted as the author's own."""
        return cls(role, (Span(text),))

    @classmethod
    def value(cls, role: Role, text: str) -> Message:
        """A message whose text is data: control tokens inside it stay plain text."""
        return cls(role, (Span(text, literal=False),))


class Segment(msgspec.Struct, frozen=True, gc=False):
    """A piece of the final prompt text.

    ``special`` says whether the tokenizer may read control tokens in it (``parse_special``).
    """

    text: str
    special: bool = True


class Token(msgspec.Struct, frozen=True, gc=False):
    """One generated token: id, its text, natural-log probability, and the strongest alternatives.

    ``alternatives`` holds (text, logprob) pairs, most probable first; empty unless asked for.
    """

    id: int
    text: str
    logprob: float
    alternatives: tuple[tuple[str, float], ...] = ()
