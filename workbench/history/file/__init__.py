"""The database file: opened, locked, backed up, recovered when it is damaged.

database.py: the open database: one connection on one thread
driver.py: which SQLite is used, how a connection is set up, its errors as sentences
holders.py: which other programs have the file open
file_lock.py: shared while the database is open, exclusive while its file is replaced
backups.py: daily copies, and copies before migrations; old ones are deleted
copying.py: a copy in one file, checked, with progress
restoring.py: a backup takes the history's place at the next start; what was there is kept
recovery.py: moves a damaged file away and builds a new one from it; nothing is deleted
salvage.py: reads what can be read of a damaged database, row by row
encryption/: the encrypted history: its key, and turning encryption on and off
damage.py: leaves out or repairs events that damaged rows gave
"""
