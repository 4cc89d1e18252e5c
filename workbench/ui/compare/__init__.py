"""Compare: one prompt, several strategies side by side."""
