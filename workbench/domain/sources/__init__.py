"""Documents of the user's own, and what is found in them.

document.py: what is read of a file, and the chunks that it is cut into
"""
