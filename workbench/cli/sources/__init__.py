"""Commands about the user's own documents.

sources.py: collections: add, index, list, show, search, measure, remove
printing.py: passages, files and progress as lines
"""
