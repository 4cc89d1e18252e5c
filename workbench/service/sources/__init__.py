"""The user's own documents: collections, their index, and what is found in them.

sources.py: `Sources`: what window and command line call
files_now.py: which files a collection has now, and which of them changed
reading.py: one file into chunks and words
indexing.py: `Indexing`: a collection brought up to date in small steps
embedding.py: vectors of passages and questions, and what they are made with
matrix.py: the vectors of a collection in memory, to be searched
measuring.py: how well a collection finds what a set of questions asks for
searching.py: `Searching`: words, meaning, both; what was cut and why
"""

from workbench.service.sources.sources import Sources

__all__ = ["Sources"]
