"""Results of an evaluation: the grid of cases x variants, and one case at the right.

view.py: ResultsView: the parts, the commands
results_model.py: rows, filters, order, and what is compared, asked of the core
heads.py: what the header of a variant's column says
grid_model.py: the lines of the grid as a table of Qt
grid.py: two tables side by side: the cases, which stay, and the results
grid_keys.py: what the keys of the grid do
cell_delegate.py: paints cells and the headings of groups
glyphs.py: the one glyph of a cell
headers.py: headers of columns with the summary under them, which stay while rows scroll
summary_paint.py: paints a summary: value, interval, counts, verdict
filter_bar.py: filters with counts, tags, order, columns, search
menus.py: the menus of columns and of cells
copied.py: the selected cells as a text with tabs
legend.py: what the glyphs and keys mean
earlier_bar.py: chooses another evaluation to compare with, and says which one it is
drawer/: one case: inputs, output, checks, repeats
"""
