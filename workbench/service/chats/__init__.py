"""Conversations: each answer is a run, each message a node of a tree.

chats.py: `Chats`: the list of conversations, drafts, options; composed of what follows
reader.py: the shown branch and its system prompt
asking.py: sends, edits, regenerates, continues
branches.py: versions and branches: shown, deleted, brought back
"""

from workbench.service.chats.chats import Chats

__all__ = ["Chats"]
