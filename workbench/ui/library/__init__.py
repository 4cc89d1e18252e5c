"""The library of prompts as a tree: search, drag and drop, and what is done to files.

pane.py: folders, favourites, tags, search
tree_view.py: the tree: keys, drag and drop, folds
tree_model.py: its rows for Qt
nodes.py: the tree as plain values
row_delegate.py: paints a row
footer.py: tags and counts
commands.py: commands and menus
actions.py: what the user does to files
changes.py: the calls to the core, each with its undo
watcher.py: notices changes from outside
"""
