"""How well a collection finds what questions ask for."""

from __future__ import annotations

import msgspec

from workbench.domain.evaluation.estimates import Bounds
from workbench.domain.runs.comparison import Interval
from workbench.domain.sources.hits import SearchBy


class GoldQuote(msgspec.Struct, frozen=True):
    """A sentence that answers a question: the end of its document's path, and its words."""

    document: str
    quote: str


class SourceQuestion(msgspec.Struct, frozen=True):
    """A question with the sentences that answer it; none where no document does."""

    question: str
    spans: tuple[GoldQuote, ...] = ()


class MeasuredWay(msgspec.Struct, frozen=True, kw_only=True):
    """How one way to search did. Counts are of the questions that have an answer.

    A passage is right if it holds at least half of a gold sentence. ``first_1``, ``first_3`` and
    ``first_5`` count questions with a right passage among the first one, three and five.
    ``recall_5`` is the mean share of right passages among the first five, ``mrr`` and ``ndcg_10``
    are means too. ``characters_5`` is the mean share of the gold characters in the first five: it
    can be compared between collections that are cut differently. ``false_finds`` counts questions
    without an answer for which something was found.
    """

    by: SearchBy
    questions: int
    unanswerable: int
    first_1: int
    first_3: int
    first_5: int
    first_3_interval: Interval
    recall_5: float
    mrr: float
    ndcg_10: float
    characters_5: float
    false_finds: int


class WayDifference(msgspec.Struct, frozen=True, kw_only=True):
    """Questions that one way has among the first three and the other has not.

    ``interval`` is that of the difference of the two shares (0.1 is ten points).
    """

    by: SearchBy
    against: SearchBy
    gained: int
    lost: int
    interval: Bounds


class SourceMeasure(msgspec.Struct, frozen=True, kw_only=True):
    """What a set of questions says of a collection.

    ``missing`` are gold sentences that are in no document, as they are written in the set.
    ``notes`` are sentences about ways that could not be measured.
    """

    collection: str
    file: str
    ways: tuple[MeasuredWay, ...]
    differences: tuple[WayDifference, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
