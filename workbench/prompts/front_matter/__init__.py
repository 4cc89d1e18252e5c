"""The YAML front matter of a prompt file: read as values, changed byte by byte.

reading.py: name, description, tags, inputs, sample values (names of input types: here)
keys.py: reads all keys; sets one key or the model options and leaves all other bytes
edits.py: quick fixes: adds, removes and renames an input
model_options.py: which model options can be used here, and their names in other programs
strategy.py: the strategy and its parameters
references.py: `${env:NAME}` and `${file:path}`: ignored unless allowed
nodes.py: the YAML syntax tree: what is written where
yaml_loader.py: safe YAML: no constructors, limited aliases and depth
"""
