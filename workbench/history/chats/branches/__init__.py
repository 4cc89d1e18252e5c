"""The tree of a conversation: which branch is shown, what is deleted, what is copied.

parents.py: parents, paths and what follows a message, without any text
showing.py: the branch that is shown, and where others were left
deleting.py: deletes a message with what follows it, brings both back; the bin
adding.py: versions, insertions and copies of messages, forks
rows.py: thousands of rows at once, each value of its column's kind
outline.py: a whole tree, with or without its texts
"""
