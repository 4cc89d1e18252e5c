"""Documents of the user's own, and what is found in them.

document.py: what is read of a file, and the chunks that it is cut into
collection.py: collections of documents, and how far they are indexed
hits.py: what is searched in collections, and what is found
measured.py: how well a collection finds what questions ask for
mentions.py: collections that a message names with #
passages.py: what a prompt asks for, and the passages that it gets
"""
