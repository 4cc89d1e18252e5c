"""Conversations: each answer is a run, each message a node of a tree.

chats.py: `Chats`: the list of conversations, drafts, options; composed of what follows
reader.py: the shown branch and its system prompt
prompt.py: a branch as a prompt: system prompt, summary, profile, thoughts
context.py: what goes to the model, counted by parts, and what is left out
profiles.py: `core.profiles`: named system prompts, with notes and greetings
summarising.py: sums up what is above a message; the summary takes its place in the prompt
naming.py: titles, suggested by the loaded model
attaching.py: reads files that are attached to a message, counts their tokens
asking.py: sends, edits, regenerates, continues
sides.py: several answers to one message, side by side
branches.py: versions and branches: shown, added, copied, deleted, brought back, undone
steps.py: what can be undone
"""

from workbench.service.chats.chats import Chats

__all__ = ["Chats"]
