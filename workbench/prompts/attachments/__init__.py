"""Files that are attached to messages of conversations.

reading.py: the text of a file, within limits; what cannot be read says why
html_text.py: the visible text of an HTML page, in the sandbox
"""
