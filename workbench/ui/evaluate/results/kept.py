"""How results are shown, as it is kept between sessions."""

from __future__ import annotations

import msgspec

from workbench.domain.evaluation.grid.choice import RowsWanted


class KeptColumns(msgspec.Struct, frozen=True, kw_only=True):
    """What the user chose, by the keys of the columns; those of other sets are left alone."""

    order: tuple[str, ...] = ()
    widths: dict[str, int] = {}
    turned: frozenset[str] = frozenset()
    """Columns that are hidden and shown at first, or the other way around."""


class KeptResults(msgspec.Struct, frozen=True, kw_only=True):
    """All of it."""

    rows: RowsWanted | None = None
    """Filters and order."""
    columns: KeptColumns = KeptColumns()
    drawer_width: int = 0
    """0 where it was not changed."""
    shows_drawer: bool | None = None
    """None where the width of the window decides."""
