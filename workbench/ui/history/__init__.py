"""History: every run, to find and open again.

panel.py: the workspace
runs_model.py: the list: `COLUMNS`, the cell of each, pages of runs
runs_table.py: the table: widths of columns, painting, menus
list_side.py: the left side: words, filters, runs or hits
filters.py: filter chips
hits_pane.py: what a search finds: kinds, days, hits
hits_model.py: searches as one types; the hits as rows
hits_list.py: paints the hits; which runs are to be compared
hits_a_day.py: a bar for each day with hits
right_side.py: what is shown next to the list; the way to a hit
hit_view.py: a hit that is no run
pair_view.py: two runs compared
figures_view.py: statistics
labels_form.py: tags, folder and pin
run_menu.py: the menu of a run
view_model.py: the open run, and its actions
run_view.py: the open run: prompt, output, end
calls.py: its nodes and calls
run_tokens.py: its answer in tokens, tinted by probability
markdown.py: a run as Markdown
"""
