"""Answers from the user's own documents: what is read of files, and how it is cut into chunks.

Pure: no database and no model. Files are hostile: sandbox processes open and read them.

loaders/: what is read of a file, one file a kind; folders of files
chunking/: documents cut into chunks of a size in tokens
ranking/: what was found in order; measures of an order
"""
