"""Code in an output, run with the tests of its row."""
