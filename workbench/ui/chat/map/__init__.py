"""The map of a conversation: all its messages as a small tree.

pane.py: the map with its heading, keys and what it says when there is nothing
map_view.py: the tree, painted; walked by keys and pointer
map_layout.py: where each message is: its row and its lane
map_model.py: the tree without texts, and the first words of what is seen
"""
