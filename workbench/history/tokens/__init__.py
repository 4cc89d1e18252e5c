"""The tokens of samples, each with its probability and its alternatives.

token_data.py: SQL of the tokens: kept, read, counted, pruned
token_codec.py: packs tokens by columns, and back
"""
