"""Data sets as sheets: the rows as their file has them, to be edited and written back."""

from __future__ import annotations

import msgspec

from workbench.domain.runs.spec import Json


class SheetColumn(msgspec.Struct, frozen=True):
    """A column: its name in the file, and the key of its values in the rows of a sheet.

    The two differ once it was renamed: the rows stay as they are until they are written.
    """

    name: str
    key: str


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A data set as it was read or last written.

    Args:
        path: of the file.
        digest: of its content.
        columns: in their order.
        rows: values by key; what is missing in a row has no key. They are never changed in place.
        is_text: whether all values are texts, as in CSV; else they are JSON values.
        is_locked: whether it came with the program: only a copy can be saved.
        note: what saving does not keep, "" for nothing.
    """

    path: str
    digest: str
    columns: tuple[SheetColumn, ...]
    rows: tuple[dict[str, Json], ...]
    is_text: bool = False
    is_locked: bool = False
    note: str = ""


class AddedCase(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was appended to a data set, and what is needed to take it back.

    ``digest`` is of the file with the row; ``is_new`` says that the file was made for it.
    """

    path: str
    number: int
    digest: str
    before: bytes = b""
    is_new: bool = False
