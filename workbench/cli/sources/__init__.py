"""Commands about the user's own documents.

sources.py: collections: add, index, list, show, search, remove
printing.py: passages, files and progress as lines
"""
