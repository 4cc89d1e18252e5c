"""Messages, and where each piece of their text came from."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal, TypeVar

import msgspec

T = TypeVar("T")
Role = Literal["system", "user", "assistant"]
_SURROGATE = re.compile("[\ud800-\udfff]")
PART = "\ufffd"
"""Replaces a part of a character in the text of a token that has no more of it."""
_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def has_surrogates(text: str) -> bool:
    """Whether a text holds half a character (a lone surrogate), which no UTF-8 can carry."""
    return not text.isascii() and bool(_SURROGATE.search(text))


def replace_surrogates(value: T) -> T:
    """A text, list or mapping that UTF-8 can carry: each lone surrogate becomes U+FFFD.

    They come from damaged clipboards, JSON files and file names. Two that belong together become
    their character. Tuples become lists.
    """
    replaced: Any = value
    if isinstance(value, str):
        if has_surrogates(value):
            replaced = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    elif isinstance(value, list | tuple):
        replaced = [replace_surrogates(item) for item in value]
    elif isinstance(value, dict):
        replaced = {
            replace_surrogates(key): replace_surrogates(item) for key, item in value.items()
        }
    result: T = replaced
    return result


def is_part(text: str) -> bool:
    """Whether a token's text has a part of a character in it, which cannot be written alone."""
    return PART in text


def token_starts(whole: str, tokens: Sequence[tuple[int, str]]) -> list[int]:
    """The character offset in ``whole`` at which each token starts, never falling.

    Token texts can differ from the text (a leading space that the tokenizer adds, a
    beginning-of-text token, pieces of a character), so each is looked up near its place.
    """
    starts: list[int] = []
    position, parts = 0, 0
    for _, text in tokens:
        if text and whole.startswith(text, position):
            starts.append(position)
            position, parts = position + len(text), 0
            continue
        sure = text.strip(PART)
        near = position + len(sure) + 8 + parts
        found = whole.find(sure, position, near) if sure else position
        if found < 0 and sure.lstrip() != sure:
            sure = sure.lstrip()
            found = whole.find(sure, position, near)
        starts.append(position if found < 0 else found)
        if found >= 0:
            position = found + len(sure)
        parts = text.count(PART) + (0 if found >= 0 and sure else parts)
    return starts


def whole_characters(
    whole: str, texts: Sequence[str], starts: Sequence[int]
) -> Iterator[tuple[range, str]]:
    """Tokens with what they say; those that are parts of a character come as one, with it.

    Args:
        whole: The text that the tokens make.
        texts: What each token says alone, with U+FFFD for a part of a character.
        starts: Where each starts in ``whole`` (``token_starts``).

    Yields:
        The places of one token or of several, and their text. Where ``whole`` does not give the
        character, the tokens come one by one as they are.
    """
    for parted, places in itertools.groupby(range(len(texts)), lambda at: PART in texts[at]):
        found = list(places)
        if parted:
            first, after = found[0], found[-1] + 1
            text = whole[starts[first] : starts[after] if after < len(texts) else len(whole)]
            alone = "".join(texts[first:after])
            pattern = "[^\\x00-\\x7f]+".join(map(re.escape, re.split(f"{PART}+", alone)))
            # Only what is not ASCII has parts, and there are no more characters than parts.
            known = PART not in text and len(text) <= len(alone)
            if known and re.fullmatch(pattern, text):
                yield range(first, after), text
                continue
        for place in found:
            yield range(place, place + 1), texts[place]


def without_directions(text: str) -> str:
    """The text without marks that turn the reading direction, also of what follows it."""
    return _DIRECTIONS.sub("", text)


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
    passage: int = 0
    """The passage of the user's documents that it is, by its number in the prompt from 1 on."""


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
    def block(self) -> str:
        """The innermost block around it, "" outside of blocks."""
        return self.at.blocks[-1] if self.at.blocks else ""


class Message(msgspec.Struct, frozen=True):
    """One chat message as a sequence of spans, in order and without gaps."""

    role: Role
    spans: tuple[Span, ...]
    reasoning: str | msgspec.UnsetType = msgspec.UNSET
    """What was thought before an answer; the chat template decides whether the model gets it.
    Left out where there is none, so that messages made before there were thoughts are the same."""

    @property
    def thoughts(self) -> str:
        """What was thought before it, "" where that is not known."""
        return "" if isinstance(self.reasoning, msgspec.UnsetType) else self.reasoning

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


class Token(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One generated token: id, its text, natural-log probability, and the strongest alternatives.

    ``logprob`` is of the model's own distribution, before samplers and at temperature 1.
    ``alternatives`` holds (text, logprob) pairs, most probable first; empty unless asked for.
    """

    id: int
    text: str
    logprob: float
    alternatives: tuple[tuple[str, float], ...] = ()
    alternative_ids: tuple[int, ...] = ()
    """The ids of the alternatives, where the engine knows them."""
    size: int = 0
    """Its bytes, where its text has parts of characters and does not tell them; else 0."""


def fenced(text: str, language: str = "") -> str:
    """A text as a block of code, between fences that are longer than any in it."""
    longest = max((len(each) for each in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def count_text(count: int, noun: str) -> str:
    """A number with its noun: "1 node", "1,024 nodes"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def seconds_text(seconds: float) -> str:
    """A duration that was measured: "0.29 s", "18.9 s", "3:07 min"."""
    if seconds >= 100:
        return f"{int(seconds) // 60}:{int(seconds) % 60:02d} min"
    return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s"


def rough_seconds(seconds: float) -> str:
    """A duration that was estimated: "0.8 s", "9 s", "2 min", "3 h"."""
    if seconds < 9.95:
        return f"{max(seconds, 0.1):.1f}".removesuffix(".0") + " s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.0f} h"


def size_text(size: float) -> str:
    """Bytes in the units of disks and of the model hub: "12 kB", "98 MB", "4.7 GB"."""
    if size < 1e6:
        return f"{size / 1e3:,.0f} kB"
    return f"{size / 1e6:,.0f} MB" if size < 1e9 else f"{size / 1e9:,.1f} GB"
