"""Prompt files: reading, checking, rendering in the sandbox, chat formats, the library."""
