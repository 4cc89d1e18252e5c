"""One evaluation through this program and others: ``python -m tests.benchmarks.sweep``.

Rows with one few-shot prefix, answered with the most probable tokens, on the same model and machine
in the same run. This program goes first, alone; the others are given the prompts that its engine
received, as text, so that all read the same tokens.

rows.py: the rows, the prompt, and the job that the children are given
program.py: this program, by its evaluations
raw_loop.py: a plain decode loop that knows everything beforehand
in_turn.py: `Llama` of llama-cpp-python, row by row
promptfoo.py: promptfoo on llama.cpp's server
"""
