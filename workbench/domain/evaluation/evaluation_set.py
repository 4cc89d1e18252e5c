"""An evaluation as it is written down: cases, variants, checks, and the goal."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from workbench.domain.evaluation.checks import AnyCheck, CheckSet
from workbench.domain.evaluation.verdict import DEFAULT_TARGET
from workbench.domain.runs.spec import Json, KvMode

Split = Literal["tune", "held_out"]
"""Cases that a prompt is tuned on, and cases that are kept apart to measure it once."""
Shown = Literal["", "better", "not_worse"]
RightWhen = Literal["all", "most"]
"""How many of its repeats must pass for a case to pass."""

SPLITS: tuple[Split, ...] = ("tune", "held_out")
NO_BASELINE = "none"
"""In place of a variant's name: nothing is compared."""
MOST_REPEATS = 100
MOST_TOKENS = 1_000_000


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """Which columns of the data hold what; "" is the column of the usual name.

    ``also_expected`` hold more right answers, each as good as that of ``expected``.
    ``group`` has no usual name: rows of one group were made from the same text or template, and are
    not independent of each other. ``unused`` are taken for nothing, whatever their names.
    """

    inputs: dict[str, str] = {}
    expected: str = ""
    id: str = ""
    tags: str = ""
    weight: str = ""
    split: str = ""
    group: str = ""
    unused: tuple[str, ...] = ()
    also_expected: tuple[str, ...] = ()


class SetRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of values by column; ``checks`` are its own, and ``threshold`` replaces the set's."""

    values: dict[str, Json]
    checks: tuple[AnyCheck, ...] = ()
    threshold: float | None = None


class VariantSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One way to answer the cases.

    The prompt is a file (``prompt``, as of ``version`` where that is given) or a text. What is ""
    or None is as the prompt's front matter has it, else the default.
    """

    name: str
    prompt: str = ""
    text: str = ""
    version: int | None = None
    strategy: str = ""
    params: dict[str, Json] = {}
    model: str = ""
    sampling: dict[str, Json] = {}
    mode: KvMode | Literal[""] = ""
    """How the KV cache is used: strict gives the same bytes whatever else is being answered."""


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """When an evaluation counts as met.

    ``passed`` is the least share of scored cases that pass, in every variant but the baseline;
    ``shown`` is what the comparisons with the baseline must show.
    """

    passed: float | None = None
    shown: Shown = ""

    @property
    def is_given(self) -> bool:
        """Whether the set asks for anything."""
        return self.passed is not None or bool(self.shown)


class EvaluationSet(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that an evaluation is made from.

    The cases are ``rows`` or those of the files ``data`` and ``held_out``; paths are as they are
    written, relative to the folder of ``path``.
    """

    name: str
    path: str = ""
    description: str = ""
    data: str = ""
    held_out: str = ""
    """Another data set, all of whose rows are held out."""
    rows: tuple[SetRow, ...] = ()
    columns: Columns = Columns()
    variants: tuple[VariantSpec, ...]
    checks: CheckSet = CheckSet()
    """Of all cases; with a threshold a case passes by its score, else by all of its checks."""
    repeats: Annotated[int, msgspec.Meta(ge=1, le=MOST_REPEATS)] = 1
    seed: Annotated[int, msgspec.Meta(ge=1, lt=2**32)] = 1
    """Of the first repeat; the others have seeds that are made from it."""
    right_when: RightWhen = "all"
    baseline: str = ""
    """A variant's name, "" for the first, or :data:`NO_BASELINE`."""
    target: float = DEFAULT_TARGET
    """The difference of values that is worth knowing, 0 to 1."""
    goal: Goal = Goal()
    notes: tuple[str, ...] = ()
    """What another program's set says that has no effect here."""
    equal_tokens: Annotated[int, msgspec.Meta(ge=1, le=MOST_TOKENS)] | None = None
    """New tokens that each answer may take, over all calls of its strategy: the same for every
    variant, so that they are compared at equal cost; None is no limit."""

    @property
    def compared_with(self) -> str:
        """The variant that the others are compared with, "" where none are."""
        if self.baseline == NO_BASELINE or len(self.variants) == 1:
            return ""
        return self.baseline or self.variants[0].name


class EvaluationCase(msgspec.Struct, frozen=True, kw_only=True):
    """One case: values by column, and what is right (several answers are alternatives).

    ``id`` is the case's own, or made from its content, so that it stays when other rows change.
    ``checks`` are its own, next to those of the set, and ``threshold`` replaces the set's.
    ``problem`` says why it cannot be run; ``duplicate_of`` is the number of the earlier row with
    the same identity: it is excluded then.
    """

    id: str
    number: int
    values: dict[str, Json]
    expected: tuple[Json, ...] = ()
    tags: tuple[str, ...] = ()
    weight: float = 1.0
    split: Split = "tune"
    group: str = ""
    checks: tuple[AnyCheck, ...] = ()
    threshold: float | None = None
    problem: str = ""
    duplicate_of: int = 0


class EvaluationOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a set is evaluated this time.

    ``only`` are names of variants, empty for all; the baseline always comes along. ``model`` is
    used by variants that name none, and replaces models that this machine does not have.
    ``run_code`` allows checks to run the code that a model wrote: a set cannot ask for it itself.
    """

    only: tuple[str, ...] = ()
    baseline: str = ""
    model: str = ""
    held_out: bool = False
    run_code: bool = False
