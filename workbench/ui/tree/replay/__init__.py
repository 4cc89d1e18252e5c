"""The timeline of a search, and its replay."""
