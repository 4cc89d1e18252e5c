"""What a search in the history asks for, and what it finds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import msgspec

from workbench.domain.text import count_text
from workbench.domain.views import SearchHit

SearchKind = Literal["run", "chat", "version", "variable", "case"]
"""Where the words are: in a run, in a conversation, in a version of a prompt, in the values of a
run's inputs, in a row of an evaluation."""
SearchPart = Literal["text", "thought", "title", "system", "file"]
SearchOrder = Literal["newest", "best"]

SEARCH_KINDS: tuple[SearchKind, ...] = ("run", "chat", "version", "variable", "case")
MOST_COUNTED = 1000
"""Hits are counted up to here; more are shown as "1,000+"."""
MOST_RANKED = 20_000
"""Best match is offered up to this many hits: more would take long, and common words rank alike."""


SCORE_STEPS = 10
"""Scores are searched in tenths."""


_ROUNDING = 1e-9
"""0.3 as a mean of checks may be a little less."""


class SearchFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which hits are wanted; what is left at its default does not matter."""

    kinds: tuple[SearchKind, ...] = ()
    """One of these, none is all."""
    part: SearchPart | Literal[""] = ""
    role: Literal["", "user", "assistant", "system"] = ""
    """Of messages."""
    model: str = ""
    """As runs name it: a path, or a name."""
    strategy: str = ""
    tag: str = ""
    folder: str = ""
    """Of conversations, and those in it."""
    since: float = 0.0
    """Unix seconds; from then on."""
    until: float = 0.0
    """Unix seconds; before then."""
    is_right: bool | None = None
    """Whether the answer was found right, or wrong."""
    doubt: float = 0.0
    """The least sure tokens were no surer than 1 minus this; in tenths from 0.1 to 0.9."""
    score_from: float | None = None
    """An evaluation scored the run so high, or higher; in tenths from 0 to 1."""
    score_below: float | None = None
    """An evaluation scored the run lower than this; in tenths from 0.1 to 1."""
    conversation_id: int = 0
    """Only in this one."""

    @property
    def is_open(self) -> bool:
        """Whether it lets everything through."""
        return self == SearchFilter()


class SearchPage(msgspec.Struct, frozen=True, kw_only=True):
    """Hits, and what is known of all of them.

    Counts end at :data:`MOST_COUNTED`, and only the first page has them. While ``built`` is less
    than 1, or ``pending`` is not 0, there is more than was found: the index is being built.
    """

    hits: tuple[SearchHit, ...] = ()
    count: int = 0
    by_kind: dict[SearchKind, int] = {}
    """How many there would be of each kind alone; kinds without hits are left out."""
    days: tuple[tuple[float, int], ...] = ()
    """Begin of each local day with hits, Unix seconds, and how many; of the newest counted ones."""
    is_ranked: bool = False
    """Whether they are best first. Where there are too many to rank they are newest first."""
    built: float = 1.0
    pending: int = 0
    seconds: float = 0.0
    next_key: int | None = None
    """Given as ``before``, the next hits follow; None where there are no more."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing that was written is missing from what was searched."""
        return self.built >= 1 and not self.pending


def score_step(score: float) -> int:
    """The tenth that a score has reached: 0 to 10."""
    return min(max(math.floor(score * SCORE_STEPS + _ROUNDING), 0), SCORE_STEPS)


def scores_text(scores: Sequence[float]) -> str:
    """Scores of a run, as a fact: "score 0.83"."""
    word = "score" if len(scores) == 1 else "scores"
    return f"{word} {', '.join(dict.fromkeys(f'{score:.3g}' for score in scores))}"


def counted(count: int) -> str:
    """How many hits there are, in words."""
    return f"{MOST_COUNTED:,}+ hits" if count > MOST_COUNTED else count_text(count, "hit")


def building(page: SearchPage) -> str:
    """That the index is not whole, as a sentence."""
    if page.built < 1:
        share = int(page.built * 100)
        return f"The history is being indexed ({share} %): there may be more than was found."
    return f"{count_text(page.pending, 'new text')} will be found as soon as indexed."
