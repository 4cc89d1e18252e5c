"""Conversations that are kept in memory only.

off_record.py: begins one, keeps it after all, and what cannot be done with it
bar.py: says over the transcript that it is one
"""
