"""The Evaluate workspace: whether a change to a prompt helped.

panel.py: joins list, views and run bar
views.py: the views that there are, one line each
opening.py: which set is open: from the list, a file, the history; saving
view_model.py: the set that is open: read, estimated, run, scored
edited_set.py: its edits, its draft, its file
edits.py: the edits of a set, to be undone and redone
comparing.py: another evaluation that the open one is compared with
earlier_bar.py: chooses that one, and says which it is
starting.py: new evaluations, and other data for the open one
progress.py: how far the cells are, and how long the rest takes
list_model.py: evaluations, data sets: what the list shows
list_view.py: the list at the left
run_bar.py: what a run takes, how far it is, Run and Pause
code_question.py: asks before code is run that a model wrote
problem_view.py: a set that cannot be read, with the place in its file
words.py: the words for the state of an evaluation
exporting.py: results as files, tables on the clipboard, charts as pictures
setup/: cases, variants, checks of a set
results/: the grid of cases x variants, and one case
analysis/: quality against cost, differences, tags, calibration
data/: data sets edited as sheets
votes/: blind votes on pairs of answers, their board, exports
"""
