"""SQL of conversations: their list, their messages, their way in and out.

conversations.py: conversations, their list and drafts
message_tree.py: the shown branch, questions with their answers
branches/: the tree of a conversation: shown, deleted, copied, whole
summaries.py: summaries in conversations
profiles.py: profiles
imported.py: conversations of other programs into the history
keeping.py: one into another database, with its runs and tokens
exported.py: whole conversations out of the history
"""
