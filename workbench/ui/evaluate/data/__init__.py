"""Data sets in the window: a sheet to edit them, cases that become rows, sets made by rule.

grid.py: `DataGrid`: a data set as a sheet, with its keys, menus and messages
sheet_table.py: the table: keys, selection, a cell's editor
sheet_model.py: columns and rows as they are now, with undo and redo
sheet_edits.py: one edit of a sheet, done and undone
long_edits.py: edits of many rows, as work that can be left and gone on with
slices.py: long edits in slices, between which the window is painted
cell_values.py: what is typed as a value of the type that its column has
clipboard.py: cells as text, from and for spreadsheets
column_name.py: the name of a column, edited in its heading
find_bar.py: words searched in all cells
made_by_rule.py: asks for a data set that is made by rule
case_form.py: an output of any workspace becomes a case
"""
