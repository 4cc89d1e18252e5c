"""The encrypted history: SQLCipher's format, which other programs open with the same passphrase.

keys.py: a key from a passphrase, which files are encrypted, and finding the key that opens one
keyed_driver.py: a driver that gives the key to every encrypted or new file it opens
converting.py: history and backups with another key or none: written again, compared, swapped
"""
