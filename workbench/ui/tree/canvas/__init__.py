"""The tree on a surface: painting, zoom, keyboard navigation, export.

canvas.py: the surface; paints what is in view
zoom_view.py: scrolls, zooms, drags
painting.py: cards, rows, lines, headers; blocks and dots when zoomed out
card_text.py: texts on cards
value_bars.py: values of a node as bars
overlays.py: legend and zoom buttons
outline.py: the tree as a list, for screen readers
keyboard_navigation.py: which card an arrow key leads to
export.py: PNG, SVG, JSON, Markdown
"""
