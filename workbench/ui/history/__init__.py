"""History: every run, to find and open again.

panel.py: the workspace
runs_model.py: the list: `COLUMNS`, the cell of each, pages of runs
runs_table.py: the table: widths of columns, painting, menus
filters.py: filter chips
run_menu.py: the menu of a run
view_model.py: the open run, and its actions
run_view.py: the open run: prompt, output, end
calls.py: its nodes and calls
run_tokens.py: its answer in tokens, tinted by probability
markdown.py: a run as Markdown
"""
