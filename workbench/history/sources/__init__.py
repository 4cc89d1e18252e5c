"""SQL of the user's own documents: collections, their files, chunks, words and vectors.

collections.py: collections and how far they are indexed
files.py: files with what was read of them and their chunks
words.py: the word index of a collection: an FTS5 table of its own, searched by rank
vectors.py: vectors in blocks, stored and loaded
passages.py: chunks with the files that they are of
"""
