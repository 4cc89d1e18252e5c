"""Order in the list of conversations.

filing.py: pins, folders and tags of conversations
dragging.py: a list whose conversations are dragged into folders
"""
