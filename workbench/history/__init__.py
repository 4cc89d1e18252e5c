"""The history: one SQLite file, one connection, one thread that writes. All SQL is in here.

store.py: `HistoryStore`: what other rooms call, `store.read(run_list.list_runs)` for one statement
writer.py: opens and closes the file, and what is done with the whole of it
writing/: the thread that has the database, and the queue of what is to be written
tables/: the tables (SQLAlchemy Core)
table_words.py: what tables and columns hold, in words
schema.py: reads the schema's version, migrates to the newest
stored_types.py: column types that accept whatever bytes are in the file
codec.py: values of the domain to what a row holds, and back
runs/: runs, their events, lists of runs
chats/: conversations, the tree of their messages, profiles
tokens/: the tokens of samples
evaluation/: evaluations, votes, measurements
sources/: collections of the user's own documents
search/: the full-text index: filled in steps, searched as one types
versions.py: SQL of versions of prompts
tags.py: SQL of tags, folders and pins
figures.py: SQL of statistics: tokens and hours by model and day
session.py: SQL of drafts, of the values kept between sessions, and of measured speeds
console.py: questions in SQL, read-only and within limits
erasing.py: deletes runs and conversations for good, with every text made of them
migrations/: Alembic revisions
file/: opens, locks, backs up and recovers the database file
"""
