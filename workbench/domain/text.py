"""Messages, and where each piece of their text came from."""

from __future__ import annotations

import itertools
from typing import Literal

import msgspec

Role = Literal["system", "user", "assistant"]


class Place(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """Where in a template a span was made. Lines and columns count from 1; 0 is unknown."""

    column: int = 0
    """Where the literal text, or the expression in its ``{{``, begins on its line."""
    length: int = 0
    """Characters of the template from there on that made the span."""
    template: str = ""
    """The included or imported file, "" for the prompt itself."""
    template_line: int = 0
    """The line in ``template``; the span's ``line`` is then the one that brings it in."""
    blocks: tuple[str, ...] = ()
    """What is around it, from outside to inside: "for ex in examples", "macro shot"."""
    loop: int = 0
    """The line of the outermost loop that was under way, 0 outside of loops."""
    iteration: int = 0
    """Which pass of that loop, from 1."""
    derived: bool = False
    """True where the text is not what was written or given, but was computed from it."""


_NOWHERE = Place()


class Span(msgspec.Struct, frozen=True, gc=False):
    """A run of characters with one origin.

    ``literal`` is True for text the template's author wrote, False for anything that came from a
    variable, a filter or a macro. Control tokens count as such only inside literal text.
    ``line`` is the template line (from 1, 0 unknown); ``variable`` names the root variable of a
    value span, "" for literals and for values that come from none or several. ``place`` is left
    out where nothing more is known, so that spans made before there were places are the same.
    """

    text: str
    literal: bool = True
    line: int = 0
    variable: str = ""
    place: Place | msgspec.UnsetType = msgspec.UNSET

    @property
    def at(self) -> Place:
        """The place, all unknown where there is none."""
        return _NOWHERE if isinstance(self.place, msgspec.UnsetType) else self.place

    @property
    def column(self) -> int:
        """See :class:`Place`."""
        return self.at.column

    @property
    def template(self) -> str:
        """See :class:`Place`."""
        return self.at.template

    @property
    def block(self) -> str:
        """The innermost block around it, "" outside of blocks."""
        return self.at.blocks[-1] if self.at.blocks else ""

    @property
    def iteration(self) -> int:
        """See :class:`Place`."""
        return self.at.iteration

    @property
    def derived(self) -> bool:
        """See :class:`Place`."""
        return self.at.derived


class Message(msgspec.Struct, frozen=True):
    """One chat message as a sequence of spans, in order and without gaps."""

    role: Role
    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        """The whole content."""
        return "".join(span.text for span in self.spans)

    def reads_like(self, other: Message) -> bool:
        """Whether a model gets the same of both, wherever their text comes from."""
        return self.role == other.role and self._runs() == other._runs()

    def _runs(self) -> list[tuple[bool, str]]:
        """The text in runs of literal and other text."""
        runs = itertools.groupby(self.spans, key=lambda span: span.literal)
        joined = [(literal, "".join(span.text for span in spans)) for literal, spans in runs]
        return [run for run in joined if run[1]]

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
