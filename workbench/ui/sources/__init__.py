"""The Sources workspace: collections of the user's documents, and what is found in them.

panel.py: the three parts and their commands
view_model.py: collections, files, indexing, searching
collection_pane.py: the list of files at the left, with the collection's facts
files_list.py: paints the files
search_pane.py: the question and the hits
hits_list.py: paints the hits: their ranks, scores and texts
passage_pane.py: a hit or a document as it was read
collection_form.py: the dialog with the settings of a collection
words.py: how counts, ranks and states are worded
"""
