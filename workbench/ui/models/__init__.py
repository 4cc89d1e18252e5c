"""Models: which there are, what they say of themselves, load."""
