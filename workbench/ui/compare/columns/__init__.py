"""The columns of a comparison and their repeats.

board.py: the columns side by side, or one over the whole width
column.py: one column; where its results are dimmed
column_model.py: a strategy, its repeats, and what they were made with
column_menu.py: the menu of a column
top_line.py: the coloured line above a column
repeats.py: the repeats, one chip each
tally.py: counts equal and right answers of repeats
changes.py: words that differ from the pinned column
focus_strip.py: the other columns, narrow, while one is wide
scroll_together.py: scrolls all columns together
"""
