"""The Analysis page of Evaluate: what a result shows beyond its counts.

view.py: the page
quality.py: quality against cost, as a chart or as a table
differences.py: each variant against the baseline, with the rows that changed
tag_table.py: variants by tag, painted intervals
calibration.py: whether answers are right as often as checks are confident
charts.py: the charts, drawn by pyqtgraph
loading.py: imports the chart library a little at a time
scales.py: ticks of axes; places of labels
look.py: colours and names of variants; a table of texts
"""
