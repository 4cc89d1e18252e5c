"""Files of messages.

attaching.py: files that are dropped, pasted or chosen: read, counted, put into the composer
local_files.py: files of the system in what is dropped or pasted
mentions.py: collections of documents that a message names with "#"
chips.py: the files of the message that is written, with their tokens
file_folds.py: the files of a message in the transcript, folded
"""
