"""X-ray: which part of the prompt an answer depends on.

pane.py: the pane
model.py: asks the core for an X-ray, keeps its result
entry.py: opens an X-ray from a run elsewhere in the window
answer.py: the answer that is explained
parts_page.py: which part of the prompt matters; the choice of `Level`
segment_list.py: the segments with their bars
runs_page.py: this prompt against an older run
token_view.py: the answer by token
"""
