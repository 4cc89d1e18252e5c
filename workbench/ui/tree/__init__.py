"""The Tree workspace: the search of one run, live, replayed and steered."""
