"""Engines: llama.cpp in a worker process, recordings, simulations; one protocol.

protocol.py: `Engine`: the interface that all engines have
client.py: `LlamaEngine`: loads models in the worker, sends requests, starts it again when it died
exchange.py: what was asked of the worker and is not answered yet
findings.py: what the worker finds of a model while it has nothing else to do
process.py: the worker as a process: starts it, notices that it hangs or ends
restarts.py: how often a worker that died is started again
exit_causes.py: why the worker ended (why a model cannot be loaded: worker/weights.py)
status.py: the engine's status, sent to listeners at a limited rate
model_file.py: notices that a model file was changed or removed
cores.py: how many cores a model uses unless the user says so
effective.py: which sampling parameters have an effect, and which are ignored
scoring.py: choices and perplexity, from the probability of given texts
in_process.py: base of the engines without a worker process
simulated.py: an engine that makes up answers, for tests and demonstrations
recorded.py: records the answers of an engine and plays them back
worker/: the worker process: llama.cpp, scheduler, KV tree, sampling
remote/: models on servers that speak the OpenAI protocol
constraints/: grammars and JSON schemas that an answer must match
"""
