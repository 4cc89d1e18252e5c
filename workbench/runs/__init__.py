"""One run at work: driving a strategy on an engine, within a budget, into the history.

executor.py: makes runs, new, resumed and grown ones, and works on them to the end
run.py: one run: from its prompt to the outcome of its strategy
answering.py: answers the effects of the strategy, from the log or from the model
tools.py: what runs work with: engine, store, sandboxes, library
fitting.py: leaves whole turns of a conversation out until it fits into the context
calls.py: a strategy's calls: the prompt is on disk before it is sent, samples become events
shape.py: joins the grammar of a step with the run's sampling
budget.py: what a run may use, charged before each call
control.py: pauses and steers a live run
user_action.py: the user's actions on a search as events, and back from the log
checking.py: judges thoughts that the user wrote, by the domain's solver
journal.py: the log of one run: numbers, folds, stores and publishes its events
replay.py: what the log answers when a run is resumed
growth.py: grows a run that has ended
sweep.py: the plan of an evaluation: its cells, their runs and keys, in a good order
outcome.py: which outcome a run ends with that is cut short or was grown
bundle.py: a run as one file: written without paths, read within limits
manifest.py: versions and digests: whether a run can be repeated exactly
"""
