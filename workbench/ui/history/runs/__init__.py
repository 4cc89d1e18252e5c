"""The list of runs.

runs_model.py: `COLUMNS`, the cell of each, pages of runs
runs_table.py: the table: widths of columns, painting, menus
filters.py: filter chips
"""
