"""Runs as files that are done again elsewhere.

bundle_view.py: a bundle that was opened: what it holds, replayed, and the verdict
bundle_files.py: which files are saved, opened and dropped
"""
