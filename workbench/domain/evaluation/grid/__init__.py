"""The grid of cases x variants as values, made apart from any window.

cells.py: what a cell shows: verdict and change as one kind, the answer, repeats
rows.py: all rows of an evaluation (`GridTable`)
choice.py: which rows are shown and in what order: filters, groups, sorting
earlier.py: what an earlier evaluation found, to compare with
"""
