"""The tokens of stored answers: how probable each was, what else could have come.

tokens.py: `Tokens`: the tokens of a run's answer or of a message; their size, and pruning
scoring.py: scores a stored text with a model, and looks at samplers along it
"""

from workbench.service.tokens.tokens import Tokens

__all__ = ["Tokens"]
