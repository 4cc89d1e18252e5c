"""The selected cells as a text with tabs, as spreadsheets paste it."""

from __future__ import annotations

from workbench.ui.evaluate.results.grid import Grid

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cells_text(grid: Grid) -> str:
    """The selected cells, a line for each row; where several are selected, with names.

    Columns that are not selected in a row are empty there, so that the others keep their places.
    """
    cells = grid.selected()
    if not cells:
        return ""
    wanted = {column for _, column in cells}
    columns = [column for column in grid.columns if column in wanted]
    model, there = grid.model, set(cells)
    if len(cells) == 1:
        return as_text(model.text(*cells[0]))
    lines = [["Case", *(model.title(column) for column in columns)]]
    for line in dict.fromkeys(line for line, _ in cells):
        row = model.row(line)
        texts = [model.text(line, column) if (line, column) in there else "" for column in columns]
        lines.append([row.id if row is not None else "", *texts])
    return "\n".join("\t".join(map(as_text, line)) for line in lines)


def as_text(cell: str) -> str:
    """One line that no spreadsheet takes for a formula: an apostrophe is put before it."""
    line = " ".join(cell.split())
    return f"'{line}" if line.startswith(_FORMULA) else line
