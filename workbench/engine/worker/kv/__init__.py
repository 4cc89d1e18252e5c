"""Evaluated prefixes in the KV cache, as a radix tree.

nodes.py: the nodes and sequences of that tree
tree.py: the radix tree of evaluated prefixes in llama.cpp's KV cache
"""
