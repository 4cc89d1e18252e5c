"""Commands about the data as a whole.

storage.py: `storage`: parts of the data folder, backups, restoring
"""
