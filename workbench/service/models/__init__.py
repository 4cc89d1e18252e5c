"""Models for the window and the command line: files, servers, downloads, loading and scoring.

models.py: inspects and loads models
model_files.py: the folders, and the model files in them
servers.py: adds, tests and removes servers
keys.py: API keys: from the keyring, the environment, or for this session only
downloads.py: downloads from the hub; the only code here that goes online, only on request
engines.py: the local engine and those of servers; which one is current
model_gate.py: runs of one model work together, runs of another wait
chat_templates.py: what chat templates do with conversations, each tried once
scoring.py: probabilities and vectors of texts
"""
