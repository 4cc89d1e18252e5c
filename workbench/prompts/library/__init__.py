"""The library of prompts: its folders, what is in them, moving and searching.

library.py: `PromptLibrary`: shipped prompts, the user's own, further folders
roots.py: the folders, what may be changed in them, what templates may include; all writing
index.py: remembers what was read, by time and size of each file
snapshot.py: the files on disk at one moment
metadata.py: title, description, tags and problems of each file
search.py: words, and `tag:`, `folder:`, `is:favourite`
moves.py: moves, copies and deletes (to the trash) files and folders
names.py: allowed names of files and folders
tags.py: writes tags into front matter
"""
