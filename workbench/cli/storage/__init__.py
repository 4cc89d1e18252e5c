"""Commands about the data as a whole.

bundles.py: `history bundle` and `replay`: a run as a file, and done again
sql.py: `history sql`: questions in SQL, read-only
encryption.py: `storage encrypt`, `decrypt`, `account`
storage.py: `storage`: parts of the data folder, backups, restoring
"""
