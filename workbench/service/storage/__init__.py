"""The data as a whole: what is kept where, backups, deleting for good.

storage.py: `core.storage`: parts of the data folder and their sizes, backups, restoring
protection.py: `core.protection`: unlocks the history, turns encryption on and off
account.py: the key of the history in the system's keyring
erasing.py: `core.erasing`: deletes for good, also from the backups
folder.py: which part of the data folder a file belongs to
"""
