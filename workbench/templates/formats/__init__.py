"""Import and export of prompts: one file a format, listed in registry.py."""
