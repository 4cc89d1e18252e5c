"""Dotprompt files and their Picoschema."""
