"""The data as a whole: what is kept where, backups, deleting for good.

storage.py: `core.storage`: parts of the data folder and their sizes, backups, restoring
folder.py: which part of the data folder a file belongs to
"""
