"""Runs of the open prompt: how it is run, its results, and runs on many inputs.

run_bar.py: strategy, parameters, model, sampling, estimate, Run
running.py: Run and Stop, what Ctrl+Enter does, and what the result differs in from what is shown
result.py: the result: live, ended, dimmed when it belongs to another question
results.py: the last run of each prompt, kept between sessions
prompt_strategy.py: the strategy and parameters of each prompt
open_run.py: opens a prompt as a run had it
batch_model.py: the prompt on many inputs
batch_pane.py: the Run on pane
batch_table.py: its table of cases
"""
