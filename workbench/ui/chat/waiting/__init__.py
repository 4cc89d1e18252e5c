"""Messages that wait for the answer that is being written.

waiting.py: which conversation has which, and when they are sent
strip.py: the lines over the composer that show them
"""
