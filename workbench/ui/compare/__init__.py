"""Compare: one prompt, several strategies side by side.

panel.py: the workspace
view_model.py: one prompt, and the columns that run it
prompt_model.py: the prompt with its variables
settings_model.py: model, sampling, budget, repeats and expected answer of all columns
session.py: what is kept between sessions; a stored comparison as columns
bar.py: prompt, model, repeats, Run all
question.py: the question on one line, with variables under it
status_line.py: progress, verdict, or why results are dimmed
summary.py: counts and intervals under the columns
costs.py: estimates
queue.py: the order in which cells are run
explaining.py: from a column to its X-ray in Design
words.py: sentences about columns
columns/: the columns and their repeats
voting/: blind votes on the columns
"""
