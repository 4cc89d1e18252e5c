"""How parts of the window are laid out, folded and summed up.

layout.py: panes, splitters, rows, columns, spacing
folding.py: side panes that fold when there is no room
section.py: a foldable section
flow.py: a layout that wraps
summary_bar.py: a bar that sums up what is folded under it
regions.py: the focus from part to part of a workspace
tab_order.py: tab order of widgets made later
"""
