"""Commands that run prompts and follow runs.

run.py: `run`: one prompt, one strategy
cases.py: `run --samples` and `run --rows`: one prompt on many inputs
compare.py: `compare`: one prompt, several strategies
runs.py: `runs`: resume runs, steer their searches
strategies.py: `strategies`: list strategies and their parameters
progress.py: follows a run: text on standard output, progress on standard error
"""
