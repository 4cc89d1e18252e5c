"""The forms in which models write answers: which are equal, and where one is in a text."""
