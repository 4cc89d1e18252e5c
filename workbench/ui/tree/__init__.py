"""The Tree workspace: the search of one run, live, replayed and steered.

panel.py: the workspace
view_model.py: one run's events, a place in them, a node, and its actions
header.py: what is searched, budget, pause and stop
puzzle.py: a small search to try
words.py: sentences about events and runs
canvas/: the tree: layout, painting, zoom, export
inspector/: one node
replay/: the timeline
"""
