"""What the Setup view of an evaluation needs to know: metrics, rows, costs, a preview."""

from __future__ import annotations

import msgspec

from workbench.domain.parameters import Field
from workbench.domain.runs.spec import Json


class MetricInfo(msgspec.Struct, frozen=True):
    """A metric that can be chosen for a check; ``fields`` are its parameters."""

    id: str
    title: str
    description: str
    fields: tuple[Field, ...]
    asks_model: bool = False
    uses_expected: bool = False


class SetRows(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a set before they are cases: ``columns`` in their order."""

    columns: tuple[str, ...] = ()
    rows: tuple[dict[str, Json], ...] = ()
    path: str = ""
    """Of the data set; "" where the rows are written in the set."""


class CheckPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What a check says of an output that is there already: row and variant, and why."""

    number: int
    variant: str
    passed: bool | None
    reason: str
