"""The tops of the grid's columns: heads, and summaries that stay while rows scroll.

headers.py: the headers of both tables
variants.py: head and verdict of a variant
judges.py: the column of a judge, grey until it may rank
summary_paint.py: paints a summary: value, interval, counts, verdict
"""
