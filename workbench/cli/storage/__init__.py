"""Commands about the data as a whole.

sql.py: `history sql`: questions in SQL, read-only
storage.py: `storage`: parts of the data folder, backups, restoring
"""
