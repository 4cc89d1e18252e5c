"""The history: one SQLite file, one connection, one thread that writes. All SQL is in here."""
