"""How the next token is drawn.

distribution.py: the probabilities of the next token (which parameters there are: sampler_chain.py)
repetition.py: notices that a model repeats itself
candidates.py: the array of tokens with scores that samplers take
sampler_chain.py: llama.cpp's samplers in the chosen order: where a sampler parameter takes effect
inspection.py: what a chain leaves and cuts at each place of a text that is there
matching.py: which tokens a grammar allows next, by llguidance
"""
