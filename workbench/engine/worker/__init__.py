"""The engine worker: a process of its own, because llama.cpp may crash and the window may not.

__main__.py: entry of the process: `python -m workbench.engine.worker`
service.py: the worker's threads and what each may touch
messages.py: commands and reports between program and worker, as msgpack frames
llama.py: the only module that imports `llama_cpp`
model.py: loads a model, evaluates batches
weights.py: loads weights and LoRA adapters; the sentence when llama.cpp refuses them
vocabulary.py: text to tokens and back; control tokens only where the prompt's author wrote them
scheduler.py: continuous batching: which lanes are evaluated next
lane.py: jobs, and the lanes in which their tokens are evaluated
composer.py: what goes into one evaluation
batch.py: the tokens of one evaluation, for llama.cpp
calibration.py: how many answers this machine decodes best together
sample.py: one answer that is being generated
text.py: token bytes to text: whole characters, no part of a stop text
scoring.py: how probable given texts are
embedding.py: vectors of texts
kv/: the KV tree: evaluated prefixes and their forks
sampling/: probabilities, samplers, repetition, constraints
"""
