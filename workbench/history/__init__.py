"""The history: one SQLite file, one connection, one thread that writes. All SQL is in here.

store.py: `HistoryStore`: what other rooms call, `store.read(run_list.list_runs)` for one statement
writer.py: opens and closes the database, and the queue of what is to be written
job_thread.py: the one thread that has the database: writes before reads
tables.py: the tables (SQLAlchemy Core)
schema.py: reads the schema's version, migrates to the newest
stored_types.py: column types that accept whatever bytes are in the file
codec.py: values of the domain to what a row holds, and back
runs.py: SQL of single runs and their events
run_end.py: how a run ended, and the end of runs that were cut off
run_list.py: SQL of the lists of runs: filters, folding, deleting, judging
token_data.py: SQL of the tokens of samples: kept, read, counted, pruned
token_codec.py: packs tokens by columns, and back
measurements.py: what models found of texts, found by the digest of the question
tags.py: SQL of tags, folders and pins
figures.py: SQL of statistics: tokens and hours by model and day
console.py: questions in SQL, read-only and within limits
erasing.py: deletes runs and conversations for good, with every text made of them
lengths.py: SQL of how much earlier runs wrote, for estimates
conversations.py: SQL of conversations, their list and drafts
imported.py: conversations of other programs into the history
exported.py: whole conversations out of the history
message_tree.py: SQL of messages: the shown branch, questions with their answers
profiles.py: SQL of profiles
summaries.py: SQL of summaries in conversations
evaluations.py: SQL of evaluations, their cells, and looks at held-out cases
votes.py: SQL of votes on pairs of answers
owner.py: which process works on a run, and whether it lives
versions.py: SQL of versions of prompts
session.py: SQL of drafts, of the values kept between sessions, and of measured speeds
search/: the full-text index: filled in steps, searched as one types
branches/: SQL of the tree of a conversation: shown, deleted, copied, whole
migrations/: Alembic revisions
file/: opens, locks, backs up and recovers the database file
"""
