"""The opened run.

open_run.py: the run and its actions
run_view.py: its prompt, output and end
calls.py: its nodes and calls
run_tokens.py: its answer in tokens, tinted by probability
run_menu.py: its menu
labels_form.py: its tags, folder and pin
markdown.py: a run as Markdown
"""
