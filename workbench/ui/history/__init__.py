"""History: every run, to find and open again."""
