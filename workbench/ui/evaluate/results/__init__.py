"""Results of an evaluation: the grid of cases x variants, and one case at the right.

view.py: ResultsView: the parts, the commands
results_model.py: rows, filters, order, and what is compared, asked of the core
columns.py: which columns are shown, their order and widths, kept between sessions
kept.py: how results are shown, between sessions
grid_model.py: the lines of the grid as a table of Qt
grid.py: two tables side by side: the cases, which stay, and the results
grid_keys.py: what the keys of the grid do
cell_delegate.py: paints cells and the headings of groups
glyphs.py: the one glyph of a cell
filter_bar.py: filters with counts, tags, order, columns, search
menus.py: the menus of columns and of cells
copied.py: the selected cells as a text with tabs
legend.py: what the glyphs and keys mean
tops/: heads and summaries of the columns
drawer/: one case: inputs, output, checks, repeats
"""
