"""Evaluations for the window and the command line: opened, estimated, run, scored.

evaluations.py: `core.evaluations`: reads sets, opens, runs and scores them
evaluation_files.py: `core.evaluation_files`: files of sets, drafts, the list of the workspace
evaluation_setup.py: `core.evaluation_setup`: what a set can be made of and would take
evaluation_work.py: `core.evaluation_work`: runs an evaluation until it is through or paused
new_sets.py: `core.new_sets`: sets of a prompt and the data that fit it
evaluation.py: an evaluation that is open: cases, variants, cells, scores
analysing.py: quality against cost, changed rows, tags, calibration
variants.py: variants as runs: prompt, inputs, model, options
opening.py: cases, variants and cells of a set
programs.py: code in outputs, run where that is allowed
grids.py: `core.grids`: the grid of cases x variants for the window
votes.py: `core.votes`: votes on pairs of answers, their board and exports
sweeping.py: finds finished cells in the history and runs the others
generated/: data sets made by rule, with a difficulty and a seed
judges/: what models say of outputs: judges, likelihoods, vectors
"""
