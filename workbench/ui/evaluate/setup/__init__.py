"""The Setup view: cases, variants, checks of the set that is open.

view.py: joins the panes
setup_model.py: rows, strategies, metrics, costs, rows needed
data_pane.py: data set, split, rows
data_table.py: the rows as a table, with what each column is for
columns.py: what each column is for
variants_pane.py: the variants, added, changed and combined
variants_table.py: the variants as a table
variant_form.py: the form of one variant
variants.py: edits of the variants of a set
combining.py: every combination of strategies, versions, models
checks_pane.py: the checks
add_check.py: finds a metric for a new check
check_fold.py: one check with its form and preview
goal_pane.py: repeats, and which difference is worth finding
time_bar.py: how the time is divided among the variants
"""
