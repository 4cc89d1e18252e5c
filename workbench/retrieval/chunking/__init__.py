"""Documents cut into chunks of a size in tokens.

cutting.py: `cut` and `cut_by`: the chunks of a document
sections.py: the sections of a document, and what is kept together in them
splitting.py: paragraphs, lines, sentences, words: where a text can be cut
packing.py: neighbouring pieces put together up to a size
"""

from workbench.retrieval.chunking.cutting import cut, cut_by

__all__ = ["cut", "cut_by"]
