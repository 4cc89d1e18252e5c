"""GGUF files: what they say of themselves, where they are, how much memory they need.

details.py: everything a model file says of itself; refuses what does not fit into memory
embedding.py: how models make vectors of texts, and how their families want to be asked
discovery/: which model files there are
gguf/: reads headers within limits
memory/: how much memory a model needs, and how much there is
hub/: models on the hub, downloads
"""
