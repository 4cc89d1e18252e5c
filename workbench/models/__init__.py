"""GGUF files: what they say of themselves, where they are, how much memory they need."""
