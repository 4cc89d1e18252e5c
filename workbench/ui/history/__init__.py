"""History: every run, to find and open again.

panel.py: the workspace
list_side.py: the left side: words, filters, runs or hits
runs/: the list of runs
hits/: what a search finds
right_side.py: what is shown next to the list; the way to a hit
opened/: the opened run
pair_view.py: two runs compared
figures_view.py: statistics
bundles/: runs as files that are done again elsewhere
console/: questions in SQL
"""
