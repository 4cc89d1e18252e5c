"""Engines: llama.cpp in a worker process, recordings, simulations; one protocol."""
